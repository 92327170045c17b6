internal import Glibc

extension DriveError {
    /// - Parameters:
    ///   - operation: what was tried, in words that fit behind "cannot".
    ///   - path: of the file or directory that it concerned.
    init(_ failure: Errno, _ operation: String, _ path: String) {
        self.init(
            Code(failure), "cannot \(operation) \(path): \(failure.text)", errorNumber: failure.number)
    }
}

extension DriveError.Code {
    fileprivate init(_ failure: Errno) {
        switch failure.number {
        case ENOENT, ENOTDIR: self = .notFound
        case ENOSPC, EDQUOT, EFBIG: self = .full
        case EROFS: self = .readOnly
        case EACCES, EPERM: self = .denied
        case EMFILE, ENFILE: self = .tooManyOpenFiles
        case ESTALE, ENODEV, ENXIO, ESHUTDOWN: self = .vanished
        // EIO and whatever else a file system may say: all that matters is that the drive can not be trusted.
        default: self = .inputOutput
        }
    }
}

/// Adds to a failed call what was tried, and on which path.
func naming<Value: ~Copyable>(
    _ operation: String, _ path: String, _ call: () throws(Errno) -> Value
) throws(DriveError) -> Value {
    do {
        return try call()
    } catch {
        throw DriveError(error, operation, path)
    }
}
