import CLibXML2
import NIOCore

/// Parses a request's document with libxml2's push parser.
///
/// Nothing is fetched, no entity is declared or expanded, and a document type is refused where it begins, so that the
/// document stays as small as it is. What is left to bound is bounded by ``XMLLimits``.
enum XMLReader {
    /// - Throws: `MalformedXML`.
    static func parse(_ buffer: ByteBuffer) throws(S3Error) -> XMLElement {
        guard buffer.readableBytes > 0, buffer.readableBytes <= BodyLimits.large, isPlausible(buffer.readableBytesView)
        else { throw .malformedXML() }
        _ = isInitialized
        let builder = XMLTreeBuilder()
        var handler = XMLTreeBuilder.handler
        let context = xmlCreatePushParserCtxt(&handler, Unmanaged.passUnretained(builder).toOpaque(), nil, 0, nil)
        guard let context else { throw S3Error(.internalError) }
        defer {
            xmlFreeDoc(context.pointee.myDoc)
            xmlFreeParserCtxt(context)
        }
        builder.context = context
        // UTF-8 whatever the document says of itself: it was checked to be that.
        let options =
            XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
            | XML_PARSE_IGNORE_ENC.rawValue
        xmlCtxtUseOptions(context, Int32(options))
        let status = buffer.withUnsafeReadableBytes { bytes in
            xmlParseChunk(context, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
        }
        guard status == 0, context.pointee.wellFormed == 1, !builder.isRefused, let root = builder.root else {
            throw .malformedXML()
        }
        return root
    }

    private static let isInitialized: Void = xmlInitParser()

    /// UTF-8 without NUL, so that no other encoding is guessed, and with a `<` every so often: libxml2 compares the
    /// attributes of an element in pairs, and a tag can be no longer than the distance from one `<` to the next.
    private static func isPlausible(_ bytes: ByteBufferView) -> Bool {
        var run = 0
        for byte in bytes {
            guard byte != 0, run <= XMLLimits.bytesWithoutTag else { return false }
            run = byte == UInt8(ascii: "<") ? 0 : run + 1
        }
        return String(validating: bytes, as: UTF8.self) != nil
    }
}

/// What a document may hold. S3's own have a depth of 4, a handful of attributes, and keys of 1,024 bytes as the
/// longest text, which escapes can stretch.
enum XMLLimits {
    static let depth = 16
    /// 10,000 parts of a number, a tag and seven checksums, with room to spare.
    static let elements = 120_000
    static let attributes = 16
    static let bytesWithoutTag = 16 << 10
}

/// Receives what the parser reports, on the stack of ``XMLReader/parse(_:)``.
private final class XMLTreeBuilder {
    var context: xmlParserCtxtPtr?
    private(set) var root: XMLElement?
    /// The elements that are open, the innermost last.
    private var path: [XMLElement] = []
    private var elementCount = 0
    private(set) var isRefused = false

    /// Only what a document needs: without the other functions libxml2 keeps nothing of it.
    static var handler: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = XML_SAX2_MAGIC
        handler.internalSubset = { builder, _, _, _ in XMLTreeBuilder.of(builder).refuse() }
        handler.startElementNs = { builder, name, _, _, namespaceCount, _, attributeCount, _, _ in
            guard let name else { return }
            XMLTreeBuilder.of(builder).open(String(cString: name), attributeCount: namespaceCount + attributeCount)
        }
        handler.endElementNs = { builder, _, _, _ in XMLTreeBuilder.of(builder).close() }
        handler.characters = { builder, text, count in XMLTreeBuilder.of(builder).append(text, count) }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = handler.characters
        return handler
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> XMLTreeBuilder {
        guard let pointer else { preconditionFailure("libxml2 gives back what it was given") }
        return Unmanaged<XMLTreeBuilder>.fromOpaque(pointer).takeUnretainedValue()
    }

    private func refuse() {
        isRefused = true
        xmlStopParser(context)
    }

    private func open(_ name: String, attributeCount: Int32) {
        elementCount += 1
        guard path.count < XMLLimits.depth, elementCount <= XMLLimits.elements,
            Int(attributeCount) <= XMLLimits.attributes
        else { return refuse() }
        path.append(XMLElement(name: name))
    }

    private func close() {
        guard !isRefused, let element = path.popLast() else { return }
        if path.isEmpty {
            root = element
        } else {
            path[path.count - 1].children.append(element)
        }
    }

    private func append(_ text: UnsafePointer<xmlChar>?, _ count: Int32) {
        guard !isRefused, let text, !path.isEmpty else { return }
        path[path.count - 1].text.append(contentsOf: UnsafeBufferPointer(start: text, count: Int(count)))
    }
}
