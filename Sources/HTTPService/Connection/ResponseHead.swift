import NIOCore
import NIOHTTP1

/// An answer's head as bytes, with the headers that the service owes every answer.
struct ResponseHead {
    let requestID: String
    let date: String
    let serverName: String
    let keepsAlive: Bool
    /// An HTTP/1.0 client that asked to keep the connection is told that it was heard.
    let confirmsKeepAlive: Bool
    /// Nil for answers that have no length: 1xx, 204 and 304.
    let contentLength: UInt64?

    func write(status: HTTPResponseStatus, headers: HTTPHeaders, into buffer: inout ByteBuffer) {
        buffer.writeString("HTTP/1.1 ")
        buffer.writeString(String(status.code))
        buffer.writeString(" ")
        buffer.writeString(status.reasonPhrase)
        buffer.writeString("\r\n")
        var given = Given()
        for (name, value) in headers where given.passes(name) && !name.isEmpty && name.utf8.allSatisfy(Self.isToken) {
            Self.write(name, value, into: &buffer)
        }
        if let contentLength { Self.write("Content-Length", String(contentLength), into: &buffer) }
        if !given.requestID { Self.write("x-amz-request-id", requestID, into: &buffer) }
        if !given.date { Self.write("Date", date, into: &buffer) }
        if !given.server { Self.write("Server", serverName, into: &buffer) }
        if !keepsAlive {
            buffer.writeStaticString("Connection: close\r\n")
        } else if confirmsKeepAlive {
            buffer.writeStaticString("Connection: keep-alive\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// Which of the service's headers the handler gave itself; framing is never the handler's.
    private struct Given {
        var requestID = false
        var date = false
        var server = false

        mutating func passes(_ name: String) -> Bool {
            switch name.utf8.count {
            case 4 where name.lowercased() == "date": date = true
            case 6 where name.lowercased() == "server": server = true
            case 10 where name.lowercased() == "connection", 14 where name.lowercased() == "content-length",
                17 where name.lowercased() == "transfer-encoding":
                return false
            case 16 where name.lowercased() == "x-amz-request-id": requestID = true
            default: break
            }
            return true
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
