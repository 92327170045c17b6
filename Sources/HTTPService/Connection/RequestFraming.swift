import NIOHTTP1

/// How a request's body is delimited and what its connection does afterwards, decided from its head alone.
///
/// The parser has already refused much. Here is what it lets pass, and what two servers in a row could read differently
/// (request smuggling, RFC 9112 §11.2): whatever is ambiguous is refused, nothing is repaired.
struct RequestFraming: Hashable {
    /// Content-Length; nil for a chunked body; 0 when there is none.
    private(set) var length: UInt64? = 0
    private(set) var keepsAlive: Bool
    /// The client waits for `100 Continue` before it sends the body.
    private(set) var awaitsContinue = false

    init(_ head: HTTPRequestHead, limits: HTTPLimits) throws(HTTPProtocolError) {
        guard head.version == .http1_1 || head.version == .http1_0 else { throw .unsupportedVersion }
        try Self.check(target: head.uri, limits: limits)
        // After an Upgrade that it takes for granted, the parser reads no further request.
        keepsAlive = head.isKeepAlive && !head.headers.contains(name: "upgrade")
        var fields = Fields()
        for (name, value) in head.headers {
            guard value.utf8.allSatisfy(Self.isAllowedInValue) else { throw .malformed }
            try fields.note(name: name, value: value)
        }
        if fields.hosts != 1, head.version == .http1_1 || fields.hosts > 1 { throw .badHost }
        try frame(fields, version: head.version)
    }

    /// The few headers that matter here, collected in one pass.
    private struct Fields {
        var hosts = 0
        var contentLength: UInt64?
        var transferEncoding: String?
        var expectation: String?

        mutating func note(name: String, value: String) throws(HTTPProtocolError) {
            switch name.utf8.count {
            case 4 where name.lowercased() == "host":
                hosts += 1
            case 6 where name.lowercased() == "expect":
                expectation = value
            case 14 where name.lowercased() == "content-length":
                // Repeats are refused even if equal: what they were made of is not known.
                guard contentLength == nil, let length = RequestFraming.decimal(value) else { throw .malformed }
                contentLength = length
            case 17 where name.lowercased() == "transfer-encoding":
                guard transferEncoding == nil else { throw .malformed }
                transferEncoding = value
            default:
                break
            }
        }
    }

    private mutating func frame(_ fields: Fields, version: HTTPVersion) throws(HTTPProtocolError) {
        if let encoding = fields.transferEncoding {
            guard fields.contentLength == nil, version == .http1_1 else { throw .malformed }
            guard encoding.lowercased() == "chunked" else { throw .unsupportedTransferEncoding }
            length = nil
        } else {
            length = fields.contentLength ?? 0
        }
        // Other expectations are none that anybody could have (RFC 9110 §10.1.1). S3 passes them by too.
        guard fields.expectation?.lowercased() == "100-continue", version == .http1_1 else { return }
        awaitsContinue = length != 0
    }

    /// Only the origin form, `/path?query`: it is what is signed. (`*` and the forms for proxies are refused.)
    private static func check(target: String, limits: HTTPLimits) throws(HTTPProtocolError) {
        guard target.utf8.count <= limits.targetBytes else { throw .targetTooLong }
        guard target.utf8.first == UInt8(ascii: "/") else { throw .malformed }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .malformed }
    }

    /// RFC 9110 §5.5: no control characters. A carriage return or line feed is what the parser leaves of a folded line.
    private static func isAllowedInValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7f || byte == 0x09
    }

    /// Digits only: no sign, no list, no blanks. Int64's range, which is that of every offset further down.
    private static func decimal(_ text: String) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let value = Int64(text)
        else { return nil }
        return UInt64(value)
    }
}
