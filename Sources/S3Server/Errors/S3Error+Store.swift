import S3Protocol
import StorageAPI

extension S3Error {
    /// The one place where what a store throws becomes what a client is told.
    init(_ error: StoreError) {
        if error.code == .bodyFailed, let cause = error.cause {
            self.init(translating: cause)
            return
        }
        let (code, message) = Self.translation(of: error.code)
        self.init(code, message, cause: error)
    }

    private static func translation(of code: StoreError.Code) -> (S3ErrorCode, String?) {
        switch code {
        case .noSuchBucket: (.noSuchBucket, nil)
        case .bucketExists: (.bucketAlreadyOwnedByYou, nil)
        case .bucketNotEmpty: (.bucketNotEmpty, nil)
        case .bucketClosing: (.operationAborted, "The bucket is being deleted. Please try again.")
        case .tooManyBuckets: (.tooManyBuckets, nil)
        case .noSuchKey, .preconditionMissingKey: (.noSuchKey, nil)
        case .noSuchUpload: (.noSuchUpload, nil)
        case .invalidPart: (.invalidPart, nil)
        case .preconditionFailed: (.preconditionFailed, nil)
        case .sourceChanged: (.operationAborted, "The source of the copy keeps changing. Please try again.")
        case .conflict: (.operationAborted, nil)
        case .storageFull: (.storageFull, nil)
        case .overloaded: (.slowDown, nil)
        case .unavailable: (.serviceUnavailable, "Too few drives are available. Nothing was changed. Please try again.")
        case .outcomeUnknown:
            (.serviceUnavailable, "The drives did not answer in time. The write may or may not take effect.")
        case .unreadable: (.serviceUnavailable, "The object cannot be read with the drives that are available.")
        case .bodyFailed, .noSuchPool, .lastPool: (.internalError, nil)
        case .lengthMismatch: (.incompleteBody, nil)
        case .documentConflict: (.operationAborted, nil)
        }
    }
}
