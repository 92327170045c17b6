import DriveIO
import MetadataIndex
import StorageAPI

/// Removes what nothing names any more, when no reader can need it (rule 16).
struct Reaper {
    let set: ErasureSet

    private static let rowsPerRound = 512

    /// One round; answers whether more is waiting.
    func round(since oldestAllowed: UInt64?) async throws(StoreError) -> Bool {
        let view = try set.board.view(ofSet: set.index)
        let rows = try await view.read { snapshot in
            let cursor = try snapshot.cursor(.trash, from: [], to: nil)
            var rows: [(DataID, TrashRecord)] = []
            while rows.count < Self.rowsPerRound, let row = try cursor.next() {
                rows.append((try DataID(parsing: ArraySlice(row.key)), try TrashRecord(decoding: row.value)))
            }
            return rows
        }
        guard !rows.isEmpty else { return false }
        // Readers of earlier views have not pinned yet what they are looking up.
        let oldestView = set.registry.oldest ?? view.batch.sequence
        let ripe = rows.filter { name, trash in
            let seen = trash.batch.sequence <= oldestView || trash.batch.sequence <= (oldestAllowed ?? 0)
            if set.environment.broken == .reapsUnderReaders { return true }
            return seen && !set.pins.isPinned(name) && !trash.payloads.contains { set.pins.isPinned($0.id) }
        }
        guard !ripe.isEmpty else { return false }
        let files = ripe.flatMap { $0.1.payloads }.filter(\.isStriped).map { ShardName($0.id.text) }
        let members = set.memberDrives()
        if !files.isEmpty {
            for drive in members {
                do {
                    try await drive.perform(.background, limitMilliseconds: EngineLimits.openMilliseconds) {
                        try drive.drive.removeShards(files)
                    }
                } catch {
                    // It may still have files that no record names: it must not come back before it was looked at.
                    set.report(error)
                    throw StoreError(.unavailable, "a drive could not remove shards", cause: error)
                }
            }
        }
        try await set.committer.commit(ReapTrash(names: ripe.map(\.0), unlinked: Set(members.map(\.slot))))
        return rows.count == Self.rowsPerRound
    }
}
