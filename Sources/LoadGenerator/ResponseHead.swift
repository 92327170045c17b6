/// The little that a load generator wants to know of an answer's head.
struct ResponseHead {
    let status: Int
    private(set) var contentLength = 0
    private(set) var isChunked = false
    private(set) var closes = false

    /// - Parameter bytes: The status line and the fields, up to the empty line.
    init(_ bytes: Slice<UnsafeRawBufferPointer>) throws(LoadError) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        guard let line = lines.popFirst(), line.count >= 12, let status = Int(line.dropFirst(9).prefix(3).text) else {
            throw LoadError("an answer that is not HTTP")
        }
        self.status = status
        for line in lines {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            // By length first: most fields are none of these.
            switch colon - line.startIndex {
            case 14 where line[..<colon].text.lowercased() == "content-length":
                contentLength = Int(line[(colon + 1)...].trimmed.text) ?? 0
            case 17 where line[..<colon].text.lowercased() == "transfer-encoding":
                isChunked = line[(colon + 1)...].trimmed.text.lowercased() == "chunked"
            case 10 where line[..<colon].text.lowercased() == "connection":
                closes = line[(colon + 1)...].trimmed.text.lowercased() == "close"
            default: break
            }
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Without the spaces and the carriage return around it.
    var trimmed: Self {
        var result = drop { $0 == UInt8(ascii: " ") }
        while let last = result.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") { result.removeLast() }
        return result
    }
}
