import DriveIO
import MetadataIndex

/// Makes the index of one drive equal to that of another at a fixed point (rule 9).
///
/// `source` is a snapshot at the point. Rows of `payloads` are never copied: each drive has its own. What should be
/// there and is not is answered, to become `missing` rows in the batch that takes the drive back.
struct CatchUp {
    let target: SlotDrive
    let source: SlotDrive
    let snapshot: any IndexSnapshot
    let broken: BrokenRule?

    /// What the target and the source have in common, and what either touched since.
    private struct Difference: Sendable {
        /// Nil: the logs do not reach back, every row is compared.
        var touched: Set<TouchedRow>?
        var trashed: [DataID] = []
        /// The target's batches that the source does not have.
        var discarded: [BatchID] = []
        /// The source's batches that the target does not have, ascending.
        var news: [IndexRow] = []
        var targetHoldsPoint = false
        /// The target's batches that the source has trimmed from its log.
        var outdated: [BatchID] = []
    }

    /// What the batch that takes the drive back must say of its shards.
    enum Lacking: Sendable {
        /// These belong on the slot and are neither there nor in `missing`.
        case these([Payload])
        /// Any may be lacking: they are looked for one by one once the drive is a member, however many there are.
        case unknown
    }

    /// Answers what the target lacks of the payloads that belong on its slot.
    ///
    /// A target that holds the point loses its discarded tail in one write and is equal. Any other is marked, ends with
    /// `last` at the point, and keeps the mark: it is cleared by the batch that takes the drive back and records what
    /// was answered here. A crash before that batch leaves a non-voter, and the next run looks at every payload.
    ///
    /// - Parameter whileServing: The source moves on meanwhile, so that every target is marked.
    func run(whileServing: Bool = false) async throws(DriveFailure) -> Lacking {
        let wasMarked = try await isMarked()
        var difference = try await difference()
        // What was copied before may be of batches that were discarded since: its log does not say.
        if wasMarked { difference.touched = nil }
        if difference.targetHoldsPoint, !wasMarked, !whileServing {
            guard !difference.discarded.isEmpty else { return .these([]) }
            try await copyRows(difference, inOneWrite: true)
            _ = try await settlePayloads(difference)
            return .these([])
        }
        if !wasMarked { try await target.mark() }
        return try await copyAll(difference)
    }

    /// One more round for a target that this process marked: only what was touched since the last one.
    func runAgain() async throws(DriveFailure) -> Lacking {
        try await copyAll(try await difference())
    }

    /// Of a marked target.
    private func copyAll(_ difference: Difference) async throws(DriveFailure) -> Lacking {
        if difference.touched == nil { try await CatchUpByComparison(self).mergeFamilies() }
        try await copyRows(difference, inOneWrite: false)
        let lacking = try await settlePayloads(difference)
        guard difference.touched == nil else { return lacking }
        try await CatchUpByComparison(self).removeStalePayloads()
        return .unknown
    }

    private func isMarked() async throws(DriveFailure) -> Bool {
        let target = target
        return try await target.perform(.commit) { try target.index.value(.state, StateKey.syncing.bytes) != nil }
    }

    // MARK: Finding the difference

    private func difference() async throws(DriveFailure) -> Difference {
        let target = target
        let mine = try await target.perform(.commit) {
            // Of a long log only the end is looked at more closely.
            try Self.changeRows(target.index, after: nil).map { (try ChangeRecord(headerOf: $0.value), $0) }
        }
        let snapshot = snapshot
        return try await source.perform(.background) {
            var difference = Difference()
            var common: BatchID?
            for (change, _) in mine.reversed() {
                if try snapshot.value(.changes, ChangeKey(change.id).bytes) != nil {
                    common = change.id
                    break
                }
                difference.discarded.append(change.id)
            }
            let point = try snapshot.value(.state, StateKey.last.bytes).map { try LastRecord(decoding: $0).id } ?? .none
            difference.targetHoldsPoint = common == point || (point == .none && common == nil)
            difference.news = try Self.changeRows(snapshot, after: common)
            let news = try difference.news.map { try ChangeRecord(decoding: $0.value) }
            if let common, let oldest = try snapshot.cursor(.changes, from: [], to: nil).next() {
                difference.outdated = mine.lazy.map(\.0.id).prefix { $0 != common }
                    .filter { ChangeKey($0).bytes.lexicographicallyPrecedes(oldest.key) }
            }
            difference.trashed = news.flatMap(\.trashed)
            let reachesBack = common != nil || news.first.map { $0.predecessor == .none } ?? true
            let mineReachesBack = common != nil || mine.first.map { $0.0.predecessor == .none } ?? true
            if reachesBack, mineReachesBack {
                let discarded = try mine.suffix(difference.discarded.count).map {
                    try ChangeRecord(decoding: $0.1.value)
                }
                difference.touched = Set(news.lazy.flatMap(\.touched)).union(discarded.lazy.flatMap(\.touched))
            }
            return difference
        }
    }

