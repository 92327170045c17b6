// Identifiers as bytes: big-endian, so that they order as the numbers do.

extension BatchID {
    package static let byteCount = 24

    package var bytes: [UInt8] { bigEndianBytes(epoch, run, sequence) }

    package init(parsing bytes: ArraySlice<UInt8>) throws(RecordError) {
        try expect(bytes, byteCount: Self.byteCount)
        self.init(epoch: bytes.integer(0), run: bytes.integer(1), sequence: bytes.integer(2))
    }
}

extension DataID {
    package static let byteCount = 24

    package var bytes: [UInt8] { bigEndianBytes(epoch, run, counter) }

    package init(parsing bytes: ArraySlice<UInt8>) throws(RecordError) {
        try expect(bytes, byteCount: Self.byteCount)
        self.init(epoch: bytes.integer(0), run: bytes.integer(1), counter: bytes.integer(2))
    }
}

extension DriveUUID {
    package static let byteCount = 16

    package var bytes: [UInt8] { bigEndianBytes(high, low) }

    package init(parsing bytes: ArraySlice<UInt8>) throws(RecordError) {
        try expect(bytes, byteCount: Self.byteCount)
        self.init(high: bytes.integer(0), low: bytes.integer(1))
    }
}

func bigEndianBytes(_ integers: UInt64...) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * integers.count)
    for integer in integers { bytes.append(bigEndian: integer) }
    return bytes
}

private func expect(_ bytes: ArraySlice<UInt8>, byteCount: Int) throws(RecordError) {
    guard bytes.count == byteCount else { throw RecordError("an identifier of \(bytes.count) bytes") }
}

extension ArraySlice<UInt8> {
    /// One of the big-endian integers that the bytes are, by number. A start reads millions: nothing is allocated.
    fileprivate func integer(_ number: Int) -> UInt64 {
        let start = startIndex + 8 * number
        var value: UInt64 = 0
        for index in start..<start + 8 { value = value << 8 | UInt64(self[index]) }
        return value
    }
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
