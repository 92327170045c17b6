import DriveIO
import MetadataIndex
import StorageAPI

/// Removes shard files of earlier starts that nothing names: what uploads left that a crash cut short (rule 17).
struct Sweeper {
    let set: ErasureSet

    private static let filesPerRound = 512

    /// Walks one member's files; answers how many were removed.
    func sweep(_ drive: SlotDrive) async throws(StoreError) -> Int {
        var after: ShardName?
        var removed = 0
        while true {
            let last = after
            let names: [ShardName]
            do {
                names = try await drive.perform(.background) {
                    try drive.drive.shardNames(after: last, limit: Self.filesPerRound)
                }
            } catch {
                set.report(error)
                throw StoreError(.unavailable, "a drive could not be swept", cause: error)
            }
            guard let end = names.last else { return removed }
            after = end
            let (epoch, run) = (set.epoch, set.run)
            let old = names.filter { name in
                // Uploads of this run clean up after themselves, also those that a restart of the set overtook.
                DataID(text: name.text).map { $0.epoch < epoch && $0.run != run } ?? false
            }
            let orphans = try await orphans(old)
            guard !orphans.isEmpty, set.members.contains(drive.slot) else { continue }
            do {
                try await drive.perform(.background) { try drive.drive.removeShards(orphans) }
            } catch {
                set.report(error)
                throw StoreError(.unavailable, "a drive could not be swept", cause: error)
            }
            removed += orphans.count
        }
    }

    private func orphans(_ names: [ShardName]) async throws(StoreError) -> [ShardName] {
        try await set.board.view(ofSet: set.index).read { snapshot in
            // Trash rows are few and may be named by their part list: all their payloads are spared.
            var spared: Set<DataID> = []
            let trash = try snapshot.cursor(.trash, from: [], to: nil)
            while let row = try trash.next() {
                for payload in try TrashRecord(decoding: row.value).payloads { spared.insert(payload.id) }
            }
            return try names.filter { name in
                guard let id = DataID(text: name.text), !spared.contains(id) else { return false }
                return try snapshot.value(.refs, id.bytes) == nil
            }
        }
    }
}
