package import NIOHTTP1

/// The error codes that this server answers, with AWS's spelling (Amazon S3 API Reference, "Error responses").
///
/// A case's HTTP status and default message are in ``S3ErrorCode/status`` and ``S3ErrorCode/defaultMessage``.
package enum S3ErrorCode: String, Hashable, Sendable, CaseIterable {
    // Who asks
    case accessControlListNotSupported = "AccessControlListNotSupported"
    case accessDenied = "AccessDenied"
    case accessForbidden = "AccessForbidden"
    case authorizationHeaderMalformed = "AuthorizationHeaderMalformed"
    case authorizationQueryParametersError = "AuthorizationQueryParametersError"
    case credentialsNotSupported = "CredentialsNotSupported"
    case expiredToken = "ExpiredToken"
    case invalidAccessKeyID = "InvalidAccessKeyId"
    case invalidSecurity = "InvalidSecurity"
    case invalidToken = "InvalidToken"
    case missingSecurityHeader = "MissingSecurityHeader"
    case requestExpired = "RequestExpired"
    case requestTimeTooSkewed = "RequestTimeTooSkewed"
    case signatureDoesNotMatch = "SignatureDoesNotMatch"

    // What is asked
    case badRequest = "BadRequest"
    case entityTooLarge = "EntityTooLarge"
    case entityTooSmall = "EntityTooSmall"
    case illegalLocationConstraint = "IllegalLocationConstraintException"
    case invalidArgument = "InvalidArgument"
    case invalidBucketACLWithObjectOwnership = "InvalidBucketAclWithObjectOwnership"
    case invalidBucketName = "InvalidBucketName"
    case invalidLocationConstraint = "InvalidLocationConstraint"
    case invalidPart = "InvalidPart"
    case invalidPartNumber = "InvalidPartNumber"
    case invalidPartOrder = "InvalidPartOrder"
    case invalidRange = "InvalidRange"
    case invalidRequest = "InvalidRequest"
    case invalidStorageClass = "InvalidStorageClass"
    case invalidTag = "InvalidTag"
    case invalidURI = "InvalidURI"
    case keyTooLong = "KeyTooLongError"
    case malformedACL = "MalformedACLError"
    case malformedPolicy = "MalformedPolicy"
    case malformedPOSTRequest = "MalformedPOSTRequest"
    case malformedXML = "MalformedXML"
    case maxMessageLengthExceeded = "MaxMessageLengthExceeded"
    case metadataTooLarge = "MetadataTooLarge"
    case methodNotAllowed = "MethodNotAllowed"
    case missingContentLength = "MissingContentLength"
    case missingRequestBody = "MissingRequestBodyError"
    case notImplemented = "NotImplemented"
    case requestHeaderSectionTooLarge = "RequestHeaderSectionTooLarge"
    case tooManyBuckets = "TooManyBuckets"
    case unresolvableGrant = "UnresolvableGrantByEmailAddress"

    // The body
    case badDigest = "BadDigest"
    case incompleteBody = "IncompleteBody"
    case invalidChunkSize = "InvalidChunkSizeError"
    case invalidDigest = "InvalidDigest"
    case malformedTrailer = "MalformedTrailerError"
    case requestTimeout = "RequestTimeout"
    case xAmzContentChecksumMismatch = "XAmzContentChecksumMismatch"
    case xAmzContentSHA256Mismatch = "XAmzContentSHA256Mismatch"

    // What is there
    case accelerateNotSupported = "AccelerateNotSupported"
    case bucketAlreadyExists = "BucketAlreadyExists"
    case bucketAlreadyOwnedByYou = "BucketAlreadyOwnedByYou"
    case bucketNotEmpty = "BucketNotEmpty"
    case conditionalRequestConflict = "ConditionalRequestConflict"
    case invalidBucketState = "InvalidBucketState"
    case invalidObjectState = "InvalidObjectState"
    case notModified = "NotModified"
    case operationAborted = "OperationAborted"
    case preconditionFailed = "PreconditionFailed"
    case noSuchBucket = "NoSuchBucket"
    case noSuchKey = "NoSuchKey"
    case noSuchUpload = "NoSuchUpload"
    case noSuchVersion = "NoSuchVersion"

    // What is not set
    case metadataConfigurationNotFound = "MetadataConfigurationNotFound"
    case noSuchBucketPolicy = "NoSuchBucketPolicy"
    case noSuchConfiguration = "NoSuchConfiguration"
    case noSuchCORSConfiguration = "NoSuchCORSConfiguration"
    case noSuchLifecycleConfiguration = "NoSuchLifecycleConfiguration"
    case noSuchObjectLockConfiguration = "NoSuchObjectLockConfiguration"
    case noSuchPublicAccessBlockConfiguration = "NoSuchPublicAccessBlockConfiguration"
    case noSuchTagSet = "NoSuchTagSet"
    case noSuchWebsiteConfiguration = "NoSuchWebsiteConfiguration"
    case objectLockConfigurationNotFound = "ObjectLockConfigurationNotFoundError"
    case ownershipControlsNotFound = "OwnershipControlsNotFoundError"
    case replicationConfigurationNotFound = "ReplicationConfigurationNotFoundError"
    case serverSideEncryptionConfigurationNotFound = "ServerSideEncryptionConfigurationNotFoundError"

    // The server
    case internalError = "InternalError"
    case serviceUnavailable = "ServiceUnavailable"
    case slowDown = "SlowDown"
    /// Ours: the reserve of space would be touched. AWS has no full disks.
    case storageFull = "StorageFull"
}

