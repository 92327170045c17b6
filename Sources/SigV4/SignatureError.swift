/// Why a request is not taken for its alleged sender's, in the words of S3.
package struct SignatureError: Error, Equatable, Sendable {
    /// S3's error codes; the raw value is what is written on the wire.
    package enum Code: String, CaseIterable, Sendable {
        case accessDenied = "AccessDenied"
        case authorizationHeaderMalformed = "AuthorizationHeaderMalformed"
        case authorizationQueryParametersError = "AuthorizationQueryParametersError"
        case expiredToken = "ExpiredToken"
        case invalidAccessKeyID = "InvalidAccessKeyId"
        case invalidArgument = "InvalidArgument"
        case invalidRequest = "InvalidRequest"
        case invalidToken = "InvalidToken"
        case invalidURI = "InvalidURI"
        case notImplemented = "NotImplemented"
        case requestTimeTooSkewed = "RequestTimeTooSkewed"
        case signatureDoesNotMatch = "SignatureDoesNotMatch"
        case payloadDigestMismatch = "XAmzContentSHA256Mismatch"
    }

    /// An element that S3 adds to the error document.
    package struct Detail: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    package let code: Code
    package let message: String
    package let details: [Detail]

    package init(_ code: Code, _ message: String, details: KeyValuePairs<String, String> = [:]) {
        self.code = code
        self.message = message
        self.details = details.map { Detail(name: $0.key, value: $0.value) }
    }
}

// What is wrong with the credentials or the signature.
extension SignatureError {
    package static let accessDenied = Self(.accessDenied, "Access Denied")

    static let expiredToken = Self(.expiredToken, "The provided token has expired.")

    static let invalidToken = Self(.invalidToken, "The provided token is malformed or otherwise invalid.")

    static func invalidAccessKeyID(_ accessKeyID: String) -> Self {
        Self(
            .invalidAccessKeyID, "The AWS Access Key Id you provided does not exist in our records.",
            details: ["AWSAccessKeyId": accessKeyID])
    }

    /// The texts that were compared help to find out what a client or a proxy does differently. None is secret.
    static func signatureDoesNotMatch(
        accessKeyID: String, stringToSign: [UInt8], signature: String, canonicalRequest: [UInt8]
    ) -> Self {
        Self(
            .signatureDoesNotMatch, mismatchMessage,
            details: [
                "AWSAccessKeyId": accessKeyID,
                "StringToSign": String(decoding: stringToSign, as: UTF8.self),
                "SignatureProvided": signature,
                "CanonicalRequest": String(decoding: canonicalRequest, as: UTF8.self),
            ])
    }

    /// The signature of a chunk or of a trailer is wrong.
    package static let chunkSignatureDoesNotMatch = Self(.signatureDoesNotMatch, mismatchMessage)

    private static let mismatchMessage =
        "The request signature we calculated does not match the signature you provided."
        + " Check your key and signing method."

    static func headersNotSigned(_ names: [String]) -> Self {
        Self(
            .accessDenied, "There were headers present in the request which were not signed",
            details: ["HeadersNotSigned": names.joined(separator: ", ")])
    }

    /// The body does not have the digest that was signed. Both in hexadecimal.
    package static func payloadDigestMismatch(claimed: String, computed: String) -> Self {
        Self(
            .payloadDigestMismatch, "The provided 'x-amz-content-sha256' header does not match what was computed.",
            details: ["ClientComputedContentSHA256": claimed, "S3ComputedContentSHA256": computed])
    }
}

// What is wrong with the time.
extension SignatureError {
    static let missingDate = Self(
        .accessDenied, "AWS authentication requires a valid Date or x-amz-date header")

    static func requestTimeTooSkewed(requestTime: UTCTime, serverTime: UTCTime, maximumSeconds: Int64) -> Self {
        Self(
            .requestTimeTooSkewed, "The difference between the request time and the current time is too large.",
            details: [
                "RequestTime": requestTime.basicISO8601,
                "ServerTime": serverTime.extendedISO8601,
                "MaxAllowedSkewMilliseconds": String(maximumSeconds * 1000),
            ])
    }

    static func requestExpired(expirySeconds: Int64, expiry: UTCTime, serverTime: UTCTime) -> Self {
        Self(
            .accessDenied, "Request has expired",
            details: [
                "X-Amz-Expires": String(expirySeconds),
                "Expires": expiry.extendedISO8601,
                "ServerTime": serverTime.extendedISO8601,
            ])
    }

    static let requestNotYetValid = Self(.accessDenied, "Request is not valid yet")
}
