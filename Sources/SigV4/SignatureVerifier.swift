import Digests

/// Whose request it is.
package enum Authentication: Sendable {
    /// Nobody's in particular; the mode says whether the body has a digest to be held to.
    case anonymous(PayloadMode)
    case signed(VerifiedSignature)

    package var payload: PayloadMode {
        switch self {
        case .anonymous(let payload): payload
        case .signed(let signature): signature.payload
        }
    }
}

/// A signature that was right.
package struct VerifiedSignature: Sendable {
    package let accessKeyID: String
    /// The token that was sent along, which was the right one.
    package let sessionToken: String?
    package let scope: CredentialScope
    package let signedAt: UTCTime
    /// The end of a presigned request; nil for one signed in its headers.
    package let expiry: UTCTime?
    /// Nothing is verified about the body yet.
    package let payload: PayloadMode
    /// Signs what follows in the body.
    package let chunks: ChunkSignatures
}

/// Decides whether requests were signed by the owners of the access keys they name. No I/O, any thread.
package struct SignatureVerifier: Sendable {
    /// How far a client's clock may be off ("RequestTimeTooSkewed", Amazon S3 API Reference).
    package static let maximumSkewSeconds: Int64 = 15 * 60

    private let credentials: any CredentialSource
    private let region: String?
    private let keys: SigningKeyCache

    /// - Parameter region: The only region to accept in credentials; nil accepts any.
    package init(credentials: any CredentialSource, region: String? = nil, keys: SigningKeyCache = SigningKeyCache()) {
        self.credentials = credentials
        self.region = region
        self.keys = keys
    }

    /// - Parameters:
    ///   - hosts: Names under which clients may know this server, besides the one in the Host header: a proxy may have
    ///     replaced it.
    /// - Throws: What S3 would answer.
    package func verify(
        _ request: SignedRequest, now: UTCTime, hosts: [String] = []
    ) throws(SignatureError) -> Authentication {
        let headers = HeaderTable(request.headers)
        let query = try CanonicalQuery(request.query)
        guard let claim = try SignatureClaim.read(headers, query) else {
            return .anonymous(try anonymousPayload(headers))
        }
        let payload = try PayloadMode(headerValue: claim.payloadHash)
        try checkForm(claim, headers)

        let credential = credentials.credential(for: claim.accessKeyID)
        if credential != nil { try checkTime(claim, now: now) }
        // For an unknown key the work is done all the same, with a secret that is nobody's.
        let secret = credential?.secret ?? Secret("")
        let match = try Match(claim, request, headers, query, hosts: hosts, secret: secret, keys: keys)
        guard let credential else { throw .invalidAccessKeyID(claim.accessKeyID) }
        guard match.isRight else { throw match.error(claim) }
        try checkToken(claim, credential, now: now)
        keys.remember(match.key, for: claim.accessKeyID, secret: credential.secret, scope: claim.scope)
        return .signed(VerifiedSignature(claim, payload: payload, key: match.key, signature: match.signature))
    }

    private func anonymousPayload(_ headers: HeaderTable) throws(SignatureError) -> PayloadMode {
        guard let text = headers.first("x-amz-content-sha256") else { return .unsigned }
        let payload = try PayloadMode(headerValue: text)
        // Nobody's key could have signed the chunks.
        if payload.hasSignedChunks { throw .accessDenied }
        return payload
    }

    private func checkForm(_ claim: SignatureClaim, _ headers: HeaderTable) throws(SignatureError) {
        if let region, claim.scope.region != region {
            throw claim.place.region(claim.scope.region, expected: region)
        }
        guard claim.timestamp.utf8.starts(with: claim.scope.day.utf8) else {
            throw claim.place.dayMismatch(credential: claim.scope.day, request: claim.timestamp)
        }
        var unsigned: [String] = []
        for header in headers.headers where header.isNamed("host") || header.name.hasPrefix("x-amz-") {
            if !claim.signedHeaders.contains(where: header.isNamed) { unsigned.append(header.name) }
        }
        guard unsigned.isEmpty, claim.signedHeaders.contains("host") else {
            throw .headersNotSigned(unsigned.isEmpty ? ["host"] : unsigned)
        }
    }

    private func checkTime(_ claim: SignatureClaim, now: UTCTime) throws(SignatureError) {
        let age = now.secondsSinceEpoch - claim.time.secondsSinceEpoch
        guard let expirySeconds = claim.expirySeconds else {
            guard abs(age) <= Self.maximumSkewSeconds else {
                throw .requestTimeTooSkewed(
                    requestTime: claim.time, serverTime: now, maximumSeconds: Self.maximumSkewSeconds)
            }
            return
        }
        guard age >= -Self.maximumSkewSeconds else { throw .requestNotYetValid }
        guard age <= expirySeconds else {
            let expiry = claim.time.advanced(bySeconds: expirySeconds)
            throw .requestExpired(expirySeconds: expirySeconds, expiry: expiry, serverTime: now)
        }
    }

    private func checkToken(
        _ claim: SignatureClaim, _ credential: Credential, now: UTCTime
    ) throws(SignatureError) {
        switch (credential.sessionToken, claim.sessionToken) {
        case (nil, nil): break
        case (let token?, let claimed?) where ConstantTime.areEqual(token.bytes, Array(claimed.utf8)): break
        default: throw .invalidToken
        }
        if let expiry = credential.expiry, now >= expiry { throw .expiredToken }
    }
}

extension VerifiedSignature {
    fileprivate init(_ claim: SignatureClaim, payload: PayloadMode, key: SigningKey, signature: [UInt8]) {
        accessKeyID = claim.accessKeyID
        sessionToken = claim.sessionToken
        scope = claim.scope
        signedAt = claim.time
        expiry = claim.expirySeconds.map { claim.time.advanced(bySeconds: $0) }
        self.payload = payload
        chunks = ChunkSignatures(
            key: key, scope: claim.scope, timestamp: claim.timestamp, seed: signature)
    }
}

/// The signature that was claimed beside the one that ought to be.
private struct Match {
    let key: SigningKey
    private(set) var isRight = false
    /// The right one: 64 hexadecimal digits, as ASCII.
    private(set) var signature: [UInt8] = []
    private var canonicalRequest: [UInt8] = []
    private var stringToSign: [UInt8] = []

    init(
        _ claim: SignatureClaim, _ request: SignedRequest, _ headers: HeaderTable, _ query: CanonicalQuery,
        hosts: [String], secret: Secret, keys: SigningKeyCache
    ) throws(SignatureError) {
        key =
            keys.key(for: claim.accessKeyID, secret: secret, scope: claim.scope)
            ?? SigningKey(secret: secret, scope: claim.scope)
        for host in [nil] + hosts.map(Optional.some) {
            let canonical = try CanonicalRequest(
                request, query: query, headers: headers, signedHeaders: claim.signedHeaders,
                payloadHash: claim.payloadHash, host: host)
            let string = canonical.stringToSign(at: claim.timestamp, scope: claim.scope)
            signature = key.signature(of: string)
            isRight = ConstantTime.areEqual(signature, claim.signature)
            if isRight { return }
            // An error shows what was computed from the request itself.
            if host == nil { (canonicalRequest, stringToSign) = (canonical.text, string) }
        }
    }

    func error(_ claim: SignatureClaim) -> SignatureError {
        .signatureDoesNotMatch(
            accessKeyID: claim.accessKeyID, stringToSign: stringToSign,
            signature: String(decoding: claim.signature, as: UTF8.self),
            canonicalRequest: canonicalRequest)
    }
}
