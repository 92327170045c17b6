import MetadataIndex
import StorageAPI

/// Removes what was in the trash, after the members have unlinked its files.
struct ReapTrash: Mutation {
    let names: [DataID]
    /// Those that have: a drive that became a member meanwhile still has the files, and no row would name them.
    let unlinked: Set<Int>

    var weight: Int { names.count * 256 }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        guard unlinked.isSuperset(of: evaluation.members) else {
            throw StoreError(.unavailable, "a drive came back meanwhile")
        }
        for name in names {
            guard let trash = try await evaluation.record(TrashRecord.self, .trash, name.bytes) else { continue }
            evaluation.delete(.trash, name.bytes)
            evaluation.noteGone(trash.payloads.map(\.id))
            if let manifest = trash.manifest { evaluation.delete(.manifests, manifest.bytes) }
            for payload in trash.payloads where !payload.isStriped { evaluation.delete(.payloads, payload.id.bytes) }
        }
    }
}

/// A shard is back where it belongs.
struct RecordHealed: Mutation {
    let payload: Payload
    let slot: Int
    /// For small payloads: the row to write in the same batch.
    let row: [UInt8]?

    var weight: Int { 256 + (row?.count ?? 0) }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        guard evaluation.members.contains(slot) else {
            throw StoreError(.unavailable, "the drive has left its set")
        }
        guard try await evaluation.value(.refs, payload.id.bytes) != nil else { return }
        try await evaluation.heal(payload, slot, row: row)
    }
}

/// Shards were found rotten or gone: they are `missing` until they are healed.
struct RecordMissing: Mutation {
    let shards: [(payload: Payload, slot: Int)]

    var weight: Int { shards.count * 256 }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        for (payload, slot) in shards {
            guard try await evaluation.value(.refs, payload.id.bytes) != nil else { continue }
            let key = MissingKey(slot: UInt16(slot), id: payload.id).bytes
            guard try await evaluation.value(.missing, key) == nil else { continue }
            evaluation.markMissing(payload, slot)
        }
    }
}

/// Every shard that the slot's drive lacks is in `missing` now.
struct NoteListed: Mutation {
    let slot: Int
    /// The handle that was looked at is in use: a drive that left meanwhile may have come back with less.
    let isCurrent: @Sendable () -> Bool

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        let key = StateKey.slot(UInt16(slot)).bytes
        guard isCurrent(), evaluation.members.contains(slot),
            var row = try await evaluation.record(SlotRecord.self, .state, key)
        else {
            throw StoreError(.unavailable, "the drive has left its set")
        }
        row.isUnlisted = false
        evaluation.set(row, slot: slot)
    }
}

/// Removes rows that time has made useless: answers of old uploads, old batches of the log.
struct DeleteRows: Mutation {
    let family: Family
    let keys: [[UInt8]]

    var weight: Int { keys.reduce(0) { $0 + $1.count + 32 } }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        for key in keys { evaluation.delete(family, key) }
    }
}
