package import AccessControl
import AdminAPI
import Digests
package import HTTPService
package import Logging
import NIOCore
import NIOHTTP1
import SigV4
package import StorageAPI

/// The admin API: request → identity → decision → store → JSON. Everything that is not known to be allowed is refused
/// before it is looked at.
package final class AdminService: HTTPHandler {
    let store: any StoreAdministration
    private let authenticator: any Authenticator
    private let authorizer: any Authorizer
    private let settings: AdminSettings
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let examinations = ExaminationGate()

    /// More than any request here needs; a client must not choose how much is held.
    private static let bodyLimit = 64 << 10
    private static let pageLimit = 1000

    /// - Parameter now: the wall clock, which signatures are held against.
    package init(
        store: any StoreAdministration, authenticator: any Authenticator, authorizer: any Authorizer,
        settings: AdminSettings, now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) {
        self.store = store
        self.authenticator = authenticator
        self.authorizer = authorizer
        self.settings = settings
        self.now = now
        self.logger = logger
    }

    /// Whether a target is the admin API's.
    package static func serves(_ target: String) -> Bool {
        target.utf8.starts(with: AdminOperation.prefix.utf8)
    }

    /// What is answered while there is no store yet.
    @Sendable package static func notYet(_ request: HTTPRequest) -> HTTPResponse {
        AdminError.starting.response(requestID: request.id)
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var operation: AdminOperation?
        var response: HTTPResponse
        do throws(AdminError) {
            let sender = try authenticate(request)
            let known = try route(request)
            operation = known
            try authorize(known, sender.principal, request)
            try await takeBody(of: request, sender)
            response = try await perform(known, request)
        } catch {
            log(error, request, operation)
            response = error.response(requestID: request.id)
        }
        response.logFields.append(LogField("operation", operation?.actionName ?? "Admin"))
        return response
    }

    // MARK: May it be done

    /// - Throws: for everybody who is not known, before anything else is said.
    private func authenticate(_ request: HTTPRequest) throws(AdminError) -> AuthenticatedRequest {
        let signed = SignedRequest(
            method: request.method.rawValue, target: request.target, headers: Array(request.headers))
        let hosts = request.forwardedHost.map { settings.hosts + [$0] } ?? settings.hosts
        let sender: AuthenticatedRequest
        do throws(SignatureError) {
            sender = try authenticator.authenticate(
                signed, now: UTCTime(secondsSinceEpoch: now().seconds), hosts: hosts)
        } catch {
            throw AdminError(error)
        }
        guard case .signed(let signature) = sender.authentication else { throw .notSigned }
        // A link that lies about in a chat or a browser's history must not govern a store.
        guard signature.expiry == nil else { throw .presigned }
        return sender
    }

    private func route(_ request: HTTPRequest) throws(AdminError) -> AdminOperation {
        let path = path(of: request.target)
        let here = AdminOperation.allCases.filter { $0.path == path }
        guard let first = here.first else { throw .notFound }
        guard let operation = here.first(where: { $0.method == request.method.rawValue }) else {
            throw .methodNotAllowed(first.method)
        }
        return operation
    }

    private func authorize(
        _ operation: AdminOperation, _ principal: Principal, _ request: HTTPRequest
    ) throws(AdminError) {
        let facts = AdminFacts(request: request, now: UTCTime(secondsSinceEpoch: now().seconds))
        let decision = authorizer.decide(
            AccessRequest(
                principal: principal, action: operation.policyAction, bucket: nil, key: nil, facts: facts,
                account: settings.account))
        guard decision.isAllowed else { throw .accessDenied }
    }

    /// No operation wants a body; what is sent must be what was signed all the same.
    private func takeBody(of request: HTTPRequest, _ sender: AuthenticatedRequest) async throws(AdminError) {
        guard case .digest(let promised) = sender.authentication.payload else { throw .unsignedBody }
        guard (request.body.length ?? 0) <= UInt64(Self.bodyLimit) else { throw .bodyTooLarge }
        var body = ByteBuffer()
        while let bytes = try await next(request.body) {
            guard body.readableBytes + bytes.readableBytes <= Self.bodyLimit else { throw .bodyTooLarge }
            body.writeImmutableBuffer(bytes)
        }
        guard ConstantTime.areEqual(DigestAlgorithm.sha256.digest(of: body), promised) else { throw .bodyMismatch }
    }

    private func next(_ body: any RequestBody) async throws(AdminError) -> ByteBuffer? {
        do {
            return try await body.next()
        } catch {
            throw .bodyBroken
        }
    }

    // MARK: Doing it

    private func perform(_ operation: AdminOperation, _ request: HTTPRequest) async throws(AdminError) -> HTTPResponse {
        let query = try AdminQuery(request.target, allowed: operation.parameters)
        switch operation {
        case .getStatus: return .json(StoreReport(store.status, version: settings.version))
        case .listDrives: return .json(DriveListReport(store.status))
        case .getHeal: return .json(HealOverview(store.status))
        case .getScrub: break
        case .startScrub: try await translated { () throws(StoreError) in try await store.startScrub() }
        case .stopScrub: try await translated { () throws(StoreError) in try await store.stopScrub() }
        case .listDamagedObjects: return .json(try await damagedObjects(query))
        case .listPools: return .json(PoolListReport(store.status))
        case .drainPool:
            let pool = try query.number("pool")
            try await translated { () throws(StoreError) in try await store.drainPool(pool) }
            return .json(PoolListReport(store.status))
        case .keepPool:
            let pool = try query.number("pool")
            try await translated { () throws(StoreError) in try await store.keepPool(pool) }
            return .json(PoolListReport(store.status))
        case .examine: return try examine(request)
        }
        return .json(ScrubOverview(store.status))
    }

    private func damagedObjects(_ query: AdminQuery) async throws(AdminError) -> DamagedObjectPage {
        let after = try query.damagedObject("after")
        let limit = try query.count("limit", default: Self.pageLimit, upTo: Self.pageLimit)
        // One more says whether there is a next page.
        var objects = try await translated { () throws(StoreError) in
            try await store.damagedObjects(after: after, limit: limit + 1)
        }
        let hasMore = objects.count > limit
        objects = Array(objects.prefix(limit))
        return DamagedObjectPage(
            objects: objects.map {
                DamagedObjectReport(bucket: $0.bucket, key: $0.key.description, reason: $0.reason)
            }, next: hasMore ? objects.last?.token : nil)
    }

    private func examine(_ request: HTTPRequest) throws(AdminError) -> HTTPResponse {
        guard let permit = examinations.enter() else { throw .examinationRunning }
        let stream = ExaminationStream(
            store: store, permit: permit, requestID: request.id, heartbeat: settings.heartbeat)
        return HTTPResponse(
            status: .ok, headers: ["Content-Type": "application/x-ndjson", "Cache-Control": "no-store"],
            body: .unbounded(stream))
    }

    private func translated<Value>(
        _ work: () async throws(StoreError) -> Value
    ) async throws(AdminError) -> Value {
        do throws(StoreError) {
            return try await work()
        } catch {
            throw AdminError(error)
        }
    }

    /// What is a server's fault is told to its operator; clients never see the cause.
    private func log(_ error: AdminError, _ request: HTTPRequest, _ operation: AdminOperation?) {
        guard error.status.code >= 500 else { return }
        logger.error(
            "A request failed",
            metadata: [
                "request": "\(request.id)", "operation": "\(operation?.actionName ?? "-")", "code": "\(error.code)",
                "cause": "\(error.cause.map { String(describing: $0) } ?? "-")",
            ])
    }
}

/// How the admin API is reached and what it says of its server.
package struct AdminSettings: Sendable {
    package var version: String
    /// Names under which clients may know this server, besides the one in the Host header.
    package var hosts: [String]
    /// The account of everything here: 12 digits.
    package var account = "000000000001"
    /// How often a silent examination says that it goes on.
    package var heartbeat = Duration.seconds(10)

    package init(version: String, hosts: [String] = []) {
        self.version = version
        self.hosts = hosts
    }
}

extension AdminOperation {
    /// Of its query.
    fileprivate var parameters: Set<String> {
        switch self {
        case .listDamagedObjects: ["limit", "after"]
        case .drainPool, .keepPool: ["pool"]
        case .getStatus, .listDrives, .getHeal, .getScrub, .startScrub, .stopScrub, .listPools, .examine: []
        }
    }

    /// For logs and metrics.
    var actionName: String { "Admin" + capitalized }

    private var capitalized: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
