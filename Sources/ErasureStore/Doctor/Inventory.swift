import MetadataIndex

/// A payload with the name of an object or part that has it, for messages.
struct NamedPayload: Sendable {
    let payload: Payload
    let name: String
}

/// Recounts what the records of one index name (invariant I6), and lists the payloads that must be there.
///
/// Holds some hundred bytes for each payload of the set.
struct Inventory {
    /// Of the set, for messages.
    let name: String
    let log: FindingLog
    /// Of the set.
    let pool: Int
    let census: StoreCensus
    /// How many records name each payload or part list.
    private(set) var counted: [DataID: UInt64] = [:]
    /// Shards that are known not to be there.
    private(set) var missing: Set<MissingKey> = []
    private(set) var trashed: Set<DataID> = []
    private(set) var objectCount: UInt64 = 0
    private var payloads: [NamedPayload] = []
    private var usage: [UInt64: UsageRecord] = [:]
    /// Part lists that an object names and that were not come by yet.
    private var manifestNames: [DataID: String] = [:]
    private var uploads: [String: String] = [:]

    private static let rowsPerPage = 2000

    init(name: String, pool: Int, log: FindingLog, census: StoreCensus) {
        self.name = name
        self.pool = pool
        self.log = log
        self.census = census
    }

    mutating func take(of source: IndexSource) async throws(DriveFailure) -> [NamedPayload] {
        try await eachRow(of: .documents, on: source) { (inventory, row) throws(RecordError) in
            let path = try DocumentKey(parsing: row.key).path
            guard path.hasPrefix("bucket/") else { return }
            let record = try BucketRecord(decoding: row.value)
            inventory.census.bucketNames[record.id] = String(path.dropFirst("bucket/".count))
        }
        try await eachRow(of: .trash, on: source) { (inventory, row) throws(RecordError) in
            let trash = try TrashRecord(decoding: row.value)
            inventory.trashed.formUnion(trash.payloads.map(\.id))
            if let manifest = trash.manifest { inventory.trashed.insert(manifest) }
        }
        try await eachRow(of: .heads, on: source) { (inventory, row) throws(RecordError) in try inventory.addHead(row) }
        try await eachRow(of: .uploads, on: source) { (inventory, row) throws(RecordError) in
            let key = try UploadKey(parsing: row.key)
            _ = try UploadRecord(decoding: row.value)
            inventory.uploads[key.upload] = inventory.name(bucket: key.bucket, key.key)
        }
        try await eachRow(of: .parts, on: source) { (inventory, row) throws(RecordError) in
            let key = try PartKey(parsing: row.key)
            let part = try PartRecord(decoding: row.value)
            guard let object = inventory.uploads[key.upload] else {
                return inventory.report(.orphan, "part \(key.number) of upload \(key.upload), which is not there")
            }
            inventory.count(part.payload, name: "part \(key.number) of an upload of \(object)")
        }
        try await eachRow(of: .manifests, on: source) { (inventory, row) throws(RecordError) in
            try inventory.addManifest(row)
        }
        try await checkReferences(on: source)
        try await checkMissing(on: source)
        try await checkUsage(on: source)
        return payloads
    }

    private mutating func eachRow(
        of family: Family, on source: IndexSource, _ body: (inout Inventory, IndexRow) throws(RecordError) -> Void
    ) async throws(DriveFailure) {
        var after: [UInt8]?
        while true {
            let rows = try await source.page(family, after: after, limit: Self.rowsPerPage)
            for row in rows {
                do throws(RecordError) {
                    try body(&self, row)
                } catch {
                    report(.row, "the row \(IndexComparison.text(row.key)) of \(family) is damaged: \(error.message)")
                }
            }
            guard rows.count == Self.rowsPerPage else { return }
            after = rows.last?.key
        }
    }

    private func report(_ kind: DoctorFinding.Kind, _ text: String) {
        log.add(kind, name, text)
    }

    private func name(bucket: UInt64, _ key: [UInt8]) -> String {
        let bucket = census.bucketNames[bucket] ?? "bucket \(bucket)"
        return "\(bucket)/\(String(decoding: key, as: UTF8.self))"
    }

    // MARK: Records that name payloads

