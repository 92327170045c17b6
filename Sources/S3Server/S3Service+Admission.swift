import AccessControl
import HTTPService
import NIOHTTP1
import S3Protocol
import SigV4
import StorageAPI

extension S3Service {
    /// Decides, before a byte of the body is read, whose request this is, what it asks for and whether it may.
    ///
    /// - Throws: `SignatureError`, `S3Error`.
    func admit(_ request: HTTPRequest) throws -> S3Exchange {
        let host = request.forwardedHost ?? request.headers.first(name: "Host")
        let target = try S3Target(target: request.target, host: host, domains: settings.domains)
        // A preflight is sent by a browser, without a signature.
        let isPreflight = request.method == .OPTIONS
        let sender = isPreflight ? .nobody : try authenticate(request)
        let operation = try S3Operation(method: request.method, target: target, headers: request.headers)
        let exchange = S3Exchange(
            service: self, request: request, target: target, sender: sender, operation: operation)
        try ExpectedOwners(headers: request.headers, query: target.query).check(account: settings.account)
        try exchange.authorize(operation.action, operation.bucket, operation.key)
        return exchange
    }

    private func authenticate(_ request: HTTPRequest) throws(SignatureError) -> AuthenticatedRequest {
        let signed = SignedRequest(
            method: request.method.rawValue, target: request.target, headers: Array(request.headers))
        let hosts = request.forwardedHost.map { settings.hosts + [$0] } ?? settings.hosts
        return try authenticator.authenticate(signed, now: UTCTime(secondsSinceEpoch: now().seconds), hosts: hosts)
    }
}

extension AuthenticatedRequest {
    fileprivate static let nobody = AuthenticatedRequest(principal: .anonymous, authentication: .anonymous(.unsigned))
}

extension S3Exchange {
    /// - Throws: `AccessDenied`.
    func authorize(_ action: String, _ bucket: BucketName?, _ key: ObjectKey?) throws(S3Error) {
        let decision = service.authorizer.decide(
            AccessRequest(
                principal: sender.principal, action: action, bucket: bucket, key: key, isSecure: request.isSecure,
                clientAddress: request.clientAddress))
        switch decision {
        case .allowed: return
        case .denied: throw S3Error(.accessDenied)
        }
    }
}
