import MetadataIndex

/// What the start rules need to know of one drive's index.
struct IndexState: Sendable {
    /// More than any chain of evictions leaves undecided.
    private static let judgedHeaderCount = 256

    let last: LastRecord
    /// The index is being made equal to another: no voter.
    let isSyncing: Bool
    /// Newest first.
    let headers: [BatchHeader]
    /// Whose the slots are, as this index knows it.
    let slots: [Int: SlotRecord]

    /// Reads and checks an index: `changes` must be an unbroken chain up to `last`.
    static func read(_ index: any IndexReader) throws -> IndexState {
        let last = try index.value(.state, StateKey.last.bytes).map { try LastRecord(decoding: $0) } ?? LastRecord()
        let isSyncing = try index.value(.state, StateKey.syncing.bytes) != nil
        var headers: [BatchHeader] = []
        var newest = BatchID.none
        var isFirst = true
        let cursor = try index.cursor(.changes, from: [], to: nil)
        while let row = try cursor.next() {
            let change = try ChangeRecord(headerOf: row.value)
            guard ChangeKey(change.id).bytes == row.key, isFirst || change.predecessor == newest else {
                throw IndexError(.corrupt, "the chain of batches is broken at \(change.id)")
            }
            isFirst = false
            newest = change.id
            headers.append(BatchHeader(change))
            if headers.count > 2 * judgedHeaderCount { headers.removeFirst(judgedHeaderCount) }
        }
        guard newest == last.id || (isFirst && last.id == .none) else {
            throw IndexError(.corrupt, "the chain of batches ends at \(newest), not at \(last.id)")
        }
        return IndexState(last: last, isSyncing: isSyncing, headers: headers.reversed(), slots: try slots(index))
    }

    static func slots(_ index: any IndexReader) throws -> [Int: SlotRecord] {
        let prefix = StateKey.slotPrefix
        let cursor = try index.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
        var slots: [Int: SlotRecord] = [:]
        while let row = try cursor.next() {
            guard case .slot(let slot) = try StateKey(parsing: row.key) else { continue }
            slots[Int(slot)] = try SlotRecord(decoding: row.value)
        }
        return slots
    }
}

extension BatchHeader {
    init(_ change: ChangeRecord) {
        self.init(
            id: change.id, predecessor: change.predecessor, committed: change.committed, members: Set(change.members))
    }
}

extension IndexBatch {
    /// Makes a drive no voter until its index is equal to its peers' (rule 9).
    static var syncingMark: IndexBatch {
        var batch = IndexBatch()
        batch.put(.state, StateKey.syncing.bytes, Array("1".utf8))
        return batch
    }
}

extension UsageRecord {
    /// What an index counts of all its buckets together.
    init(totalOf index: any IndexReader) throws {
        self.init()
        let prefix = StateKey.usagePrefix
        let cursor = try index.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
        while let row = try cursor.next() {
            let usage = try UsageRecord(decoding: row.value)
            objects += usage.objects
            bytes += usage.bytes
        }
    }
}
