extension S3ErrorCode {
    /// AWS's words for the code; clients and their tests read some of them.
    package var defaultMessage: String {
        switch self {
        case .accessControlListNotSupported: "The bucket does not allow ACLs"
        case .accessDenied: "Access Denied"
        case .accessForbidden: "CORSResponse: CORS is not enabled for this bucket."
        case .authorizationHeaderMalformed: "The authorization header that you provided is not valid."
        case .authorizationQueryParametersError: "The authorization query parameters that you provided are not valid."
        case .credentialsNotSupported: "This request does not support credentials."
        case .expiredToken: "The provided token has expired."
        case .invalidAccessKeyID: "The AWS Access Key Id you provided does not exist in our records."
        case .invalidSecurity: "The provided security credentials are not valid."
        case .invalidToken: "The provided token is malformed or otherwise invalid."
        case .missingSecurityHeader: "Your request was missing a required header."
        case .requestExpired: "Request has expired."
        case .requestTimeTooSkewed: "The difference between the request time and the current time is too large."
        case .signatureDoesNotMatch:
            "The request signature we calculated does not match the signature you provided. "
                + "Check your key and signing method."
        case .badRequest: "An error occurred when parsing the HTTP request."
        case .badDigest: "The Content-MD5 you specified did not match what we received."
        case .incompleteBody:
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        case .invalidChunkSize: "Only the last chunk is allowed to have a size less than 8192 bytes"
        case .invalidDigest: "The Content-MD5 you specified was invalid."
        case .malformedTrailer:
            "The request contained trailing data that was not well-formed or did not conform to our published schema."
        case .requestTimeout:
            "Your socket connection to the server was not read from or written to within the timeout period."
        case .xAmzContentChecksumMismatch: "The provided 'x-amz-checksum' header does not match what was computed."
        case .xAmzContentSHA256Mismatch: "The provided 'x-amz-content-sha256' header does not match what was computed."
        default: requestMessage
        }
    }

    private var requestMessage: String {
        switch self {
        case .entityTooLarge: "Your proposed upload exceeds the maximum allowed size"
        case .entityTooSmall: "Your proposed upload is smaller than the minimum allowed size"
        case .illegalLocationConstraint:
            "The specified location constraint is incompatible for the region specific endpoint this request was "
                + "sent to."
        case .invalidArgument: "Invalid Argument"
        case .invalidBucketACLWithObjectOwnership:
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        case .invalidBucketName: "The specified bucket is not valid."
        case .invalidLocationConstraint: "The specified location-constraint is not valid"
        case .invalidPart:
            "One or more of the specified parts could not be found.  The part may not have been uploaded, "
                + "or the specified entity tag may not match the part's entity tag."
        case .invalidPartNumber: "The requested partnumber is not satisfiable"
        case .invalidPartOrder:
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        case .invalidRange: "The requested range is not satisfiable"
        case .invalidRequest: "Invalid Request"
        case .invalidStorageClass: "The storage class you specified is not valid"
        case .invalidTag: "The tag provided was not a valid tag."
        case .invalidURI: "Couldn't parse the specified URI."
        case .keyTooLong: "Your key is too long"
        case .malformedACL:
            "The XML you provided was not well-formed or did not validate against our published schema"
        case .malformedPolicy: "Policies must be valid JSON and the first byte must be '{'"
        case .malformedPOSTRequest: "The body of your POST request is not well-formed multipart/form-data."
        case .malformedXML:
            "The XML you provided was not well-formed or did not validate against our published schema"
        case .maxMessageLengthExceeded: "Your request was too big."
        case .metadataTooLarge: "Your metadata headers exceed the maximum allowed metadata size"
        case .methodNotAllowed: "The specified method is not allowed against this resource."
        case .missingContentLength: "You must provide the Content-Length HTTP header."
        case .missingRequestBody: "Request Body is empty"
        case .notImplemented: "A header you provided implies functionality that is not implemented"
        case .requestHeaderSectionTooLarge: "Your request headers exceed the maximum allowed size."
        case .tooManyBuckets: "You have attempted to create more buckets than allowed"
        case .unresolvableGrant: "The email address you provided does not match any account on record."
        default: stateMessage
        }
    }

    private var stateMessage: String {
        switch self {
        case .accelerateNotSupported: "S3 Transfer Acceleration is not supported for this bucket"
        case .bucketAlreadyExists:
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
                + "Please select a different name and try again."
        case .bucketAlreadyOwnedByYou:
            "Your previous request to create the named bucket succeeded and you already own it."
        case .bucketNotEmpty: "The bucket you tried to delete is not empty"
        case .conditionalRequestConflict:
            "The conditional request cannot succeed due to a conflicting operation against this resource."
        case .invalidBucketState: "The request is not valid with the current state of the bucket."
        case .invalidObjectState: "The operation is not valid for the object's storage class"
        case .notModified: "Not Modified"
        case .operationAborted:
            "A conflicting conditional operation is currently in progress against this resource. Please try again."
        case .preconditionFailed: "At least one of the pre-conditions you specified did not hold"
        case .noSuchBucket: "The specified bucket does not exist"
        case .noSuchKey: "The specified key does not exist."
        case .noSuchUpload:
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted "
                + "or completed."
        case .noSuchVersion: "The specified version does not exist."
        case .internalError: "We encountered an internal error. Please try again."
        case .serviceUnavailable: "Service is unable to handle request."
        case .slowDown: "Please reduce your request rate."
        case .storageFull: "The storage has no room left for this write. Delete something or add drives."
        default: unsetMessage
        }
    }

    private var unsetMessage: String {
        switch self {
        case .metadataConfigurationNotFound: "The metadata configuration does not exist."
        case .noSuchBucketPolicy: "The bucket policy does not exist"
        case .noSuchConfiguration: "The specified configuration does not exist."
        case .noSuchCORSConfiguration: "The CORS configuration does not exist"
        case .noSuchLifecycleConfiguration: "The lifecycle configuration does not exist"
        case .noSuchObjectLockConfiguration: "The specified object does not have a ObjectLock configuration"
        case .noSuchPublicAccessBlockConfiguration: "The public access block configuration was not found"
        case .noSuchTagSet: "The TagSet does not exist"
        case .noSuchWebsiteConfiguration: "The specified bucket does not have a website configuration"
        case .objectLockConfigurationNotFound: "Object Lock configuration does not exist for this bucket"
        case .ownershipControlsNotFound: "The bucket ownership controls were not found"
        case .replicationConfigurationNotFound: "The replication configuration was not found"
        case .serverSideEncryptionConfigurationNotFound: "The server side encryption configuration was not found"
        default: rawValue
        }
    }
}
