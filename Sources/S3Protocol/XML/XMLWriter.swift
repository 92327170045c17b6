package import NIOCore

/// Writes an XML document forwards into a buffer. Names are ours and trusted; text is escaped.
package struct XMLWriter {
    /// The namespace of S3's documents.
    package static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

    private var buffer: ByteBuffer

    private init(capacity: Int) {
        buffer = ByteBufferAllocator().buffer(capacity: capacity)
    }

    /// A whole document: the declaration and what `content` writes.
    package static func document(capacity: Int = 512, _ content: (inout XMLWriter) -> Void) -> ByteBuffer {
        var writer = XMLWriter(capacity: capacity)
        writer.buffer.writeStaticString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        content(&writer)
        return writer.buffer
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
        buffer.writeString(String(number))
        close(name)
    }

    package mutating func element(_ name: String, _ flag: Bool) {
        open(name)
        buffer.writeString(flag ? "true" : "false")
        close(name)
    }

    /// Text inside an element.
    package mutating func text(_ text: String) {
        escape(text.utf8)
    }

    /// `<name/>`
    package mutating func emptyElement(_ name: String, attributes: String = "") {
        buffer.writeString("<\(name)\(attributes.isEmpty ? "" : " ")\(attributes)/>")
    }

    private mutating func open(_ name: String, _ attributes: String = "") {
        buffer.writeString("<")
        buffer.writeString(name)
        if !attributes.isEmpty {
            buffer.writeString(" ")
            buffer.writeString(attributes)
        }
        buffer.writeString(">")
    }

    private mutating func close(_ name: String) {
        buffer.writeString("</")
        buffer.writeString(name)
        buffer.writeString(">")
    }

    /// Control characters become character references, as AWS writes them: XML 1.0 has no form for most of them, and a
    /// key must not change on its way, so that a client which lists such keys asks for `encoding-type=url`.
    private mutating func escape(_ text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "&"): buffer.writeStaticString("&amp;")
            case UInt8(ascii: "<"): buffer.writeStaticString("&lt;")
            case UInt8(ascii: ">"): buffer.writeStaticString("&gt;")
            case UInt8(ascii: "\""): buffer.writeStaticString("&quot;")
            case UInt8(ascii: "\t"), UInt8(ascii: "\n"): buffer.writeInteger(byte)
            case 0x00..<0x20, 0x7F: buffer.writeString("&#x\(String(byte, radix: 16));")
            default: buffer.writeInteger(byte)
            }
        }
    }
}
