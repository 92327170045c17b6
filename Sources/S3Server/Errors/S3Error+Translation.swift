package import HTTPService
import NIOHTTP1
import S3Protocol
import SigV4
import StorageAPI

extension S3Error {
    /// What a client is told about anything that was thrown while it was served.
    init(translating error: any Error) {
        switch error {
        case let error as S3Error: self = error
        case let error as StoreError: self.init(error)
        case let error as SignatureError: self.init(error)
        case let error as HTTPBodyError: self.init(error)
        default: self.init(.internalError, cause: error)
        }
    }

    init(_ error: HTTPBodyError) {
        switch error {
        case .truncated, .malformed: self.init(.incompleteBody, cause: error)
        case .timedOut: self.init(.requestTimeout, cause: error)
        }
    }

    /// What passed does not have the checksum that was promised.
    static func badDigest(_ algorithm: ChecksumAlgorithm) -> S3Error {
        S3Error(.badDigest, "The \(algorithm.wireName) you specified did not match the calculated checksum.")
    }
}

extension HTTPProtocolError {
    /// What the HTTP service answers itself, in the words of S3.
    fileprivate var s3Error: S3Error {
        switch self {
        case .malformed: S3Error(.badRequest)
        case .badHost: S3Error(.badRequest, "Exactly one Host header is needed.")
        case .headersTooLarge: S3Error(.requestHeaderSectionTooLarge)
        case .targetTooLong: S3Error(.invalidURI, "The request target is too long.")
        case .timedOut: S3Error(.requestTimeout)
        case .tooManyConnections, .tooManyRequests: S3Error(.slowDown)
        case .unsupportedTransferEncoding:
            S3Error.notImplemented(header: "Transfer-Encoding")
        case .unsupportedVersion: S3Error(.badRequest, "Only HTTP/1.0 and HTTP/1.1 are supported.")
        case .responseFailed: S3Error(.internalError)
        }
    }

    /// For ``HTTPServiceConfiguration/errorResponse``: errors before or instead of a handler are S3's documents too.
    @Sendable
    package static func s3Response(to error: Self, requestID: String) -> HTTPResponse {
        var response = error.s3Error.response(resource: "", requestID: requestID)
        response.status = error.responseStatus
        return response
    }

    /// S3 has one status for an error; HTTP knows better here.
    private var responseStatus: HTTPResponseStatus {
        switch self {
        case .headersTooLarge, .targetTooLong: .badRequest
        default: status
        }
    }
}

extension S3Error {
    /// The answer that carries this error. The service leaves the document out where the method or status forbids it.
    ///
    /// - Parameter resource: the path that was asked for, without the query.
    func response(resource: String, requestID: String) -> HTTPResponse {
        var headers = headers
        let logFields = [LogField("error", code.rawValue)]
        guard code != .notModified else { return HTTPResponse(status: status, headers: headers, logFields: logFields) }
        headers.add(name: "Content-Type", value: "application/xml")
        if code == .slowDown || code == .serviceUnavailable { headers.add(name: "Retry-After", value: "1") }
        let document = document(resource: resource, requestID: requestID, hostID: requestID)
        return HTTPResponse(status: status, headers: headers, body: .bytes(document), logFields: logFields)
    }
}
