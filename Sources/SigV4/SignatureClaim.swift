/// What a request says about its signature, taken apart but not yet believed.
struct SignatureClaim {
    let place: SignaturePlace
    let accessKeyID: String
    let scope: CredentialScope
    /// Lower-case names, sorted.
    let signedHeaders: [String]
    /// ASCII.
    let signature: [UInt8]
    let time: UTCTime
    /// `time` as it is signed.
    let timestamp: String
    /// How long a presigned request is good for; nil for one signed in its headers.
    let expirySeconds: Int64?
    let sessionToken: String?
    /// What the signature says of the body, as written.
    let payloadHash: String

    /// Nil for a request that does not claim to be anyone's.
    ///
    /// - Throws: What S3 answers to malformed, several or unsupported mechanisms.
    static func read(_ headers: HeaderTable, _ query: CanonicalQuery) throws(SignatureError) -> SignatureClaim? {
        let isPresigned = presignedNames.contains { query.contains($0) }
        let isVersion2Presigned = query.contains("AWSAccessKeyId") || query.contains("Signature")
        // An empty header claims nothing: AWS denies such a request as it denies nobody's.
        if let authorization = headers.first("authorization"), !authorization.isEmpty {
            if isPresigned || isVersion2Presigned || headers.count(of: "authorization") > 1 {
                throw .severalMechanisms(authorization: authorization)
            }
            return try read(authorization: authorization, headers)
        }
        if isPresigned { return try read(presigned: query, headers) }
        if isVersion2Presigned { throw .mechanismNotSupported }
        return nil
    }

    /// Any one of them shows that a signature was meant.
    private static let presignedNames = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"]

    static let algorithm = "AWS4-HMAC-SHA256"
    static let longestExpirySeconds: Int64 = 7 * 24 * 3600
    /// More than any client signs. Names are looked up one by one, so that a limit keeps this from being quadratic.
    static let signedHeaderLimit = 128
}

extension SignatureClaim {
    private static func read(
        authorization: String, _ headers: HeaderTable
    ) throws(SignatureError) -> SignatureClaim {
        let parts = try AuthorizationHeader(authorization)
        let credential = try CredentialText(parts.credential, in: .header)
        guard let payloadHash = headers.first("x-amz-content-sha256") else { throw .missingPayloadMode }
        let time = try time(headers)
        return SignatureClaim(
            place: .header, accessKeyID: credential.accessKeyID, scope: credential.scope,
            signedHeaders: try names(parts.signedHeaders, in: .header), signature: Array(parts.signature), time: time,
            timestamp: time.basicISO8601, expirySeconds: nil, sessionToken: headers.first("x-amz-security-token"),
            payloadHash: payloadHash)
    }

    private static func time(_ headers: HeaderTable) throws(SignatureError) -> UTCTime {
        if let text = headers.first("x-amz-date") {
            guard let time = UTCTime(basicISO8601: text) else { throw .missingDate }
            return time
        }
        guard let text = headers.first("date"), let time = UTCTime(basicISO8601: text) ?? UTCTime(httpDate: text) else {
            throw .missingDate
        }
        return time
    }

    private static func read(
        presigned query: CanonicalQuery, _ headers: HeaderTable
    ) throws(SignatureError) -> SignatureClaim {
        guard let algorithm = query.text("X-Amz-Algorithm"), let credentialText = query.first("X-Amz-Credential"),
            let signature = query.first("X-Amz-Signature"), let date = query.text("X-Amz-Date"),
            let signedHeaders = query.first("X-Amz-SignedHeaders"), let expiry = query.text("X-Amz-Expires")
        else { throw .missingQueryParameters }
        guard algorithm == Self.algorithm else { throw .queryAlgorithm }
        let credential = try CredentialText(credentialText[...], in: .query)
        guard let time = UTCTime(basicISO8601: date) else { throw .queryDate }
        return SignatureClaim(
            place: .query, accessKeyID: credential.accessKeyID, scope: credential.scope,
            signedHeaders: try names(signedHeaders[...], in: .query), signature: signature, time: time,
            timestamp: date, expirySeconds: try expirySeconds(expiry),
            sessionToken: query.text("X-Amz-Security-Token") ?? headers.first("x-amz-security-token"),
            payloadHash: query.text("X-Amz-Content-Sha256") ?? headers.first("x-amz-content-sha256")
                ?? PayloadMode.unsigned.headerValue)
    }

    private static func expirySeconds(_ text: String) throws(SignatureError) -> Int64 {
        guard let seconds = Int64(text) else { throw .expiryNotANumber }
        guard seconds >= 0 else { throw .expiryNegative }
        guard seconds <= longestExpirySeconds else { throw .expiryTooLong }
        return seconds
    }

    private static func names(_ list: ArraySlice<UInt8>, in place: SignaturePlace) throws(SignatureError) -> [String] {
        var names: [String] = []
        var rest = list
        while !rest.isEmpty {
            guard names.count < signedHeaderLimit else { throw place.malformed("too many SignedHeaders.") }
            let word = cut(&rest, at: UInt8(ascii: ";"))
            guard let name = name(word) else { throw place.malformed("bad SignedHeaders.") }
            names.append(name)
        }
        if zip(names, names.dropFirst()).contains(where: { $0 >= $1 }) { names.sort() }
        return names
    }

    /// Nil when there is a byte that no header's name has, and that could blur the lines of the canonical request.
    private static func name(_ word: ArraySlice<UInt8>) -> String? {
        var hasUpperCase = false
        for byte in word {
            guard (0x21...0x7e).contains(byte), byte != UInt8(ascii: ":") else { return nil }
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) { hasUpperCase = true }
        }
        let name = String(decoding: word, as: UTF8.self)
        return hasUpperCase ? name.lowercased() : name
    }
}
