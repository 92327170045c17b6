import MetadataIndex
import StorageAPI

/// The batch being made: transactions are evaluated one after the other over the published state and what those before
/// them wrote (rule 3). Used by the committer's task only.
final class Evaluation {
    /// What one transaction does; merged into the batch when it succeeds, dropped when it refuses.
    struct Staged {
        var edits = RowEdits()
        /// `payloads` rows, by slot: the only rows that differ between members.
        var payloadRows: [Int: [DataID: [UInt8]]] = [:]
        /// Payloads that rely on shards written by this batch or before it.
        var placed: [Payload] = []
        var trashed: [DataID] = []
        /// Shards that this batch says to be back where they belong: one whose drive fails in it is not.
        var healed: [(payload: Payload, slot: Int)] = []
        /// Rows of `missing` that come and go.
        var backlog = Backlog()
        /// Slots whose shards are all listed from now on, or not.
        var listings: [Int: Bool] = [:]
    }

    let id: BatchID
    let view: SetView
    let shape: SetShape
    let members: [Int]
    let now: Int64
    /// Whether any `missing` row may exist: almost always not, and then nobody looks for one.
    let mayHaveMissing: Bool
    /// The set takes nothing new: its pool was emptied.
    let isSealed: Bool
    let broken: BrokenRule?
    private(set) var batch = Staged()
    private(set) var staged = Staged()

    init(
        id: BatchID, view: SetView, shape: SetShape, members: [Int], now: Int64, mayHaveMissing: Bool,
        isSealed: Bool = false, broken: BrokenRule? = nil
    ) {
        self.isSealed = isSealed
        self.broken = broken
        self.id = id
        self.view = view
        self.shape = shape
        self.members = members
        self.now = now
        self.mayHaveMissing = mayHaveMissing
    }

    var isEmpty: Bool { batch.edits.isEmpty && batch.payloadRows.isEmpty }

    func value(_ family: Family, _ key: [UInt8]) async throws(StoreError) -> [UInt8]? {
        let row = RowKey(family: family, key: key)
        if let edit = staged.edits.edit(of: row) ?? batch.edits.edit(of: row) { return edit }
        return try await view.value(family, key)
    }

    func record<Record: IndexRecord>(
        _ type: Record.Type, _ family: Family, _ key: [UInt8]
    ) async throws(StoreError) -> Record? {
        guard let bytes = try await value(family, key) else { return nil }
        do {
            return try Record(decoding: bytes)
        } catch {
            throw StoreError(.unreadable, "a record does not decode", cause: error)
        }
    }

    /// - Throws: when nothing new may come to the set: to be tried again, in another pool.
    func checkOpen() throws(StoreError) {
        if isSealed { throw StoreError(.overloaded, "the pool was emptied meanwhile") }
    }

    func put(_ family: Family, _ key: [UInt8], _ record: some IndexRecord) {
        put(family, key, bytes: record.encoded())
    }

    func put(_ family: Family, _ key: [UInt8], bytes: [UInt8]) {
        staged.edits.set(RowKey(family: family, key: key), bytes)
    }

    func delete(_ family: Family, _ key: [UInt8]) {
        staged.edits.set(RowKey(family: family, key: key), nil)
    }

    func accept() {
        batch.edits.merge(staged.edits)
        for (slot, rows) in staged.payloadRows {
            batch.payloadRows[slot, default: [:]].merge(rows) { _, later in later }
        }
        batch.placed += staged.placed
        batch.trashed += staged.trashed
        batch.healed += staged.healed
        batch.backlog.apply(staged)
        batch.listings.merge(staged.listings) { _, later in later }
        staged = Staged()
    }

    func reject() {
        staged = Staged()
    }
}

// MARK: - Payloads and what names them

extension Evaluation {
    /// Places a new payload: its rows for the members, a `missing` row for every slot that should have a shard and has
    /// none (rule 2).
    func place(_ new: NewPayload) throws(StoreError) -> Payload {
        let payload: Payload
        switch new.content {
        case .tiny(let row):
            let slots = new.tinySlots(members: members, count: shape.parityShards + 1)
            payload = Payload(id: new.id, size: new.size, layout: .tiny(slots: slots))
            for slot in slots { staged.payloadRows[slot, default: [:]][new.id] = row }
        case .inline(let rows):
            payload = Payload(
                id: new.id, size: new.size,
                layout: .inline(
                    dataShards: shape.dataShards, parityShards: shape.parityShards, rotation: new.rotation))
            for (shard, row) in rows.enumerated() {
                let slot = payload.slot(ofShard: shard)
                if members.contains(slot) {
                    staged.payloadRows[slot, default: [:]][new.id] = row
                } else {
                    markMissing(payload, slot)
                }
            }
        case .striped(let slots):
            payload = Payload(
                id: new.id, size: new.size,
                layout: .striped(
                    dataShards: shape.dataShards, parityShards: shape.parityShards, rotation: new.rotation,
                    unitByteCount: shape.unitByteCount))
            let present = slots.intersection(members)
            guard present.count >= shape.writeFloor else {
                throw StoreError(.unavailable, "too few drives have the data")
            }
            for slot in 0..<shape.driveCount where !present.contains(slot) { markMissing(payload, slot) }
        }
        staged.placed.append(payload)
        var references = ReferencesRecord()
        references.count = 1
        put(.refs, new.id.bytes, references)
        return payload
    }

