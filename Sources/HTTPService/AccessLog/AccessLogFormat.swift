package import NIOCore

/// How entries are written: one line each, whatever a client put into its request.
package enum AccessLogFormat: String, Hashable, Sendable, CaseIterable {
    /// `time id client "METHOD target" status in=bytes out=bytes ms=duration name=value…`, and `aborted` at the end
    /// when the client did not get all of the answer.
    case text
    /// An object with the members `time`, `id`, `client`, `method`, `target`, `status`, `bytesIn`, `bytesOut`, `ms`,
    /// `complete` and the handler's fields under `fields`.
    case json

    /// Appends the entry and a line feed.
    package func write(_ entry: AccessLogEntry, into buffer: inout ByteBuffer) {
        switch self {
        case .text: Self.writeText(entry, into: &buffer)
        case .json: Self.writeJSON(entry, into: &buffer)
        }
        buffer.writeStaticString("\n")
    }

    private static func writeText(_ entry: AccessLogEntry, into buffer: inout ByteBuffer) {
        buffer.writeString(HTTPDate.formatISO(milliseconds: entry.startMilliseconds))
        buffer.writeString(" \(entry.requestID) \(entry.clientAddress) \"")
        writeEscaped(entry.method, into: &buffer)
        buffer.writeStaticString(" ")
        writeEscaped(entry.target, into: &buffer)
        buffer.writeString("\" \(entry.status) in=\(entry.bytesIn) out=\(entry.bytesOut) ms=\(milliseconds(entry))")
        for field in entry.fields {
            buffer.writeString(" \(field.name)=")
            if field.value.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
                buffer.writeString(field.value)
            } else {
                buffer.writeStaticString("\"")
                writeEscaped(field.value, into: &buffer)
                buffer.writeStaticString("\"")
            }
        }
        if !entry.isComplete { buffer.writeStaticString(" aborted") }
    }

    private static func writeJSON(_ entry: AccessLogEntry, into buffer: inout ByteBuffer) {
        buffer.writeString("{\"time\":\"\(HTTPDate.formatISO(milliseconds: entry.startMilliseconds))\"")
        buffer.writeString(",\"id\":\"\(entry.requestID)\"")
        writeMember("client", entry.clientAddress, into: &buffer)
        writeMember("method", entry.method, into: &buffer)
        writeMember("target", entry.target, into: &buffer)
        buffer.writeString(",\"status\":\(entry.status),\"bytesIn\":\(entry.bytesIn),\"bytesOut\":\(entry.bytesOut)")
        buffer.writeString(",\"ms\":\(milliseconds(entry)),\"complete\":\(entry.isComplete),\"fields\":{")
        for (index, field) in entry.fields.enumerated() {
            writeMember(field.name, field.value, into: &buffer, isFirst: index == 0)
        }
        buffer.writeStaticString("}}")
    }

    private static func writeMember(
        _ name: String, _ value: String, into buffer: inout ByteBuffer, isFirst: Bool = false
    ) {
        buffer.writeString(isFirst ? "\"" : ",\"")
        writeEscaped(name, into: &buffer)
        buffer.writeStaticString("\":\"")
        writeEscaped(value, into: &buffer)
        buffer.writeStaticString("\"")
    }

    /// As in a JSON string. A client must not be able to end a line or a quotation.
    private static func writeEscaped(_ text: String, into buffer: inout ByteBuffer) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                buffer.writeBytes([UInt8(ascii: "\\"), byte])
            case 0..<0x20, 0x7f:
                let digits = String(byte, radix: 16)
                buffer.writeString("\\u00" + (byte < 0x10 ? "0" : "") + digits)
            default:
                buffer.writeInteger(byte)
            }
        }
    }

    /// With microseconds as three decimals.
    private static func milliseconds(_ entry: AccessLogEntry) -> String {
        let microseconds = max(entry.duration.nanoseconds / 1000, 0)
        return "\(microseconds / 1000).\(String(microseconds % 1000 + 1000).dropFirst())"
    }
}
