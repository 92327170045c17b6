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
        try exchange.authorize()
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
    /// Everything that the operation needs. Asked before it begins, and again before what it wrote is committed: what
    /// was allowed may no longer be.
    ///
    /// - Throws: `AccessDenied`.
    func authorize() throws(S3Error) {
        for requirement in try operation.requirements(namesVersion: target.query.contains("versionId")) {
            try authorize(requirement)
        }
    }

    /// - Throws: `AccessDenied`.
    func authorize(_ requirement: AccessRequirement) throws(S3Error) {
        let decision = decide(requirement)
        guard decision.isAllowed else {
            throw S3Error(.accessDenied, cause: AccessRefusal(action: requirement.action, decision: decision))
        }
    }

    /// Whoever may not list a bucket does not learn which keys there are: "if you don't have the s3:ListBucket
    /// permission, Amazon S3 returns an HTTP status code 403" (GetObject).
    func concealing(_ error: S3Error) -> S3Error {
        guard error.code == .noSuchKey else { return error }
        let bucket: BucketName?
        switch operation {
        case .copyObject(let input): bucket = input.source.address.bucket
        case .uploadPartCopy(let input): bucket = input.source.address.bucket
        default: bucket = operation.bucket
        }
        guard let bucket else { return error }
        let decision = decide(AccessRequirement(.listBucket, bucket))
        guard !decision.isAllowed else { return error }
        return S3Error(.accessDenied, cause: AccessRefusal(action: .listBucket, decision: decision))
    }

    func decide(_ requirement: AccessRequirement) -> AccessDecision {
        let settings = service.settings
        let facts = S3Facts(
            request: request, query: target.query, authentication: sender.authentication, operation: operation,
            now: UTCTime(secondsSinceEpoch: service.now().seconds), region: settings.region, account: settings.account)
        return service.authorizer.decide(
            AccessRequest(
                principal: sender.principal, action: requirement.action, bucket: requirement.bucket,
                key: requirement.key, facts: facts, account: settings.account))
    }
}
