import NIOCore
package import NIOHTTP1

/// What the service itself answers, before or instead of the handler.
package enum HTTPProtocolError: Error, Hashable, Sendable, CaseIterable {
    /// Not HTTP, or HTTP that two servers could read differently.
    case malformed
    /// HTTP/1.1 without exactly one Host.
    case badHost
    /// More header bytes or fields than allowed.
    case headersTooLarge
    /// A longer request target than allowed.
    case targetTooLong
    /// The request head did not arrive in time.
    case timedOut
    /// The cap of connections is reached and none was idle.
    case tooManyConnections
    /// The cap of requests in flight is reached.
    case tooManyRequests
    /// A Transfer-Encoding other than `chunked`.
    case unsupportedTransferEncoding
    /// Neither HTTP/1.0 nor HTTP/1.1.
    case unsupportedVersion
    /// The handler's stream failed before its first byte, so that the answer could still be changed.
    case responseFailed

    package var status: HTTPResponseStatus {
        switch self {
        case .malformed, .badHost, .timedOut: .badRequest
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .targetTooLong: .uriTooLong
        case .tooManyConnections, .tooManyRequests: .serviceUnavailable
        case .unsupportedTransferEncoding: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        case .responseFailed: .internalServerError
        }
    }

    /// Whether the bytes after this request can still be understood.
    var keepsConnection: Bool {
        switch self {
        case .tooManyRequests, .responseFailed: true
        case .malformed, .badHost, .headersTooLarge, .targetTooLong, .timedOut, .tooManyConnections,
            .unsupportedTransferEncoding, .unsupportedVersion:
            false
        }
    }

    /// A short text answer, for a service whose handler has nothing better.
    @Sendable
    package static func plainResponse(to error: Self, requestID: String) -> HTTPResponse {
        HTTPResponse(
            status: error.status, headers: ["Content-Type": "text/plain"],
            body: .bytes(ByteBuffer(string: "\(error) (request \(requestID))\n")))
    }
}
