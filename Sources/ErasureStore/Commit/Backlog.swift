import MetadataIndex

/// How much of a set is not where it belongs, as its newest batch leaves it: the rows of `missing`, counted, and the
/// slots of which `missing` does not say everything yet.
struct Backlog: Hashable, Sendable {
    struct Shards: Hashable, Sendable {
        var count = 0
        /// Of content, without the tables of checksums.
        var byteCount: Int64 = 0

        mutating func add(_ payload: Payload, times: Int) {
            count += times
            byteCount += Int64(times) * Int64(payload.shardByteCount)
        }

        mutating func add(_ other: Shards) {
            count += other.count
            byteCount += other.byteCount
        }
    }

    private(set) var missing: [Int: Shards] = [:]
    private(set) var unlisted: Set<Int> = []

    init() {}

    /// Rows that are counted one by one.
    init(reading index: any IndexReader) throws {
        let cursor = try index.cursor(.missing, from: [], to: nil)
        while let row = try cursor.next() {
            guard let payload = try MissingRecord(decoding: row.value).payload else { continue }
            count(payload, slot: Int(try MissingKey(parsing: row.key).slot), times: 1)
        }
        for (slot, record) in try IndexState.slots(index) where record.isUnlisted { unlisted.insert(slot) }
    }

    mutating func count(_ payload: Payload, slot: Int, times: Int) {
        missing[slot, default: Shards()].add(payload, times: times)
    }

    mutating func apply(_ staged: Evaluation.Staged) {
        for (slot, shards) in staged.backlog.missing { missing[slot, default: Shards()].add(shards) }
        for (slot, isUnlisted) in staged.listings {
            if isUnlisted { unlisted.insert(slot) } else { unlisted.remove(slot) }
        }
    }

    /// Of these slots; nil: of all.
    func shards(of slots: Set<Int>? = nil) -> Shards {
        var sum = Shards()
        for (slot, shards) in missing where slots?.contains(slot) ?? true { sum.add(shards) }
        return sum
    }

    /// A slot that is not listed yet counts as one.
    var missingCount: Int { shards().count + unlisted.count }

    /// Nothing is missing, and nothing may be.
    var isEmpty: Bool { unlisted.isEmpty && missing.values.allSatisfy { $0.count == 0 } }
}

extension Payload {
    /// Bytes of content that one slot keeps.
    var shardByteCount: UInt64 {
        switch layout {
        case .tiny: size
        case .inline(let k, _, _), .striped(let k, _, _, _): (size + UInt64(k) - 1) / UInt64(k)
        }
    }
}

extension Evaluation.Staged {
    mutating func markMissing(_ payload: Payload, _ slot: Int) {
        var record = MissingRecord()
        record.payload = payload
        edits.set(
            RowKey(family: .missing, key: MissingKey(slot: UInt16(slot), id: payload.id).bytes), record.encoded())
        backlog.count(payload, slot: slot, times: 1)
    }

    mutating func clearMissing(_ payload: Payload, _ slot: Int) {
        edits.set(RowKey(family: .missing, key: MissingKey(slot: UInt16(slot), id: payload.id).bytes), nil)
        backlog.count(payload, slot: slot, times: -1)
    }

    /// Writes whose a slot is and whether its shards are to be looked for.
    mutating func set(_ record: SlotRecord, slot: Int) {
        edits.set(RowKey(family: .state, key: StateKey.slot(UInt16(slot)).bytes), record.encoded())
        listings[slot] = record.isUnlisted
    }

    /// The batch takes a drive in: the slot is its own from now on.
    ///
    /// - Parameters:
    ///   - wasUnlisted: any of its shards may be missing.
    ///   - slots: whose the slots were.
    mutating func give(_ drive: SlotDrive, wasUnlisted: Bool, from slots: [Int: SlotRecord]) {
        let old = slots[drive.slot]
        var new = old ?? SlotRecord(drive: drive.uuid)
        new.drive = drive.uuid
        new.isMountPoint = drive.identity.isMountPoint
        if wasUnlisted { new.isUnlisted = true }
        if new != old { set(new, slot: drive.slot) }
    }
}
