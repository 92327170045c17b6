import AccessControl
import HTTPService
import NIOHTTP1
import S3Protocol
import SigV4

/// What conditions can ask about a request to S3 ("Amazon S3 condition keys", "AWS global condition context keys").
struct S3Facts: RequestFacts {
    let request: HTTPRequest
    let query: S3Query
    let authentication: Authentication
    let operation: S3Operation
    let now: UTCTime
    let region: String
    let account: String

    func values(of key: ConditionKey) -> [String] {
        guard key.suffix.isEmpty else { return [] }
        if key.name.hasPrefix("aws:") { return global(key.name) }
        guard key.name.hasPrefix("s3:") else { return [] }
        return s3(key.name)
    }

    private func global(_ name: String) -> [String] {
        switch name {
        case "aws:currenttime": [now.extendedISO8601]
        case "aws:epochtime": [String(now.secondsSinceEpoch)]
        case "aws:referer": header("Referer")
        case "aws:requestedregion": [region]
        case "aws:resourceaccount": [account]
        case "aws:securetransport": [request.isSecure ? "true" : "false"]
        case "aws:sourceip": [request.clientAddress]
        case "aws:useragent": header("User-Agent")
        case "aws:viaawsservice", "aws:principalisawsservice": ["false"]
        default: []
        }
    }

    private func s3(_ name: String) -> [String] {
        switch name {
        case "s3:authtype": signature.map { [$0.expiry == nil ? "REST-HEADER" : "REST-QUERY-STRING"] } ?? []
        case "s3:signatureversion": signature.map { _ in ["AWS4-HMAC-SHA256"] } ?? []
        case "s3:signatureage": signatureAge
        case "s3:resourceaccount": [account]
        case "s3:prefix", "s3:delimiter", "s3:max-keys": isListing ? parameter(String(name.dropFirst(3))) : []
        case "s3:versionid": parameter("versionId")
        case "s3:if-match", "s3:if-none-match", "s3:x-amz-content-sha256": header(String(name.dropFirst(3)))
        // As it is understood: a source can be written in many ways.
        case "s3:x-amz-copy-source": copySource
        case let name where name.hasPrefix("s3:x-amz-"): header(String(name.dropFirst(3)))
        default: []
        }
    }

    private var signature: VerifiedSignature? {
        if case .signed(let signature) = authentication { signature } else { nil }
    }

    /// Milliseconds; of presigned requests.
    private var signatureAge: [String] {
        guard let signature, signature.expiry != nil else { return [] }
        let seconds = now.secondsSinceEpoch - signature.signedAt.secondsSinceEpoch
        return [String(max(seconds, 0) * 1000)]
    }

    private var isListing: Bool {
        switch operation {
        case .listObjects, .listObjectsV2, .listObjectVersions, .listMultipartUploads: true
        default: false
        }
    }

    private var copySource: [String] {
        let source: CopySource
        switch operation {
        case .copyObject(let input): source = input.source
        case .uploadPartCopy(let input): source = input.source
        default: return []
        }
        return ["\(source.address.bucket)/\(source.address.key)"]
    }

    /// A parameter that comes several times counts for each: what is not allowed must not hide behind what is.
    private func parameter(_ name: String) -> [String] {
        query.items.filter { $0.name == name }.map { $0.value ?? "" }
    }

    private func header(_ name: String) -> [String] {
        let values = request.headers[name]
        guard values.isEmpty, name.hasPrefix("x-amz-") else { return values }
        // Presigned requests carry such headers in the query.
        return query.items.filter { $0.name.lowercased() == name }.map { $0.value ?? "" }
    }
}
