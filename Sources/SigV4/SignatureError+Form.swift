// What is wrong with the form of a request's authentication.
extension SignatureError {
    static let invalidURI = Self(.invalidURI, "Couldn't parse the specified URI.")

    static let mechanismNotSupported = Self(
        .invalidRequest,
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")

    static func severalMechanisms(authorization: String) -> Self {
        Self(
            .invalidArgument,
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
                + " parameter or the Authorization header should be specified",
            details: ["ArgumentName": "Authorization", "ArgumentValue": authorization])
    }

    static func unknownMechanism(authorization: String) -> Self {
        Self(
            .invalidArgument, "Unsupported Authorization Type",
            details: ["ArgumentName": "Authorization", "ArgumentValue": authorization])
    }

    static let missingPayloadMode = Self(
        .invalidRequest, "Missing required header for this request: x-amz-content-sha256")

    static func invalidPayloadMode(_ value: String) -> Self {
        Self(
            .invalidArgument,
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER,"
                + " STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"
                + " or a valid sha256 value.",
            details: ["ArgumentName": "x-amz-content-sha256", "ArgumentValue": value])
    }

    static let payloadModeNotImplemented = Self(
        .notImplemented, "A header you provided implies functionality that is not implemented",
        details: ["Header": "x-amz-content-sha256"])
}

/// Where a signature was found: S3 has its own words for each place.
enum SignaturePlace {
    case header
    case query

    func malformed(_ problem: String) -> SignatureError {
        switch self {
        case .header:
            SignatureError(.authorizationHeaderMalformed, "The authorization header is malformed; \(problem)")
        case .query:
            SignatureError(.authorizationQueryParametersError, problem)
        }
    }

    private func malformedCredential(_ problem: String) -> SignatureError {
        switch self {
        case .header: malformed(problem)
        case .query: malformed("Error parsing the X-Amz-Credential parameter; \(problem)")
        }
    }

    var credentialForm: SignatureError {
        malformedCredential(
            "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
    }

    func credentialDay(_ day: String) -> SignatureError {
        malformedCredential(
            "incorrect date format \"\(day)\". This date in the credential must be in the format \"yyyyMMdd\".")
    }

    func service(_ service: String) -> SignatureError {
        malformedCredential("incorrect service \"\(service)\". This endpoint belongs to \"s3\".")
    }

    func terminator(_ terminator: String) -> SignatureError {
        malformedCredential("incorrect terminal \"\(terminator)\". This endpoint uses \"aws4_request\".")
    }

    func region(_ region: String, expected: String) -> SignatureError {
        let plain = malformedCredential("the region '\(region)' is wrong; expecting '\(expected)'")
        return SignatureError(plain.code, plain.message, details: ["Region": expected])
    }

    func dayMismatch(credential: String, request: String) -> SignatureError {
        malformed(
            "Invalid credential date \"\(credential)\". This date is not the same as X-Amz-Date: \"\(request)\".")
    }
}

// What S3 says about the parameters of a presigned query.
extension SignatureError {
    static let missingQueryParameters = SignaturePlace.query.malformed(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature,"
            + " X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")

    static let queryAlgorithm = SignaturePlace.query.malformed(
        "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")

    static let queryDate = SignaturePlace.query.malformed(
        "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")

    static let expiryNotANumber = SignaturePlace.query.malformed("X-Amz-Expires should be a number")

    static let expiryNegative = SignaturePlace.query.malformed("X-Amz-Expires must be non-negative")

    static let expiryTooLong = SignaturePlace.query.malformed(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than"
            + " 604800 seconds")
}