    private static func changeRows(_ index: any IndexReader, after common: BatchID?) throws -> [IndexRow] {
        let lower = common.map { ChangeKey($0).bytes + [0] } ?? []
        let cursor = try index.cursor(.changes, from: lower, to: nil)
        var rows: [IndexRow] = []
        while let row = try cursor.next() { rows.append(row) }
        return rows
    }

    // MARK: Copying rows

    private func copyRows(_ difference: Difference, inOneWrite: Bool) async throws(DriveFailure) {
        var writes = IndexBatch()
        for family in Family.allCases where family != .payloads && family != .changes {
            let keys = (difference.touched ?? []).lazy.filter { $0.family == family.rawValue }.map(\.key)
                .sorted { $0.lexicographicallyPrecedes($1) }
            for start in stride(from: 0, to: keys.count, by: 512) {
                let chunk = Array(keys[start..<min(start + 512, keys.count)])
                let snapshot = snapshot
                writes.operations += try await source.perform(.background) {
                    try chunk.map { key -> IndexBatch.Operation in
                        if let value = try snapshot.value(family, key) {
                            .put(family, key: key, value: value)
                        } else {
                            .delete(family, key: key)
                        }
                    }
                }
                // A revert of a discarded tail is one write; only a marked target may be seen half way.
                if !inOneWrite {
                    try await write(writes)
                    writes = IndexBatch()
                }
            }
        }
        if let touched = difference.touched { writes.operations += try await staleRows(touched) }
        if broken == .clearsTheMarkEarly { writes.delete(.state, StateKey.syncing.bytes) }
        for id in difference.discarded + difference.outdated { writes.delete(.changes, ChangeKey(id).bytes) }
        for row in difference.news { writes.put(.changes, row.key, row.value) }
        let snapshot = snapshot
        let last = try await source.perform(.background) { try snapshot.value(.state, StateKey.last.bytes) }
        if let last {
            writes.put(.state, StateKey.last.bytes, last)
        } else {
            writes.delete(.state, StateKey.last.bytes)
        }
        try await write(writes)
    }

    /// Deletes rows of payloads that discarded batches wrote, or that were reaped meanwhile.
    private func staleRows(_ touched: Set<TouchedRow>) async throws(DriveFailure) -> [IndexBatch.Operation] {
        let snapshot = snapshot
        return try await source.perform(.background) {
            try touched.lazy.filter { $0.family == Family.payloads.rawValue }.map(\.key)
                .sorted { $0.lexicographicallyPrecedes($1) }
                .filter { try !Self.isNamed(DataID(parsing: ArraySlice($0)), snapshot) }
                .map { .delete(.payloads, key: $0) }
        }
    }

    func write(_ batch: IndexBatch) async throws(DriveFailure) {
        let target = target
        try await target.perform(.commit) { try target.index.write(batch) }
    }

    /// Names that are a drive's own, or are written last.
    static let ownState: Set<[UInt8]> = [
        StateKey.last.bytes, StateKey.identity.bytes, StateKey.syncing.bytes,
    ]
}

// MARK: - Payloads

