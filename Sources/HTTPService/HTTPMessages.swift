package import NIOCore
package import NIOHTTP1
package import StorageAPI

/// A request as it arrived, its body still on the wire.
package struct HTTPRequest: Sendable {
    /// Names this request in answers and logs: 16 upper-case hexadecimal digits.
    package var id: String
    package var method: HTTPMethod
    /// The request target verbatim, as it was signed: path and query, still percent-encoded.
    package var target: String
    package var version: HTTPVersion
    package var headers: HTTPHeaders
    /// The client's address: the peer's, or what a trusted proxy says of it.
    package var clientAddress: String
    /// The scheme, host and port the client used, seen through a trusted proxy.
    package var isSecure: Bool
    /// The Host that the client used, when a trusted proxy passed it on beside its own.
    package var forwardedHost: String?
    package var body: any RequestBody

    package init(
        id: String, method: HTTPMethod, target: String, version: HTTPVersion = .http1_1, headers: HTTPHeaders,
        clientAddress: String, isSecure: Bool, forwardedHost: String? = nil, body: any RequestBody
    ) {
        self.id = id
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.clientAddress = clientAddress
        self.isSecure = isSecure
        self.forwardedHost = forwardedHost
        self.body = body
    }
}

/// The body of a request, after the transfer encoding was taken off.
///
/// The first `next` sends `100 Continue` where the client waits for it. `next` throws ``HTTPBodyError``.
package protocol RequestBody: ByteStream {
    /// Content-Length, or nil for a chunked body. 0 when there is none.
    var length: UInt64? { get }
}

package enum HTTPBodyError: Error, Equatable {
    /// The client went away, or closed before the promised length.
    case truncated
    /// Slower than the minimum rate, or silent for longer than the body timeout.
    case timedOut
    /// Not HTTP.
    case malformed
}

package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case none
        case bytes(ByteBuffer)
        /// Exactly `length` bytes, or an error, after which the connection is closed without completing the body.
        case stream(any ByteStream, length: UInt64)
        /// As many bytes as there come: chunked, and for HTTP/1.0 up to the end of the connection. An error closes the
        /// connection without completing the body.
        case unbounded(any ByteStream)
    }

    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: Body
    /// For an answer to HEAD: what Content-Length would be.
    package var headLength: UInt64?
    /// Facts for the access log: operation, bucket, error code. Never a secret.
    package var logFields: [LogField]

    package init(
        status: HTTPResponseStatus, headers: HTTPHeaders = HTTPHeaders(), body: Body = .none, headLength: UInt64? = nil,
        logFields: [LogField] = []
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.headLength = headLength
        self.logFields = logFields
    }
}

package struct LogField: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Answers requests. Called on the event loop of the request's connection, and must never block it.
///
/// An unread body is drained or the connection is closed by the service.
package protocol HTTPHandler: Sendable {
    func respond(to request: HTTPRequest) async -> HTTPResponse
}
