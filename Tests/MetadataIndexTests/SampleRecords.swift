import MetadataIndex

/// One of each record with every field set, under the name of its message in Records.proto.
enum SampleRecords {
    static let all: [(message: String, record: any IndexRecord)] = [
        ("Payload", tiny), ("Payload", inline), ("Payload", striped), ("Head", head), ("Part", part),
        ("Manifest", manifest), ("Upload", upload), ("CompletedUpload", completed), ("Bucket", bucket),
        ("Document", document), ("PayloadBytes", payloadBytes), ("References", references), ("Missing", missing),
        ("Trash", trash), ("Usage", usage), ("Scrub", scrub), ("Damaged", damaged), ("Change", change), ("Last", last),
        ("Slot", slot), ("Shadow", shadow), ("Pool", pools.pools[0]), ("Pools", pools), ("Home", home),
    ]

    static let id = DataID(epoch: 3, run: 0x0102_0304_0506_0708, counter: 42)
    static let batch = BatchID(epoch: 3, run: 0x1112_1314_1516_1718, sequence: 1_000)
    static let tiny = Payload(id: id, size: 16_384, layout: .tiny(slots: [0, 2, 130]))
    static let inline = Payload(
        id: id, size: 100_000, layout: .inline(dataShards: 4, parityShards: 2, rotation: 5))
    static let striped = Payload(
        id: id, size: 5 << 30,
        layout: .striped(dataShards: 8, parityShards: 4, rotation: 0, unitByteCount: 262_144))
    static let fields = [FieldRecord(name: "content-type", value: "text/plain"), FieldRecord(name: "", value: "ü")]
    static let checksums = [ChecksumRecord(algorithm: 2, type: 1, bytes: [1, 2, 3, 4])]
    static let members = [
        MemberRecord(slot: 0, drive: DriveUUID(high: 1, low: 2)),
        MemberRecord(slot: 1, drive: DriveUUID(high: 3, low: 4)),
    ]

    static let head = {
        var record = HeadRecord()
        record.modified = 1_700_000_000_123
        record.size = 100_000
        record.etag = "0123456789abcdef0123456789abcdef-2"
        record.headers = fields
        record.userMetadata = [FieldRecord(name: "owner", value: "")]
        record.checksums = checksums
        record.payload = inline
        record.manifest = id
        record.partCount = 2
        record.isShadow = true
        return record
    }()

    static let part = {
        var record = PartRecord()
        record.number = 10_000
        record.size = 5 << 30
        record.modified = -1
        record.etag = "e"
        record.checksums = checksums
        record.payload = striped
        return record
    }()

    static let manifest = {
        var record = ManifestRecord()
        record.parts = [part, PartRecord(), part]
        return record
    }()

    static let upload = {
        var record = UploadRecord()
        record.initiated = 1_700_000_000_123
        record.headers = fields
        record.userMetadata = fields
        record.checksumAlgorithm = 3
        record.checksumType = 1
        record.generation = 7
        record.isShadow = true
        return record
    }()

    static let completed = {
        var record = CompletedUploadRecord()
        record.completed = 1_700_000_000_124
        record.modified = 1_700_000_000_123
        record.size = 1
        record.etag = "e"
        record.checksums = checksums
        record.partCount = 1
        record.partsDigest = 0xFEDC_BA98_7654_3210
        return record
    }()

    static let bucket = {
        var record = BucketRecord()
        record.id = 0x0102_0304_0506_0708
        record.created = 1_700_000_000_123
        record.region = "us-east-1"
        return record
    }()

    static let document = {
        var record = DocumentRecord()
        record.bytes = Array("{}".utf8)
        record.revision = 9
        return record
    }()

    static let payloadBytes = {
        var record = PayloadRecord()
        record.shard = 5
        record.checksum = 0x0102_0304
        record.bytes = (0..<200).map { UInt8($0) }
        return record
    }()

    static let references = {
        var record = ReferencesRecord()
        record.count = 3
        return record
    }()

    static let missing = {
        var record = MissingRecord()
        record.payload = striped
        return record
    }()

    static let trash = {
        var record = TrashRecord()
        record.payloads = [tiny, striped]
        record.manifest = id
        record.batch = batch
        return record
    }()

    static let usage = {
        var record = UsageRecord()
        record.objects = 1
        record.bytes = UInt64(Int64.max)
        record.shadows = 3
        return record
    }()

    static let scrub = {
        var record = ScrubRecord()
        record.started = 1_700_000_000_123
        record.finished = 1_700_000_000_456
        record.stopped = 1
        record.scheduled = -1
        record.family = 12
        record.key = [0, 0xFF, 1]
        record.part = 10_000
        record.shards = 300
        record.byteCount = 1 << 50
        record.rows = 7
        record.found = 6
        record.repaired = 5
        return record
    }()

    static let damaged = {
        var record = DamagedRecord()
        record.id = id
        record.reason = "3 of 4 shards are good"
        record.found = 1_700_000_000_123
        return record
    }()

    static let change = {
        var record = ChangeRecord()
        record.id = batch
        record.predecessor = BatchID(epoch: 3, run: batch.run, sequence: 999)
        record.committed = BatchID(epoch: 3, run: batch.run, sequence: 998)
        record.members = members
        record.touched = [TouchedRow(family: 1, key: [1, 2, 3]), TouchedRow(family: 12, key: [])]
        record.trashed = [id]
        return record
    }()

    static let last = {
        var record = LastRecord()
        record.id = batch
        record.committed = BatchID(epoch: 3, run: batch.run, sequence: 999)
        record.members = members
        return record
    }()

    static let slot = {
        var record = SlotRecord(drive: DriveUUID(high: 5, low: 6))
        record.isMountPoint = true
        record.isUnlisted = true
        return record
    }()

    static let shadow = {
        var record = ShadowRecord()
        record.finishes = true
        return record
    }()

    static let pools = {
        var pool = PoolRecord()
        pool.number = 2
        pool.phase = 1
        pool.objects = 1 << 40
        pool.bytes = 1 << 50
        var record = PoolsRecord()
        record.revision = 9
        record.pools = [pool, PoolRecord()]
        return record
    }()

    static let home = {
        var record = HomeRecord()
        record.generation = 4
        record.isLeaving = true
        record.precedingBatches = 77
        return record
    }()
}
