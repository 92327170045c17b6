package import AccessControl
package import HTTPService
package import Logging
import NIOHTTP1
package import NIOPosix
import S3Protocol
package import StorageAPI

/// S3 over HTTP: request → identity → decision → store → response.
package final class S3Service: HTTPHandler {
    let store: any ObjectStore
    let authenticator: any Authenticator
    let authorizer: any Authorizer
    /// What ``authorizer`` knows of buckets.
    let buckets: BucketAccessRegistry
    let settings: S3Settings
    /// Digests large bodies, so that event loops need not.
    let computePool: NIOThreadPool
    let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// - Parameters:
    ///   - computePool: running.
    ///   - now: the wall clock, which signatures are held against.
    package init(
        store: any ObjectStore, authenticator: any Authenticator, authorizer: any Authorizer,
        buckets: BucketAccessRegistry,
        settings: S3Settings, computePool: NIOThreadPool, now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) {
        self.store = store
        self.authenticator = authenticator
        self.authorizer = authorizer
        self.buckets = buckets
        self.settings = settings
        self.computePool = computePool
        self.now = now
        self.logger = logger
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var admitted: S3Exchange?
        var response: HTTPResponse
        do {
            let exchange = try admit(request)
            admitted = exchange
            response = try await exchange.respond()
        } catch {
            var error = S3Error(translating: error).naming(admitted?.operation)
            if let admitted { error = admitted.concealing(error) }
            let operation = admitted?.operation
            log(error, request, operation)
            response = error.response(resource: S3Error.resource(ofTarget: request.target), requestID: request.id)
            if let refusal = error.cause as? AccessRefusal {
                response.logFields.append(LogField("refusal", refusal.description))
            }
        }
        if let operation = admitted?.operation {
            response.logFields.append(LogField("operation", operation.name))
            if let bucket = operation.bucket { response.logFields.append(LogField("bucket", bucket.text)) }
        }
        return response
    }

    /// What is a server's fault is told to its operator; clients never see the cause.
    private func log(_ error: S3Error, _ request: HTTPRequest, _ operation: S3Operation?) {
        guard error.status.code >= 500, error.code != .notImplemented, error.code != .slowDown else { return }
        logger.error(
            "A request failed",
            metadata: [
                "request": "\(request.id)", "operation": "\(operation?.name ?? "-")", "code": "\(error.code.rawValue)",
                "cause": "\(error.cause.map { String(describing: $0) } ?? "-")",
            ])
    }
}

extension S3Error {
    /// With the elements that AWS adds about what was not found.
    fileprivate func naming(_ operation: S3Operation?) -> S3Error {
        guard let operation, details.isEmpty else { return self }
        return switch code {
        case .noSuchBucket, .bucketAlreadyOwnedByYou, .bucketNotEmpty:
            operation.bucket.map { with("BucketName", $0.text) } ?? self
        case .noSuchKey:
            operation.key.map { with("Key", $0.description) } ?? self
        default: self
        }
    }
}
