import MetadataIndex
import StorageAPI

extension ErasureStore {
    private static let documentBytesPerCommit = 512 << 10

    /// Makes a set of another pool the home of buckets and settings. Until the new home says that it is one, the old
    /// one is; what the old one keeps until then is removed last.
    func handOverDocuments(from old: ErasureSet) async throws(StoreError) {
        try await locked(KeyLocks.documents) { () throws(StoreError) in
            guard let new = pools.first(where: \.takesKeys)?.sets[0], new.isServing else {
                throw StoreError(.unavailable, "no other pool can take the buckets")
            }
            let row = StateKey.home.bytes
            let view = try view(of: old)
            var mark = try await record(HomeRecord.self, view, .state, row) ?? HomeRecord()
            mark.isLeaving = true
            try await old.committer.commit(SetHome(record: mark))
            // What an earlier attempt left there.
            try await removeDocuments(of: new)
            try await copyDocuments(from: old, to: new)
            mark.generation += 1
            mark.isLeaving = false
            mark.precedingBatches += view.batch.sequence + 1
            try await new.committer.commit(SetHome(record: mark))
            knownHome = new
        }
        try await removeDocuments(of: old)
    }

    private func copyDocuments(from old: ErasureSet, to new: ErasureSet) async throws(StoreError) {
        var after: [UInt8]?
        while true {
            let lower = after.map { $0 + [0] } ?? []
            let rows = try await view(of: old).read { snapshot in
                let cursor = try snapshot.cursor(.documents, from: lower, to: nil)
                var (rows, byteCount): ([IndexRow], Int) = ([], 0)
                while byteCount < Self.documentBytesPerCommit, let row = try cursor.next() {
                    byteCount += row.key.count + row.value.count + 32
                    rows.append(row)
                }
                return rows
            }
            guard let last = rows.last else { return }
            after = last.key
            try await new.committer.commit(PutRows(family: .documents, rows: rows))
        }
    }

    private func removeDocuments(of set: ErasureSet) async throws(StoreError) {
        while true {
            let keys = try await view(of: set).read { snapshot in
                let cursor = try snapshot.cursor(.documents, from: [], to: nil)
                var keys: [[UInt8]] = []
                while keys.count < 1000, let row = try cursor.next() { keys.append(row.key) }
                return keys
            }
            guard !keys.isEmpty else { return }
            try await set.committer.commit(DeleteRows(family: .documents, keys: keys))
        }
    }

    /// Documents of a set that is not the home any more: a crash came before they were removed.
    func removeStrayDocuments() async throws(StoreError) {
        guard let home = knownHome, buckets.isLoaded else { return }
        for set in joinedPools.flatMap(\.sets) where set !== home && set.isServing {
            try await locked(KeyLocks.documents) { () throws(StoreError) in
                guard knownHome !== set else { return }
                try await removeDocuments(of: set)
            }
        }
    }
}
