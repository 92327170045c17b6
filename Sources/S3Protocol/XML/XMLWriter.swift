package import NIOCore

/// Writes an XML document forwards into a buffer. Names are ours and trusted; text is escaped.
package struct XMLWriter {
    /// The namespace of S3's documents.
    package static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

    /// An array, because its appends are several times as fast as a ByteBuffer's small writes.
    private var bytes: [UInt8] = []

    /// A whole document: the declaration and what `content` writes.
    package static func document(capacity: Int = 512, _ content: (inout XMLWriter) -> Void) -> ByteBuffer {
        var writer = XMLWriter()
        writer.bytes.reserveCapacity(capacity)
        writer.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        content(&writer)
        return ByteBuffer(bytes: writer.bytes)
    }

    /// An element with children. `attributes` is written verbatim after the name.
    package mutating func element(_ name: String, attributes: String = "", _ content: (inout XMLWriter) -> Void) {
        open(name, attributes)
        content(&self)
        close(name)
    }

    package mutating func element(_ name: String, _ text: String) {
        open(name)
        escape(text.utf8)
        close(name)
    }

    /// `text` is UTF-8.
    package mutating func element(_ name: String, _ text: [UInt8]) {
        open(name)
        escape(text)
        close(name)
    }

    package mutating func element(_ name: String, _ number: some BinaryInteger) {
        open(name)
        append(String(number))
        close(name)
    }

    package mutating func element(_ name: String, _ flag: Bool) {
        open(name)
        append(flag ? "true" : "false")
        close(name)
    }

    /// Text inside an element.
    package mutating func text(_ text: String) {
        escape(text.utf8)
    }

    /// `<name/>`
    package mutating func emptyElement(_ name: String, attributes: String = "") {
        append("<\(name)\(attributes.isEmpty ? "" : " ")\(attributes)/>")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func open(_ name: String, _ attributes: String = "") {
        bytes.append(UInt8(ascii: "<"))
        append(name)
        if !attributes.isEmpty {
            bytes.append(UInt8(ascii: " "))
            append(attributes)
        }
        bytes.append(UInt8(ascii: ">"))
    }

    private mutating func close(_ name: String) {
        append("</")
        append(name)
        bytes.append(UInt8(ascii: ">"))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), 0x7F: false
        case UInt8(ascii: "\t"), UInt8(ascii: "\n"): true
        default: byte >= 0x20
        }
    }

    /// Control characters become character references, as AWS writes them: XML 1.0 has no form for most of them, and a
    /// key must not change on its way, so that a client which lists such keys asks for `encoding-type=url`.
    private mutating func escape(_ text: some Collection<UInt8>) {
        if text.allSatisfy(Self.isPlain) {
            return bytes.append(contentsOf: text)
        }
        for byte in text {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            case UInt8(ascii: ">"): append("&gt;")
            case UInt8(ascii: "\""): append("&quot;")
            case let byte where Self.isPlain(byte): bytes.append(byte)
            default: append("&#x\(String(byte, radix: 16));")
            }
        }
    }
}