extension S3ErrorCode {
    package var status: HTTPResponseStatus {
        switch self {
        case .notModified: .notModified
        case .accessControlListNotSupported, .invalidBucketACLWithObjectOwnership, .authorizationHeaderMalformed,
            .authorizationQueryParametersError, .badDigest, .badRequest,
            .credentialsNotSupported, .entityTooLarge, .entityTooSmall, .expiredToken, .illegalLocationConstraint,
            .incompleteBody, .invalidArgument, .invalidBucketName, .invalidDigest, .invalidLocationConstraint,
            .invalidPart, .invalidPartOrder, .invalidRequest, .invalidStorageClass, .invalidTag, .invalidToken,
            .invalidURI, .keyTooLong, .malformedACL, .malformedPolicy, .malformedPOSTRequest, .malformedTrailer,
            .malformedXML, .maxMessageLengthExceeded, .metadataTooLarge, .missingRequestBody, .missingSecurityHeader,
            .requestExpired, .requestHeaderSectionTooLarge, .requestTimeout, .tooManyBuckets, .unresolvableGrant,
            .accelerateNotSupported, .xAmzContentChecksumMismatch, .xAmzContentSHA256Mismatch:
            .badRequest
        case .accessDenied, .accessForbidden, .invalidAccessKeyID, .invalidChunkSize, .invalidObjectState,
            .invalidSecurity,
            .requestTimeTooSkewed, .signatureDoesNotMatch:
            .forbidden
        case .metadataConfigurationNotFound, .noSuchBucket, .noSuchBucketPolicy, .noSuchConfiguration,
            .noSuchCORSConfiguration, .noSuchKey, .noSuchLifecycleConfiguration, .noSuchObjectLockConfiguration,
            .noSuchPublicAccessBlockConfiguration, .noSuchTagSet, .noSuchUpload, .noSuchVersion,
            .noSuchWebsiteConfiguration, .objectLockConfigurationNotFound, .ownershipControlsNotFound,
            .replicationConfigurationNotFound, .serverSideEncryptionConfigurationNotFound:
            .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .bucketAlreadyExists, .bucketAlreadyOwnedByYou, .bucketNotEmpty, .conditionalRequestConflict,
            .invalidBucketState, .operationAborted:
            .conflict
        case .missingContentLength: .lengthRequired
        case .preconditionFailed: .preconditionFailed
        case .invalidRange, .invalidPartNumber: .rangeNotSatisfiable
        case .internalError: .internalServerError
        case .notImplemented: .notImplemented
        case .serviceUnavailable, .slowDown: .serviceUnavailable
        case .storageFull: .insufficientStorage
        }
    }
}