    func markMissing(_ payload: Payload, _ slot: Int) {
        staged.markMissing(payload, slot)
    }

    /// One more record names `id`, which must be named already and not in the trash.
    func retain(_ id: DataID) async throws(StoreError) {
        guard var references = try await record(ReferencesRecord.self, .refs, id.bytes), references.count > 0 else {
            throw StoreError(.sourceChanged, "the source was overwritten or deleted")
        }
        references.count += 1
        put(.refs, id.bytes, references)
    }

    /// One record less names `id`; answers whether none does now.
    private func release(_ id: DataID) async throws(StoreError) -> Bool {
        guard var references = try await record(ReferencesRecord.self, .refs, id.bytes), references.count > 0 else {
            throw StoreError(.unreadable, "a payload that is named has no reference count")
        }
        references.count -= 1
        if references.count > 0 {
            put(.refs, id.bytes, references)
            return false
        }
        delete(.refs, id.bytes)
        return true
    }

    /// The record that named these no longer does. What nothing names goes to the trash; nothing is removed here.
    func drop(payload: Payload?, manifest: DataID?) async throws(StoreError) {
        var trash = TrashRecord()
        trash.batch = id
        if let payload, try await release(payload.id) { trash.payloads.append(payload) }
        if let manifest, try await release(manifest) {
            trash.manifest = manifest
            guard let parts = try await record(ManifestRecord.self, .manifests, manifest.bytes)?.parts else {
                throw StoreError(.unreadable, "a part list is missing")
            }
            for case let payload? in parts.map(\.payload) where try await release(payload.id) {
                trash.payloads.append(payload)
            }
        }
        try await discard(trash)
    }

    func discard(_ trash: TrashRecord) async throws(StoreError) {
        guard let name = trash.manifest ?? trash.payloads.first?.id else { return }
        put(.trash, name.bytes, trash)
        staged.trashed += trash.payloads.map(\.id)
        guard mayHaveMissing || !batch.backlog.missing.isEmpty else { return }
        for payload in trash.payloads {
            for slot in payload.slots { try await clearMissing(payload, slot) }
        }
    }

    /// The log says so once more when trash is reaped: a drive that has the batch which trashed these may have been
    /// away when the others unlinked them.
    func noteGone(_ ids: [DataID]) {
        staged.trashed += ids
    }

    func clearMissing(_ payload: Payload, _ slot: Int) async throws(StoreError) {
        let key = MissingKey(slot: UInt16(slot), id: payload.id).bytes
        guard try await value(.missing, key) != nil else { return }
        staged.clearMissing(payload, slot)
    }

    func set(_ record: SlotRecord, slot: Int) {
        staged.set(record, slot: slot)
    }

    /// - Parameter row: of a small payload: to be written in the same batch.
    func heal(_ payload: Payload, _ slot: Int, row: [UInt8]?) async throws(StoreError) {
        try await clearMissing(payload, slot)
        if let row { addPayloadRow(payload.id, slot: slot, row) }
        staged.healed.append((payload, slot))
    }

    func addPayloadRow(_ id: DataID, slot: Int, _ row: [UInt8]) {
        staged.payloadRows[slot, default: [:]][id] = row
    }

    /// Counts objects and bytes of a bucket up or down.
    func count(
        bucket: UInt64, objects: Int = 0, bytes: Int64 = 0, shadows: Int = 0
    ) async throws(StoreError) {
        let key = StateKey.usage(bucket: bucket).bytes
        var usage = try await record(UsageRecord.self, .state, key) ?? UsageRecord()
        usage.shadows = UInt64(Int64(usage.shadows) + Int64(shadows))
        usage.objects = UInt64(Int64(usage.objects) + Int64(objects))
        usage.bytes = UInt64(Int64(usage.bytes) + bytes)
        put(.state, key, usage)
    }
}
