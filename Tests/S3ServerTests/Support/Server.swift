import AccessControl
import HTTPService
import Logging
import NIOCore
import NIOPosix
import S3Server
import SigV4
import StorageAPI
import StorageTestSupport

/// A server on a loopback port, before a store in memory.
struct Server: Sendable {
    let address: SocketAddress
    let store: InMemoryObjectStore
    let clock: ManualClock

    static let key = (id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

    var client: Client { Client(server: self) }
}

/// Takes the owner of the one key for somebody else.
struct DisguisingAuthenticator: Authenticator {
    let inner: any Authenticator
    let principal: Principal

    func authenticate(
        _ request: SignedRequest, now: UTCTime, hosts: [String]
    ) throws(SignatureError) -> AuthenticatedRequest {
        let known = try inner.authenticate(request, now: now, hosts: hosts)
        guard known.principal != .anonymous else { return known }
        return AuthenticatedRequest(principal: principal, authentication: known.authentication)
    }
}

/// Starts a server, and stops it after `body`.
///
/// - Parameters:
///   - principal: who the owner of the one key is taken for; nil: root.
///   - authorizer: nil: as in service.
func withServer<Result>(
    _ change: (inout S3Settings) -> Void = { _ in }, principal: Principal? = nil,
    authorizer: (any Authorizer)? = nil, accessLog: (any AccessLogSink)? = nil, _ body: (Server) async throws -> Result
) async throws -> Result {
    let clock = ManualClock()
    let store = InMemoryObjectStore(clock: clock)
    var settings = S3Settings()
    change(&settings)
    var authenticator: any Authenticator = RootKeyAuthenticator(
        accessKeyID: Server.key.id, secret: Secret(Server.key.secret))
    if let principal { authenticator = DisguisingAuthenticator(inner: authenticator, principal: principal) }
    let buckets = try await BucketAccessRegistry.open(store, account: settings.account)
    let s3 = S3Service(
        store: store, authenticator: authenticator, authorizer: authorizer ?? PolicyAuthorizer(buckets: buckets),
        buckets: buckets, settings: settings, computePool: .singleton,
        now: { clock.now },
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    var configuration = HTTPServiceConfiguration(addresses: [HTTPAddress(host: "127.0.0.1", port: 0)])
    configuration.errorResponse = HTTPProtocolError.s3Response
    let service = HTTPService(
        configuration: configuration, handler: s3, accessLog: accessLog,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        group: MultiThreadedEventLoopGroup.singleton)
    let bound = try await service.start()
    let server = Server(
        address: try SocketAddress(ipAddress: bound[0].host, port: bound[0].port), store: store, clock: clock)
    do {
        let result = try await body(server)
        await service.shutdown(drain: .zero)
        return result
    } catch {
        await service.shutdown(drain: .zero)
        throw error
    }
}

/// With a bucket called `bucket`.
func withBucket<Result>(
    _ change: (inout S3Settings) -> Void = { _ in }, principal: Principal? = nil,
    authorizer: (any Authorizer)? = nil, _ body: (Client) async throws -> Result
) async throws -> Result {
    try await withServer(change, principal: principal, authorizer: authorizer) { server in
        _ = try await server.store.createBucket(BucketName("bucket"), region: "")
        return try await body(server.client)
    }
}
