import AdminAPI
import HTTPService
import NIOHTTP1
import SigV4
import StorageAPI

/// What a client is told when it does not get what it asked for.
struct AdminError: Error {
    let status: HTTPResponseStatus
    /// S3's where S3 has one.
    let code: String
    let message: String
    var allowedMethod: String?
    /// For the log only.
    var cause: (any Error)?

    init(_ status: HTTPResponseStatus, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    static let notSigned = AdminError(
        .forbidden, "AccessDenied", "Sign the request with Signature Version 4 and the owner's key.")
    static let accessDenied = AdminError(.forbidden, "AccessDenied", "Access Denied")
    static let presigned = AdminError(
        .forbidden, "AccessDenied", "A presigned URL is not accepted here: sign in the Authorization header.")
    static let unsignedBody = AdminError(
        .forbidden, "AccessDenied", "The digest of the body must be signed: send it as x-amz-content-sha256.")
    static let bodyMismatch = AdminError(
        .badRequest, "XAmzContentSHA256Mismatch", "The body is not the one whose digest was signed.")
    static let bodyTooLarge = AdminError(.payloadTooLarge, "EntityTooLarge", "The body is larger than any here.")
    static let bodyBroken = AdminError(.badRequest, "IncompleteBody", "The body ended before its end.")
    static let notFound = AdminError(.notFound, "NoSuchOperation", "There is nothing at this path.")
    static let examinationRunning = AdminError(
        .conflict, "ExaminationRunning", "An examination is under way: wait until it ends.")
    static let starting = AdminError(.serviceUnavailable, "ServiceUnavailable", "The server is starting: try again.")

    static func methodNotAllowed(_ allowed: String) -> AdminError {
        var error = AdminError(.methodNotAllowed, "MethodNotAllowed", "Use \(allowed) here.")
        error.allowedMethod = allowed
        return error
    }

    static func invalidArgument(_ message: String) -> AdminError {
        AdminError(.badRequest, "InvalidArgument", message)
    }

    /// Every fault of a signature closes the door in the same way; the code says what to mend.
    init(_ error: SignatureError) {
        self.init(.forbidden, error.code.rawValue, error.message)
    }

    init(_ error: StoreError) {
        switch error.code {
        case .unavailable, .overloaded, .outcomeUnknown, .bucketClosing, .conflict, .sourceChanged, .documentConflict:
            self.init(.serviceUnavailable, "ServiceUnavailable", error.message)
        case .noSuchPool: self.init(.notFound, "NoSuchPool", error.message)
        case .lastPool: self.init(.conflict, "LastPool", error.message)
        case .storageFull: self.init(.insufficientStorage, "StorageFull", error.message)
        case .noSuchBucket, .bucketExists, .bucketNotEmpty, .tooManyBuckets, .noSuchKey, .noSuchUpload, .invalidPart,
            .preconditionFailed, .preconditionMissingKey, .unreadable, .bodyFailed, .lengthMismatch:
            self.init(.internalServerError, "InternalError", "The server could not do it; its log says why.")
        }
        cause = error
    }

    func response(requestID: String) -> HTTPResponse {
        var response = HTTPResponse.json(
            ErrorReport(code: code, message: message, requestID: requestID), status: status)
        if let allowedMethod { response.headers.add(name: "Allow", value: allowedMethod) }
        if status == .serviceUnavailable { response.headers.add(name: "Retry-After", value: "1") }
        response.logFields.append(LogField("error", code))
        return response
    }
}
