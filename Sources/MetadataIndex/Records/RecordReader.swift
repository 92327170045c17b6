/// Reads proto3 fields out of bytes that may be damaged: every read checks its bounds, none traps.
package struct RecordReader {
    package struct Field {
        package let number: UInt64
        package let type: WireType
        /// Where its tag begins, for keeping it verbatim.
        fileprivate let start: Int
    }

    private let bytes: [UInt8]
    private var position = 0
    /// The end of the message being read: of the record, or of the message nested in it.
    private var end: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    /// The next field's tag, or nil at the end of the message.
    package mutating func next() throws(RecordError) -> Field? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        guard let type = WireType(rawValue: UInt8(tag & 7)), (1...0x1FFF_FFFF).contains(tag >> 3) else {
            throw RecordError("the tag \(tag) at byte \(start)")
        }
        return Field(number: tag >> 3, type: type, start: start)
    }

    package mutating func uint64(_ field: Field) throws(RecordError) -> UInt64 {
        try expect(.varint, field)
        return try varint()
    }

    package mutating func int64(_ field: Field) throws(RecordError) -> Int64 {
        Int64(bitPattern: try uint64(field))
    }

    package mutating func uint32(_ field: Field) throws(RecordError) -> UInt32 {
        guard let value = UInt32(exactly: try uint64(field)) else { throw outOfRange(field) }
        return value
    }

    package mutating func flag(_ field: Field) throws(RecordError) -> Bool {
        let value = try uint64(field)
        guard value <= 1 else { throw RecordError("a flag is 0 or 1") }
        return value == 1
    }

    package mutating func uint8(_ field: Field) throws(RecordError) -> UInt8 {
        guard let value = UInt8(exactly: try uint64(field)) else { throw outOfRange(field) }
        return value
    }

    /// A count of bytes, which fits an `Int`.
    package mutating func byteCount(_ field: Field) throws(RecordError) -> UInt64 {
        let value = try uint64(field)
        guard value <= RecordLimits.byteCount else { throw outOfRange(field) }
        return value
    }

    package mutating func fixed64(_ field: Field) throws(RecordError) -> UInt64 {
        try expect(.fixed64, field)
        return try littleEndian(byteCount: 8)
    }

    package mutating func fixed32(_ field: Field) throws(RecordError) -> UInt32 {
        try expect(.fixed32, field)
        return UInt32(truncatingIfNeeded: try littleEndian(byteCount: 4))
    }

    package mutating func bytes(_ field: Field) throws(RecordError) -> [UInt8] {
        Array(bytes[try range(field)])
    }

    package mutating func string(_ field: Field) throws(RecordError) -> String {
        guard let text = String(validating: bytes[try range(field)], as: UTF8.self) else {
            throw RecordError("field \(field.number) is not UTF-8")
        }
        return text
    }

    package mutating func dataID(_ field: Field) throws(RecordError) -> DataID {
        try DataID(parsing: bytes[try range(field)])
    }

    package mutating func batchID(_ field: Field) throws(RecordError) -> BatchID {
        try BatchID(parsing: bytes[try range(field)])
    }

    package mutating func driveUUID(_ field: Field) throws(RecordError) -> DriveUUID {
        try DriveUUID(parsing: bytes[try range(field)])
    }

    /// Appends one integer, or all of a packed field.
    ///
    /// - Throws: when there would be more than `limit`, or one that is not below `limit`.
    package mutating func integers(_ field: Field, into values: inout [Int], limit: Int) throws(RecordError) {
        guard field.type == .lengthDelimited else {
            values.append(try integer(field, below: limit, among: values.count))
            return
        }
        let outer = end
        end = try range(field, skips: false).upperBound
        let packed = Field(number: field.number, type: .varint, start: field.start)
        while position < end { values.append(try integer(packed, below: limit, among: values.count)) }
        end = outer
    }

    private mutating func integer(_ field: Field, below limit: Int, among count: Int) throws(RecordError) -> Int {
        let value = try uint64(field)
        guard value < UInt64(limit), count < limit else { throw outOfRange(field) }
        return Int(value)
    }

    package mutating func record<Record: IndexRecord>(
        _ field: Field, as type: Record.Type = Record.self
    ) throws(RecordError) -> Record {
        let outer = end
        end = try range(field, skips: false).upperBound
        let record = try Record(from: &self)
        end = outer
        return record
    }

    package mutating func skip(_ field: Field) throws(RecordError) {
        switch field.type {
        case .varint: _ = try varint()
        case .fixed64: _ = try littleEndian(byteCount: 8)
        case .fixed32: _ = try littleEndian(byteCount: 4)
        case .lengthDelimited: _ = try range(field)
        }
    }

    package mutating func keep(_ field: Field, in unknown: inout UnknownFields) throws(RecordError) {
        try skip(field)
        unknown.bytes.append(contentsOf: bytes[field.start..<position])
    }

    /// For messages that never get another field.
    package func refuse(_ field: Field) -> RecordError {
        RecordError("the unknown field \(field.number) in a closed message")
    }

    package func outOfRange(_ field: Field) -> RecordError {
        RecordError("field \(field.number) is out of range")
    }

    private func expect(_ type: WireType, _ field: Field) throws(RecordError) {
        guard field.type == type else { throw RecordError("field \(field.number) is of wire type \(field.type)") }
    }

    private mutating func range(_ field: Field, skips: Bool = true) throws(RecordError) -> Range<Int> {
        try expect(.lengthDelimited, field)
        let count = try varint()
        guard count <= UInt64(end - position) else { throw RecordError("field \(field.number) is cut off") }
        let range = position..<position + Int(count)
        if skips { position = range.upperBound }
        return range
    }

    private mutating func varint() throws(RecordError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            // The tenth byte has one bit left to give.
            guard shift < 63 || byte <= 1 else { throw RecordError("an integer of more than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw RecordError("an integer is cut off")
    }

    private mutating func littleEndian(byteCount: Int) throws(RecordError) -> UInt64 {
        guard end - position >= byteCount else { throw RecordError("an integer is cut off") }
        var value: UInt64 = 0
        for index in 0..<byteCount { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += byteCount
        return value
    }
}
