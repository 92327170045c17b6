/// A record with its one canonical encoding (Records.proto).
package protocol IndexRecord: Hashable, Sendable {
    func encode(into writer: inout RecordWriter)
    init(from reader: inout RecordReader) throws(RecordError)
}

extension IndexRecord {
    /// Equal records give equal bytes.
    package func encoded() -> [UInt8] {
        var writer = RecordWriter()
        encode(into: &writer)
        precondition(writer.bytes.count <= RecordLimits.recordByteCount, "a record beyond its limit")
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(RecordError) {
        guard bytes.count <= RecordLimits.recordByteCount else { throw RecordError("a record of \(bytes.count) bytes") }
        var reader = RecordReader(bytes)
        try self.init(from: &reader)
    }
}

/// What no record of a sound store exceeds. A decoder refuses more, so that damaged bytes cannot fill the memory.
package enum RecordLimits {
    /// Far above the largest: the change record of a batch that touched some hundred thousand rows.
    package static let recordByteCount = 64 << 20
    /// S3's limit.
    package static let partCount = 10_000
    /// Of one payload: the field of GF(2⁸) ends here.
    package static let shardCount = 255
    package static let unitByteCount = 1 << 30
    /// Sizes beyond would trap where they become `Int`.
    package static let byteCount = UInt64(Int64.max)
}

/// The bytes are no such record.
package struct RecordError: Error, Hashable, Sendable {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}

extension IndexError {
    /// A row that cannot be decoded is a damaged index.
    package init(_ error: RecordError, in family: Family) {
        self.init(.corrupt, "\(family): \(error.message)")
    }
}
