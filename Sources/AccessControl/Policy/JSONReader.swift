/// Reads JSON (RFC 8259) strictly: a name that comes twice, a lone surrogate or a byte that is not UTF-8 is a fault,
/// since two readers could take such a document for two different policies.
struct JSONReader {
    /// More than any policy needs; what recurses must end.
    private static let maximumDepth = 16

    private let bytes: [UInt8]
    private var position = 0

    static func read(_ bytes: [UInt8]) throws(JSONFault) -> JSONNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONFault(reason: "The document is not UTF-8", offset: 0)
        }
        var reader = JSONReader(bytes: bytes)
        let node = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.fault("There is text after the document's end") }
        return node
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func fault(_ reason: String) -> JSONFault { JSONFault(reason: reason, offset: position) }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONNode {
        guard depth < Self.maximumDepth else { throw fault("The document is nested too deeply") }
        skipSpace()
        let offset = position
        switch current {
        case UInt8(ascii: "{"): return JSONNode(value: .object(try object(depth: depth)), offset: offset)
        case UInt8(ascii: "["): return JSONNode(value: .array(try array(depth: depth)), offset: offset)
        case UInt8(ascii: "\""): return JSONNode(value: .string(try string()), offset: offset)
        case UInt8(ascii: "t"): return JSONNode(value: try word("true", .bool(true)), offset: offset)
        case UInt8(ascii: "f"): return JSONNode(value: try word("false", .bool(false)), offset: offset)
        case UInt8(ascii: "n"): return JSONNode(value: try word("null", .null), offset: offset)
        case nil: throw fault("The document ends early")
        default: return JSONNode(value: .number(try number()), offset: offset)
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONNode.Value) throws(JSONFault) -> JSONNode.Value {
        for index in 0..<text.utf8CodeUnitCount {
            guard current == text.utf8Start[index] else { throw fault("This is not JSON") }
            position += 1
        }
        return value
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSONNode] {
        position += 1
        skipSpace()
        if take("]") { return [] }
        var nodes: [JSONNode] = []
        while true {
            nodes.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return nodes }
            guard take(",") else { throw fault("A comma or ] is missing") }
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> [JSONNode.Member] {
        position += 1
        skipSpace()
        if take("}") { return [] }
        var members: [JSONNode.Member] = []
        var names: Set<[UInt8]> = []
        while true {
            skipSpace()
            let offset = position
            guard current == UInt8(ascii: "\"") else { throw fault("A name in quotes is missing") }
            let name = try string()
            // As bytes: equality of strings would take two spellings of one letter for the same.
            guard names.insert(Array(name.utf8)).inserted else {
                throw JSONFault(reason: "The name \"\(name)\" comes twice", offset: offset)
            }
            skipSpace()
            guard take(":") else { throw fault("A colon is missing") }
            members.append(JSONNode.Member(name: name, offset: offset, node: try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return members }
            guard take(",") else { throw fault("A comma or } is missing") }
        }
    }
}

// MARK: Numbers and strings

extension JSONReader {
    private mutating func digits() -> Int {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func number() throws(JSONFault) -> String {
        let start = position
        _ = take("-")
        if !take("0") {
            guard digits() > 0 else { throw fault("This is not JSON") }
        }
        if take(".") {
            guard digits() > 0 else { throw fault("This is not a number") }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() > 0 else { throw fault("This is not a number") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func string() throws(JSONFault) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                text += Array(String(try escaped()).utf8)
            case 0..<0x20:
                throw fault("A control character stands in a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw fault("A string does not end")
    }

    private mutating func escaped() throws(JSONFault) -> Unicode.Scalar {
        guard let letter = current else { throw fault("A string does not end") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try codeUnit()
            if let scalar = Unicode.Scalar(high) { return scalar }
            guard (0xd800..<0xdc00).contains(high), take("\\"), take("u") else { throw fault("Half a surrogate pair") }
            let low = try codeUnit()
            guard (0xdc00..<0xe000).contains(low),
                let scalar = Unicode.Scalar(0x1_0000 + (high - 0xd800) << 10 + (low - 0xdc00))
            else { throw fault("Half a surrogate pair") }
            return scalar
        default: throw fault("An escape that JSON does not know")
        }
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt32 {
        guard position + 4 <= bytes.count else { throw fault("A string does not end") }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("An escape that JSON does not know")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
