/// An element of a request's document. Attributes, comments and namespaces are dropped: S3's documents mean the same
/// without them, and clients differ in which they send.
struct XMLElement: Hashable, Sendable {
    /// Without a namespace prefix.
    let name: String
    /// The text directly inside, verbatim, as UTF-8.
    var text: [UInt8] = []
    var children: [XMLElement] = []

    init(name: String) {
        self.name = name
    }

    /// The text without white space around it. Not for keys, whose white space counts.
    var word: String { String(decoding: text[...].trimmed, as: UTF8.self) }

    /// - Throws: `MalformedXML` unless the text is a decimal number.
    func number() throws(S3Error) -> UInt64 {
        let digits = text[...].trimmed
        guard let value = UInt64(String(decoding: digits, as: UTF8.self)) else { throw .malformedXML() }
        return value
    }

    /// - Throws: `MalformedXML` unless the text is `true` or `false`.
    func flag() throws(S3Error) -> Bool {
        switch word.lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: throw .malformedXML()
        }
    }
}
