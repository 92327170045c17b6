/// The key of a row. Keys order as their bytes do; each type says what that order means.
package protocol IndexKey: Hashable, Sendable {
    var bytes: [UInt8] { get }
    /// - Throws: for bytes that `bytes` would not make.
    init(parsing bytes: [UInt8]) throws(RecordError)
}

/// The least key behind all that begin with `prefix`; nil when there is none, and the family's end is the bound.
package func upperBound(ofPrefix prefix: [UInt8]) -> [UInt8]? {
    guard let last = prefix.lastIndex(where: { $0 != 0xFF }) else { return nil }
    var bound = Array(prefix[...last])
    bound[last] += 1
    return bound
}

/// Takes a key apart, front to back.
struct KeyParser {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    mutating func integer<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) throws(RecordError)
        -> Integer
    {
        Integer(bigEndian: try take(Integer.bitWidth / 8))
    }

    mutating func dataID() throws(RecordError) -> DataID {
        try DataID(parsing: try take(DataID.byteCount))
    }

    /// See `append(escaped:)`.
    mutating func escaped() throws(RecordError) -> [UInt8] {
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == 0 else {
                value.append(byte)
                continue
            }
            switch rest.popFirst() {
            case 0xFF: value.append(0)
            case 0x01: return value
            default: throw RecordError("a key with a wrong escape")
            }
        }
        throw RecordError("a key that does not end")
    }

    mutating func remaining() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }

    mutating func remainingText() throws(RecordError) -> String {
        guard let text = String(validating: remaining(), as: UTF8.self) else { throw RecordError("a key is not UTF-8") }
        return text
    }

    func end() throws(RecordError) {
        guard rest.isEmpty else { throw RecordError("a key with \(rest.count) bytes too many") }
    }

    private mutating func take(_ count: Int) throws(RecordError) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw RecordError("a key is cut off") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

extension [UInt8] {
    /// `value` with 00 as 00 FF, then 00 01: what follows cannot change the order of two different values.
    mutating func append(escaped value: [UInt8]) {
        append(escapedPrefix: value)
        append(0x00)
        append(0x01)
    }

    /// What all escaped values with the prefix `value` begin with.
    mutating func append(escapedPrefix value: [UInt8]) {
        reserveCapacity(count + value.count + 2)
        for byte in value {
            append(byte)
            if byte == 0 { append(0xFF) }
        }
    }
}
