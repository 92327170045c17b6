// Identifiers as bytes: big-endian, so that they order as the numbers do.

extension BatchID {
    package static let byteCount = 24

    package var bytes: [UInt8] { bigEndianBytes(epoch, run, sequence) }

    package init(parsing bytes: ArraySlice<UInt8>) throws(RecordError) {
        let integers = try bigEndianIntegers(bytes, count: 3)
        self.init(epoch: integers[0], run: integers[1], sequence: integers[2])
    }
}

extension DataID {
    package static let byteCount = 24

    package var bytes: [UInt8] { bigEndianBytes(epoch, run, counter) }

    package init(parsing bytes: ArraySlice<UInt8>) throws(RecordError) {
        let integers = try bigEndianIntegers(bytes, count: 3)
        self.init(epoch: integers[0], run: integers[1], counter: integers[2])
    }
}

extension DriveUUID {
    package static let byteCount = 16

    package var bytes: [UInt8] { bigEndianBytes(high, low) }

    package init(parsing bytes: ArraySlice<UInt8>) throws(RecordError) {
        let integers = try bigEndianIntegers(bytes, count: 2)
        self.init(high: integers[0], low: integers[1])
    }
}

func bigEndianBytes(_ integers: UInt64...) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * integers.count)
    for integer in integers { bytes.append(bigEndian: integer) }
    return bytes
}

private func bigEndianIntegers(_ bytes: ArraySlice<UInt8>, count: Int) throws(RecordError) -> [UInt64] {
    guard bytes.count == 8 * count else { throw RecordError("an identifier of \(bytes.count) bytes") }
    return (0..<count).map { UInt64(bigEndian: bytes.dropFirst(8 * $0).prefix(8)) }
}

extension [UInt8] {
    mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        for shift in stride(from: Integer.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }
}

extension FixedWidthInteger {
    /// As many bytes as the integer has.
    init(bigEndian bytes: ArraySlice<UInt8>) {
        precondition(bytes.count * 8 == Self.bitWidth, "bytes that do not make one integer")
        self = bytes.reduce(0) { $0 << 8 | Self($1) }
    }
}
