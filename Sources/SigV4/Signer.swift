import Digests

/// Signs requests as a client does.
package struct Signer: Sendable {
    private let accessKeyID: String
    private let secret: Secret
    private let sessionToken: Secret?
    private let region: String

    package init(accessKeyID: String, secret: Secret, sessionToken: Secret? = nil, region: String = "us-east-1") {
        self.accessKeyID = accessKeyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.region = region
    }

    /// Adds the date, the payload's digest or mode, the session token and the signature. Signs every header.
    ///
    /// - Parameter request: Must have its Host header, and none of those that are added.
    /// - Returns: What signs the chunks of the body.
    /// - Throws: `InvalidURI` when the path or query is not properly percent-encoded.
    @discardableResult
    package func sign(
        _ request: inout SignedRequest, payload: PayloadMode, at time: UTCTime
    ) throws(SignatureError) -> ChunkSignatures {
        request.headers.append(("x-amz-date", time.basicISO8601))
        request.headers.append(("x-amz-content-sha256", payload.headerValue))
        if let sessionToken { request.headers.append(("x-amz-security-token", sessionToken.reveal())) }

        let names = signedHeaders(request)
        let (scope, key, signature) = try signature(of: request, names, payloadHash: payload.headerValue, time)
        let value =
            "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names.joined(separator: ";")), "
            + "Signature=\(String(decoding: signature, as: UTF8.self))"
        request.headers.append(("authorization", value))
        return ChunkSignatures(key: key, scope: scope, timestamp: time.basicISO8601, seed: signature)
    }

    /// Adds the parameters that let anyone make this request, with the same headers, for a while.
    ///
    /// - Parameters:
    ///   - request: Must have its Host header.
    ///   - expirySeconds: At most seven days.
    ///   - payload: Beyond the default it is sent as a parameter, too.
    package func presign(
        _ request: inout SignedRequest, expirySeconds: Int64, payload: PayloadMode = .unsigned, at time: UTCTime
    ) throws(SignatureError) {
        let names = signedHeaders(request)
        let scope = CredentialScope(day: time.basicISO8601Day, region: region)
        var parameters = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", "\(accessKeyID)/\(scope)"),
            ("X-Amz-Date", time.basicISO8601),
            ("X-Amz-Expires", String(expirySeconds)),
            ("X-Amz-SignedHeaders", names.joined(separator: ";")),
        ]
        if payload != .unsigned { parameters.append(("X-Amz-Content-Sha256", payload.headerValue)) }
        if let sessionToken { parameters.append(("X-Amz-Security-Token", sessionToken.reveal())) }
        for (name, value) in parameters {
            request.query += "\(request.query.isEmpty ? "" : "&")\(name)=\(URIEncoding.encode(value))"
        }
        let (_, _, signature) = try signature(of: request, names, payloadHash: payload.headerValue, time)
        request.query += "&X-Amz-Signature=\(String(decoding: signature, as: UTF8.self))"
    }

    private func signedHeaders(_ request: SignedRequest) -> [String] {
        Set(request.headers.map { $0.name.lowercased() }).sorted()
    }

    private func signature(
        of request: SignedRequest, _ names: [String], payloadHash: String, _ time: UTCTime
    ) throws(SignatureError) -> (CredentialScope, SigningKey, [UInt8]) {
        let scope = CredentialScope(day: time.basicISO8601Day, region: region)
        let key = SigningKey(secret: secret, scope: scope)
        let canonical = try CanonicalRequest(
            request, query: try CanonicalQuery(request.query), headers: HeaderTable(request.headers),
            signedHeaders: names, payloadHash: payloadHash)
        return (scope, key, key.signature(of: canonical.stringToSign(at: time.basicISO8601, scope: scope)))
    }
}