    private mutating func addHead(_ row: IndexRow) throws(RecordError) {
        let key = try HeadKey(parsing: row.key)
        let head = try HeadRecord(decoding: row.value)
        let name = name(bucket: key.bucket, key.key)
        if census.bucketNames[key.bucket] == nil {
            census.isHomeless(bucket: key.bucket, set: self.name, name: name)
        }
        if head.isShadow {
            // Half of a move that a start ends: no object of its own, and counted apart.
            usage[key.bucket, default: UsageRecord()].shadows += 1
        } else {
            objectCount += 1
            usage[key.bucket, default: UsageRecord()].objects += 1
            usage[key.bucket, default: UsageRecord()].bytes += head.size
            if let other = census.note(row.key, pool: pool, set: self.name) {
                report(.row, "\(name) is in \(other), too: a key belongs to one pool")
            }
        }
        count(head.payload, name: name)
        if let manifest = head.manifest {
            counted[manifest, default: 0] += 1
            manifestNames[manifest] = name
        } else if head.payload.map({ $0.size != head.size }) ?? (head.size != 0) {
            report(.row, "\(name) has \(head.size) bytes, and its payload has another size")
        }
    }

    /// A part list counts once for its payloads, however many objects share it. One in the trash names nothing.
    private mutating func addManifest(_ row: IndexRow) throws(RecordError) {
        let id = try DataID(parsing: row.key)
        let list = try ManifestRecord(decoding: row.value)
        guard let name = manifestNames.removeValue(forKey: id) else {
            if !trashed.contains(id) { report(.orphan, "the part list \(id), which nothing names") }
            return
        }
        for part in list.parts { count(part.payload, name: "part \(part.number) of \(name)") }
    }

    private mutating func count(_ payload: Payload?, name: String) {
        guard let payload else { return }
        if counted.updateValue(counted[payload.id, default: 0] + 1, forKey: payload.id) == nil {
            payloads.append(NamedPayload(payload: payload, name: name))
        }
    }

    // MARK: Records that count

    private mutating func checkReferences(on source: IndexSource) async throws(DriveFailure) {
        for (id, name) in manifestNames { report(.row, "the part list \(id) of \(name) is not there") }
        var unreferenced = Set(counted.keys)
        try await eachRow(of: .refs, on: source) { (inventory, row) throws(RecordError) in
            let id = try DataID(parsing: row.key)
            let record = try ReferencesRecord(decoding: row.value)
            unreferenced.remove(id)
            let count = inventory.counted[id] ?? 0
            if record.count != count {
                inventory.report(.counter, "\(id) is named \(count) times, and its count is \(record.count)")
            }
            if inventory.trashed.contains(id) { inventory.report(.row, "\(id) is in use and in the trash") }
        }
        for id in unreferenced { report(.counter, "\(id) is named and has no count") }
    }

    private mutating func checkMissing(on source: IndexSource) async throws(DriveFailure) {
        try await eachRow(of: .missing, on: source) { (inventory, row) throws(RecordError) in
            let key = try MissingKey(parsing: row.key)
            _ = try MissingRecord(decoding: row.value)
            inventory.missing.insert(key)
            let isLive = inventory.counted[key.id] != nil
            inventory.report(
                isLive ? .shard : .orphan,
                isLive
                    ? "the shard of \(key.id) on slot \(key.slot) is known to be missing"
                    : "a note that slot \(key.slot) lacks \(key.id), which nothing names")
        }
    }

    private mutating func checkUsage(on source: IndexSource) async throws(DriveFailure) {
        var recount = usage
        try await eachRow(of: .state, on: source) { (inventory, row) throws(RecordError) in
            if row.key == StateKey.pools.bytes { inventory.census.note(try PoolsRecord(decoding: row.value)) }
            guard row.key.starts(with: StateKey.usagePrefix), case .usage(let bucket) = try StateKey(parsing: row.key)
            else { return }
            let record = try UsageRecord(decoding: row.value)
            let found = recount.removeValue(forKey: bucket) ?? UsageRecord()
            guard found != record else { return }
            inventory.report(
                .counter,
                "\(inventory.census.bucketNames[bucket] ?? "bucket \(bucket)") has \(found.text), and its counters say "
                    + record.text)
        }
        for (bucket, found) in recount {
            report(
                .counter,
                "\(census.bucketNames[bucket] ?? "bucket \(bucket)") has \(found.objects) objects and no counters")
        }
    }
}

extension UsageRecord {
    fileprivate var text: String {
        "\(objects) objects of \(bytes) bytes" + (shadows == 0 ? "" : " and \(shadows) on their way")
    }
}
