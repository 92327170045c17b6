import MetadataIndex

/// What the simulation does beside what clients and operators can do.
extension ErasureStore {
    /// Shortens the log of every set to its newest batches, as age does: whoever was away for longer compares all rows.
    package func trimLog(keeping count: Int) async throws {
        for set in sets {
            let keys = try await view(of: set).read { snapshot in
                let cursor = try snapshot.cursor(.changes, from: [], to: nil)
                var keys: [[UInt8]] = []
                while let row = try cursor.next() { keys.append(row.key) }
                return keys
            }
            try await set.committer.commit(DeleteRows(family: .changes, keys: Array(keys.dropLast(count))))
        }
    }
}
