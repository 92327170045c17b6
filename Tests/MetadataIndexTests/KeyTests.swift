import MetadataIndex
import SeededRandom
import Testing

struct KeyTests {
    static let awkward: [[UInt8]] = [
        [], [0], [0, 0], [0, 1], [0, 0xFF], [1], Array("a".utf8), Array("a".utf8) + [0], Array("a".utf8) + [0, 1],
        Array("a".utf8) + [0, 0xFF], Array("a".utf8) + [1], Array("a/".utf8), Array("a//b".utf8), Array("a/b".utf8),
        Array("a0".utf8), Array("é".utf8), Array("e\u{301}".utf8), [0xFF], [0xFF, 0xFF], [0xFF, 0],
        [UInt8](repeating: 0, count: 1024), [UInt8](repeating: 0xFF, count: 1024),
    ]

    @Test func `Keys are read back as they were made`() throws {
        let id = DataID(epoch: 1, run: .max, counter: 0x0102_0304_0506_0708)
        for key in Self.awkward {
            try check(HeadKey(bucket: 7, key: key))
            try check(UploadKey(bucket: .max, key: key, upload: "upload-é"))
            for stamp in [0, 1, UInt64.max] { try check(VersionKey(bucket: 0, key: key, stamp: stamp)) }
        }
        try check(PartKey(upload: "u\0v", number: 10_000))
        try check(id)
        try check(MissingKey(slot: 0x0102, id: id))
        try check(ChangeKey(BatchID(epoch: 1, run: 2, sequence: 3)))
        try check(DocumentKey.bucket("photos"))
        let states: [StateKey] = [
            .last, .identity, .syncing, .clock, .slot(7), .usage(bucket: 5), .completed(upload: "u"), .scrub,
        ]
        for state in states { try check(state) }
        for key in Self.awkward {
            try check(StateKey.damaged(HeadKey(bucket: 7, key: key)))
            try check(StateKey.shadow(HeadKey(bucket: 7, key: key)))
            try check(StateKey.uploadShadow(UploadKey(bucket: 7, key: key, upload: "0a")))
        }
    }

    private func check(_ key: some IndexKey) throws {
        #expect(try type(of: key).init(parsing: key.bytes) == key)
    }

    @Test func `Keys have these bytes on the disk`() {
        let id = DataID(epoch: 1, run: 2, counter: 3)
        let expected: [(bytes: [UInt8], hexadecimal: String)] = [
            (HeadKey(bucket: 1, key: [0x61, 0]).bytes, "00000000000000016100"),
            (VersionKey(bucket: 1, key: [0x61, 0], stamp: 1).bytes, "00000000000000016100ff0001fffffffffffffffe"),
            (UploadKey(bucket: 1, key: [0x61], upload: "u").bytes, "000000000000000161000175"),
            (PartKey(upload: "u", number: 258).bytes, "7500010102"),
            (id.bytes, "000000000000000100000000000000020000000000000003"),
            (MissingKey(slot: 258, id: id).bytes, "0102000000000000000100000000000000020000000000000003"),
            (
                ChangeKey(BatchID(epoch: 1, run: 2, sequence: 3)).bytes,
                "000000000000000100000000000000030000000000000002"
            ),
            (StateKey.slot(258).bytes, "736c6f742f0102"),
            (StateKey.usage(bucket: 1).bytes, "75736167652f0000000000000001"),
            (
                StateKey.damaged(HeadKey(bucket: 1, key: [0x61, 0])).bytes,
                "64616d616765642f00000000000000016100"
            ),
        ]
        for (bytes, hexadecimal) in expected { #expect(hexadecimalText(bytes) == hexadecimal) }
    }

    @Test func `Rows order by bucket, then by the bytes of the key, then newest version first`() {
        struct Version {
            let bucket: UInt64
            let key: [UInt8]
            let stamp: UInt64
        }
        var versions: [Version] = []
        for bucket in [0, 1, 256] as [UInt64] {
            for key in Self.awkward.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                for stamp in [UInt64.max, 2, 1] { versions.append(Version(bucket: bucket, key: key, stamp: stamp)) }
            }
        }
        let keys = versions.map { VersionKey(bucket: $0.bucket, key: $0.key, stamp: $0.stamp).bytes }
        #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(Set(keys).count == keys.count)
    }

    @Test func `A prefix holds exactly the keys that begin with it`() {
        for prefix in Self.awkward {
            for key in Self.awkward {
                let expected = key.starts(with: prefix)
                let version = VersionKey(bucket: 3, key: key, stamp: 9).bytes
                #expect(contains(VersionKey.prefix(bucket: 3, keyPrefix: prefix), version) == expected)
                let head = HeadKey(bucket: 3, key: key).bytes
                #expect(contains(HeadKey.prefix(bucket: 3, keyPrefix: prefix), head) == expected)
                #expect(contains(VersionKey.prefix(bucket: 3, key: prefix), version) == (key == prefix))
            }
        }
    }

    private func contains(_ prefix: [UInt8], _ key: [UInt8]) -> Bool {
        guard !key.lexicographicallyPrecedes(prefix) else { return false }
        guard let bound = upperBound(ofPrefix: prefix) else { return true }
        return key.lexicographicallyPrecedes(bound)
    }

    @Test(
        arguments: [
            ([], nil), ([0], [1]), ([1, 0xFF], [2]), ([1, 0xFE], [1, 0xFF]), ([0xFF, 0xFF], nil),
            ([0, 0xFF, 0xFF], [1]),
        ] as [([UInt8], [UInt8]?)])
    func `The bound behind a prefix carries`(prefix: [UInt8], bound: [UInt8]?) {
        #expect(upperBound(ofPrefix: prefix) == bound)
    }

    @Test func `Bytes that are no key are refused`() {
        var random = SeededGenerator(seed: 1)
        #expect(throws: RecordError.self) { try HeadKey(parsing: [1, 2, 3]) }
        #expect(throws: RecordError.self) { try VersionKey(parsing: [0, 0, 0, 0, 0, 0, 0, 0, 0x61, 0, 2]) }
        #expect(throws: RecordError.self) { try StateKey(parsing: Array("lost".utf8)) }
        for _ in 0..<2_000 {
            let bytes = random.bytes(count: random.integer(below: 60))
            check(bytes, as: HeadKey.self)
            check(bytes, as: VersionKey.self)
            check(bytes, as: UploadKey.self)
            check(bytes, as: PartKey.self)
            check(bytes, as: MissingKey.self)
            check(bytes, as: ChangeKey.self)
            check(bytes, as: StateKey.self)
        }
    }

    /// What is accepted is the only form of that key.
    private func check<Key: IndexKey>(_ bytes: [UInt8], as type: Key.Type) {
        if let key = try? Key(parsing: bytes) { #expect(key.bytes == bytes) }
    }

    @Test func `Identifiers have one text`() throws {
        let id = DataID(epoch: 1, run: 0xDEAD_BEEF, counter: .max)
        #expect(id.text == "0000000000000001-00000000deadbeef-ffffffffffffffff")
        #expect(DataID(text: id.text) == id)
        let uuid = DriveUUID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        #expect(uuid.text == "01234567-89ab-cdef-fedc-ba9876543210")
        #expect(DriveUUID(text: uuid.text) == uuid)
        let wrong = ["", "-", "--", "1-2-3", id.text + "-", id.text.uppercased(), id.text.replacing("d", with: "g")]
        for text in wrong { #expect(DataID(text: text) == nil) }
    }
}
