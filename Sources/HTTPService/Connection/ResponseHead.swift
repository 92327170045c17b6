import NIOCore
import NIOHTTP1

/// An answer's head as bytes, with the headers that the service owes every answer.
struct ResponseHead {
    let requestID: String
    /// The lines `Date` and `Server`, with their line ends.
    let commonLines: String
    let keepsAlive: Bool
    /// An HTTP/1.0 client that asked to keep the connection is told that it was heard.
    let confirmsKeepAlive: Bool
    let framing: Framing

    /// How the client knows where the body ends.
    enum Framing {
        /// It has none: 1xx, 204 and 304.
        case none
        case length(UInt64)
        case chunked
        /// By the end of the connection: all that HTTP/1.0 has for a body of unknown length.
        case connection
    }

    func write(status: HTTPResponseStatus, headers: HTTPHeaders, into buffer: inout ByteBuffer) {
        Self.writeStatusLine(status, into: &buffer)
        var hasRequestID = false
        for (name, value) in headers where !name.isEmpty && name.utf8.allSatisfy(Self.isToken) {
            if Self.isOwn(name) { continue }
            if name.utf8.count == 16, name.lowercased() == "x-amz-request-id" { hasRequestID = true }
            Self.write(name, value, into: &buffer)
        }
        switch framing {
        case .none, .connection: break
        case .length(let count): Self.write("Content-Length", String(count), into: &buffer)
        case .chunked: buffer.writeStaticString("Transfer-Encoding: chunked\r\n")
        }
        if !hasRequestID { Self.write("x-amz-request-id", requestID, into: &buffer) }
        buffer.writeString(commonLines)
        if !keepsAlive {
            buffer.writeStaticString("Connection: close\r\n")
        } else if confirmsKeepAlive {
            buffer.writeStaticString("Connection: keep-alive\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// Framing, date and server name are never the handler's.
    private static func isOwn(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: name.lowercased() == "date"
        case 6: name.lowercased() == "server"
        case 10: name.lowercased() == "connection"
        case 14: name.lowercased() == "content-length"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }

    private static func writeStatusLine(_ status: HTTPResponseStatus, into buffer: inout ByteBuffer) {
        switch status {
        case .ok: buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        case .noContent: buffer.writeStaticString("HTTP/1.1 204 No Content\r\n")
        case .partialContent: buffer.writeStaticString("HTTP/1.1 206 Partial Content\r\n")
        case .notFound: buffer.writeStaticString("HTTP/1.1 404 Not Found\r\n")
        default: buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
    }

    private static func write(_ name: String, _ value: String, into buffer: inout ByteBuffer) {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        if value.utf8.allSatisfy(isPrintable) {
            buffer.writeString(value)
        } else {
            // Values come from object metadata and query parameters: a line break would let a client write headers.
            buffer.writeBytes(value.utf8.lazy.map { isPrintable($0) ? $0 : UInt8(ascii: " ") })
        }
        buffer.writeStaticString("\r\n")
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7f || byte == 0x09
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            "!#$%&'*+.^`|~".utf8.contains(byte)
        }
    }
}