extension CatchUp {
    /// Removes shards that the source has seen trashed and removed, and finds those that should be here, as far as the
    /// logs say which were touched.
    private func settlePayloads(_ difference: Difference) async throws(DriveFailure) -> Lacking {
        let (snapshot, slot) = (snapshot, target.slot)
        let touched = difference.touched ?? []
        let rowIDs = touched.filter { $0.family == Family.payloads.rawValue }
            .compactMap { try? DataID(parsing: ArraySlice($0.key)) }
        let candidates = Set(difference.trashed).union(rowIDs)
        let (gone, expected, healed) = try await source.perform(.background) {
            let gone = try candidates.filter { try !Self.isNamed($0, snapshot) }
            let named = try Self.payloads(snapshot, touched: touched)
            let expected = try named.filter { payload in
                // A part list in the trash still names payloads that nothing else does.
                guard payload.slots.contains(slot), try snapshot.value(.refs, payload.id.bytes) != nil else {
                    return false
                }
                return try snapshot.value(.missing, MissingKey(slot: UInt16(slot), id: payload.id).bytes) == nil
            }
            return (gone, expected, try Self.healed(snapshot, slot, touched, besides: Set(named.map(\.id))))
        }
        let target = target
        return try await target.perform(.commit) {
            var batch = IndexBatch()
            for id in gone where try target.index.value(.payloads, id.bytes) != nil {
                batch.delete(.payloads, id.bytes)
            }
            if !batch.operations.isEmpty { try target.index.write(batch) }
            try target.drive.removeShards(gone.map { ShardName($0.text) })
            // The target failed in the batch that said that a shard of it is back. The log says neither what kind of
            // payload that is, nor which others there are.
            let lacksHealed = try healed.contains { id in
                try target.index.value(.payloads, id.bytes) == nil && !Self.hasFile(id, target)
            }
            return lacksHealed ? .unknown : .these(try expected.filter { try !Self.isPresent($0, target) })
        }
    }

    /// Of payloads that no touched record names: those whose shards a batch said to be back on the slot.
    private static func healed(
        _ snapshot: any IndexSnapshot, _ slot: Int, _ touched: Set<TouchedRow>, besides known: Set<DataID>
    ) throws -> [DataID] {
        try touched.lazy.filter { $0.family == Family.missing.rawValue }
            .map { try MissingKey(parsing: $0.key) }
            .filter { key in
                try Int(key.slot) == slot && !known.contains(key.id)
                    && snapshot.value(.missing, key.bytes) == nil && snapshot.value(.refs, key.id.bytes) != nil
            }
            .map(\.id)
    }

    /// Those that are still named at the source's point.
    func stillNamed(_ payloads: [Payload]) async throws(DriveFailure) -> [Payload] {
        let snapshot = snapshot
        return try await source.perform(.background) {
            try payloads.filter { try snapshot.value(.refs, $0.id.bytes) != nil }
        }
    }

    static func isNamed(_ id: DataID, _ snapshot: any IndexSnapshot) throws -> Bool {
        if try snapshot.value(.refs, id.bytes) != nil { return true }
        return try snapshot.value(.trash, id.bytes) != nil
    }

    static func isPresent(_ payload: Payload, _ drive: SlotDrive) throws -> Bool {
        guard payload.isStriped else { return try drive.index.value(.payloads, payload.id.bytes) != nil }
        return try hasFile(payload.id, drive)
    }

    private static func hasFile(_ id: DataID, _ drive: SlotDrive) throws(DriveError) -> Bool {
        do {
            _ = try drive.drive.openShard(ShardName(id.text))
            return true
        } catch  where error.code == .notFound {
            return false
        }
    }

    private static func payloads(_ snapshot: any IndexSnapshot, touched: Set<TouchedRow>) throws -> [Payload] {
        var payloads: [DataID: Payload] = [:]
        for row in touched {
            guard let family = Family(rawValue: row.family), [.heads, .parts, .manifests].contains(family) else {
                continue
            }
            guard let value = try snapshot.value(family, row.key) else { continue }
            for payload in try named(family, value) { payloads[payload.id] = payload }
        }
        return payloads.values.sorted {
            ($0.id.epoch, $0.id.run, $0.id.counter) < ($1.id.epoch, $1.id.run, $1.id.counter)
        }
    }

    /// The payloads that a record names.
    static func named(_ family: Family, _ value: [UInt8]) throws -> [Payload] {
        switch family {
        case .heads: try HeadRecord(decoding: value).payload.map { [$0] } ?? []
        case .parts: try PartRecord(decoding: value).payload.map { [$0] } ?? []
        case .manifests: try ManifestRecord(decoding: value).parts.compactMap(\.payload)
        default: []
        }
    }
}
