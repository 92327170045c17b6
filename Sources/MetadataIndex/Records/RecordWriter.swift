/// Writes proto3 fields. The caller keeps their numbers ascending; defaults are left out.
package struct RecordWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {
        bytes.reserveCapacity(256)
    }

    package mutating func write(_ number: Int, _ value: UInt64) {
        guard value != 0 else { return }
        tag(number, .varint)
        varint(value)
    }

    package mutating func write(_ number: Int, _ value: Int64) {
        write(number, UInt64(bitPattern: value))
    }

    package mutating func write(_ number: Int, _ value: UInt32) {
        write(number, UInt64(value))
    }

    package mutating func write(_ number: Int, _ value: UInt8) {
        write(number, UInt64(value))
    }

    package mutating func write(_ number: Int, _ value: Bool) {
        write(number, UInt64(value ? 1 : 0))
    }

    package mutating func writeFixed(_ number: Int, _ value: UInt64) {
        guard value != 0 else { return }
        tag(number, .fixed64)
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    package mutating func writeFixed(_ number: Int, _ value: UInt32) {
        guard value != 0 else { return }
        tag(number, .fixed32)
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    package mutating func write(_ number: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        writeElement(number, value)
    }

    package mutating func write(_ number: Int, _ value: String) {
        guard !value.isEmpty else { return }
        tag(number, .lengthDelimited)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// An element of a repeated field: written even when empty.
    package mutating func writeElement(_ number: Int, _ value: [UInt8]) {
        tag(number, .lengthDelimited)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// All zero is left out, as an absent id reads as `none`.
    package mutating func write(_ number: Int, _ value: BatchID) {
        guard value != .none else { return }
        writeElement(number, value.bytes)
    }

    package mutating func write(_ number: Int, _ value: DataID?) {
        guard let value else { return }
        writeElement(number, value.bytes)
    }

    package mutating func writePacked(_ number: Int, _ values: [Int]) {
        guard !values.isEmpty else { return }
        nested(number) { writer in
            for value in values { writer.varint(UInt64(value)) }
        }
    }

    package mutating func write(_ number: Int, _ record: (some IndexRecord)?) {
        guard let record else { return }
        nested(number) { writer in record.encode(into: &writer) }
    }

    package mutating func write(_ number: Int, _ records: [some IndexRecord]) {
        for record in records { nested(number) { writer in record.encode(into: &writer) } }
    }

    package mutating func write(_ unknown: UnknownFields) {
        bytes.append(contentsOf: unknown.bytes)
    }

    /// Writes the content behind a length of one byte, and makes room when it needs more: most are short.
    private mutating func nested(_ number: Int, _ content: (inout Self) -> Void) {
        tag(number, .lengthDelimited)
        let start = bytes.count
        bytes.append(0)
        content(&self)
        let length = bytes.count - start - 1
        guard length >= 0x80 else {
            bytes[start] = UInt8(length)
            return
        }
        var prefix = RecordWriter(capacity: 5)
        prefix.varint(UInt64(length))
        bytes.replaceSubrange(start...start, with: prefix.bytes)
    }

    private init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    private mutating func tag(_ number: Int, _ type: WireType) {
        varint(UInt64(number) << 3 | UInt64(type.rawValue))
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// The wire types of proto3. Groups are not among them.
package enum WireType: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}
