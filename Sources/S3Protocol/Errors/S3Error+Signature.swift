package import SigV4

extension S3Error {
    /// Why a request is not taken for its alleged sender's, as the client is told.
    package init(_ error: SignatureError) {
        let code: S3ErrorCode =
            switch error.code {
            case .accessDenied: .accessDenied
            case .authorizationHeaderMalformed: .authorizationHeaderMalformed
            case .authorizationQueryParametersError: .authorizationQueryParametersError
            case .expiredToken: .expiredToken
            case .invalidAccessKeyID: .invalidAccessKeyID
            case .invalidArgument: .invalidArgument
            case .invalidRequest: .invalidRequest
            case .invalidToken: .invalidToken
            case .invalidURI: .invalidURI
            case .notImplemented: .notImplemented
            case .requestTimeTooSkewed: .requestTimeTooSkewed
            case .signatureDoesNotMatch: .signatureDoesNotMatch
            case .payloadDigestMismatch: .xAmzContentSHA256Mismatch
            }
        self.init(code, error.message, details: error.details.map { Detail($0.name, $0.value) })
    }
}
