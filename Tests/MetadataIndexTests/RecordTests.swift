import MetadataIndex
import SeededRandom
import Testing

struct RecordTests {
    @Test(arguments: SampleRecords.all.indices)
    func `A record is read back as it was written`(index: Int) throws {
        try check(SampleRecords.all[index].record)
    }

    private func check(_ record: some IndexRecord) throws {
        let bytes = record.encoded()
        let decoded = try type(of: record).init(decoding: bytes)
        #expect(decoded == record)
        #expect(decoded.encoded() == bytes)
    }

    @Test func `The header of a batch is its record without what it touched and trashed`() throws {
        var newer = SampleRecords.change
        newer.unknown.bytes = [0xA0, 0x06, 0x96, 0x01]
        var header = SampleRecords.change
        header.touched = []
        header.trashed = []
        #expect(try ChangeRecord(headerOf: newer.encoded()) == header)
        #expect(throws: RecordError.self) { try ChangeRecord(headerOf: newer.encoded().dropLast()) }
    }

    @Test func `An empty record has no bytes`() throws {
        #expect(HeadRecord().encoded().isEmpty)
        #expect(ChangeRecord().encoded().isEmpty)
        #expect(try LastRecord(decoding: []) == LastRecord())
    }

    /// Format 1 is what these bytes are. They never change.
    @Test(arguments: [
        (
            "Payload",
            "0a1800000000000000030102030405060708000000000000002a108080011a0400028201"
        ),
        ("Usage", "080110ffffffffffffffff7f1803"),
        (
            "Last",
            "0a180000000000000003111213141516171800000000000003e8"
                + "12180000000000000003111213141516171800000000000003e7"
                + "1a12121000000000000000010000000000000002" + "1a140801121000000000000000030000000000000004"
        ),
    ])
    func `Records have these bytes on the disk`(message: String, hexadecimal: String) throws {
        let sample = try #require(SampleRecords.all.first { $0.message == message })
        #expect(hexadecimalText(sample.record.encoded()) == hexadecimal)
    }

    @Test func `Fields of a newer build survive a rewrite, nested ones too`() throws {
        // Field 100 as integer, bytes, 64 and 32 bits.
        let newer: [UInt8] = [
            0xA0, 0x06, 0x96, 0x01, 0xA2, 0x06, 2, 7, 8, 0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xA5, 0x06, 1, 2, 3, 4,
        ]
        var payload = SampleRecords.striped
        payload.unknown.bytes = newer
        var head = SampleRecords.head
        head.payload = payload
        head.unknown.bytes = newer
        var part = SampleRecords.part
        part.payload = payload
        part.unknown.bytes = newer
        var manifest = ManifestRecord()
        manifest.parts = [part]
        manifest.unknown.bytes = newer
        try check(head)
        try check(manifest)
        #expect(try HeadRecord(decoding: newer).unknown.bytes == newer)
    }

    @Test(
        arguments: [
            ([0x00], "field number 0"),
            ([0x0B], "a group"),
            ([0x0F], "wire type 7"),
            ([0x08], "an integer cut off"),
            ([0x08, 0x80], "an integer cut off within"),
            ([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02], "65 bits"),
            ([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "eleven bytes"),
            ([0x1A, 0x05, 0x61], "text cut off"),
            ([0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "a length of 2⁶⁴ − 1"),
            ([0x1A, 0x01, 0xFF], "not UTF-8"),
            ([0x0A, 0x00], "another wire type"),
            ([0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "a size beyond Int"),
            ([0x22, 0x02, 0x18, 0x01], "a new field in a closed message"),
            ([0x32, 0x03, 0x08, 0x80, 0x02], "a checksum algorithm of 256"),
            ([0x3A, 0x00], "a payload without id"),
            ([0x42, 0x01, 0x00], "a short data id"),
            ([0x48, 0x80, 0x80, 0x80, 0x80, 0x10], "a part count of 33 bits"),
            ([0xA2, 0x06, 0x03, 0x00], "an unknown field cut off"),
        ] as [([UInt8], String)])
    func `Damaged bytes are refused`(bytes: [UInt8], what: String) {
        #expect(throws: RecordError.self, "\(what)") { try HeadRecord(decoding: bytes) }
    }

    @Test func `A layout that makes no sense is refused`() throws {
        let id: [UInt8] = [0x0A, 24] + SampleRecords.id.bytes
        let layouts: [[UInt8]] = [
            [0x28, 1], [0x30, 1], [0x38, 1], [0x1A, 1, 0, 0x20, 1], [0x20, 200, 1, 0x28, 100], [0x1A, 2, 0xFF, 1],
            [0x20, 1, 0x38, 0x81, 0x80, 0x80, 0x80, 0x04],
        ]
        for layout in layouts { #expect(throws: RecordError.self) { try Payload(decoding: id + layout) } }
        #expect(try Payload(decoding: id + [0x18, 1, 0x18, 2]).layout == .tiny(slots: [1, 2]))
    }

    @Test func `A manifest has no more parts than S3 allows`() throws {
        var manifest = ManifestRecord()
        manifest.parts = Array(repeating: PartRecord(), count: RecordLimits.partCount)
        let bytes = manifest.encoded()
        #expect(try ManifestRecord(decoding: bytes) == manifest)
        #expect(throws: RecordError.self) { try ManifestRecord(decoding: bytes + [0x0A, 0x00]) }
    }

    /// A decoder never traps, and what it accepts it writes in a form that it reads as the same.
    @Test(arguments: SampleRecords.all.indices)
    func `Random damage is refused or read as some record`(index: Int) {
        fuzz(SampleRecords.all[index].record, seed: UInt64(index))
    }

    private func fuzz<Record: IndexRecord>(_ record: Record, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = record.encoded()
        for round in 0..<2_000 {
            var damaged = round % 4 == 0 ? random.bytes(count: random.integer(below: 64)) : bytes
            for _ in 0...random.integer(below: 3) where !damaged.isEmpty {
                let position = random.integer(below: damaged.count)
                switch random.integer(below: 3) {
                case 0: damaged[position] = UInt8(truncatingIfNeeded: random.next())
                case 1: damaged.remove(at: position)
                default: damaged.insert(contentsOf: random.bytes(count: 2), at: position)
                }
            }
            guard let decoded = try? Record(decoding: damaged) else { continue }
            #expect((try? Record(decoding: decoded.encoded())) == decoded)
        }
    }
}
