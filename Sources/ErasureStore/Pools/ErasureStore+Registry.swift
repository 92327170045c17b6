import Logging
import MetadataIndex
import StorageAPI

/// Writes the list of pools into a set, unless it has a newer one.
struct SetPools: Mutation {
    let record: PoolsRecord

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        let row = StateKey.pools.bytes
        let old = try await evaluation.record(PoolsRecord.self, .state, row)
        guard old.map({ $0.revision < record.revision }) ?? true else { return }
        evaluation.put(.state, row, record)
    }
}

extension ErasureStore {
    /// The newest list that can be read.
    ///
    /// Every set gets a list before what it says becomes true, so one readable set is enough.
    private func readPools() async throws(StoreError) -> (newest: PoolsRecord, lagging: [ErasureSet]) {
        var records: [(ErasureSet, PoolsRecord?)] = []
        for set in joinedPools.flatMap(\.sets) {
            guard let view = board.views(ofSets: [set.index])[0] else { continue }
            records.append((set, try await record(PoolsRecord.self, view, .state, StateKey.pools.bytes)))
        }
        guard !records.isEmpty else { throw StoreError(.unavailable, "no erasure set can be read") }
        let newest = records.compactMap(\.1).max { $0.revision < $1.revision }
        guard let newest else { return (registry.first, []) }
        return (newest, records.filter { $0.1?.revision != newest.revision }.map(\.0))
    }

    /// Looks whether the pools that are here are those of the store. Answers what is wrong, for the operator.
    func checkPools() async -> String? {
        guard let record = try? await readPools().newest else { return nil }
        let layouts = roster.layouts
        for pool in joinedPools where record[pool.number]?.phase == Pool.Phase.removed.rawValue {
            let path = layouts.first { $0.number == pool.number }?.paths.first ?? ""
            return "the drives of \(pool.name) (\(path), …) were drained and left out: empty them to use them again"
        }
        for number in record.inUse where !layouts.contains(where: { $0.number == number }) {
            return "no drive of pool \(number + 1) is here: name its drives, too, or drain it before it is left out"
        }
        adopt(record)
        return nil
    }

    func hasAllPools() async -> Bool {
        guard !registry.isVerified else { return true }
        if let problem = await checkPools() {
            environment.logger.error("nothing can be served", metadata: ["reason": "\(problem)"])
        }
        return registry.isVerified
    }

    private func adopt(_ record: PoolsRecord) {
        registry.adopt(record)
        for pool in joinedPools {
            guard let entry = record[pool.number] else { continue }
            let phase = Pool.Phase(rawValue: entry.phase) ?? .draining
            pool.phase = phase
            pool.drain.update { $0.total = .init(objects: entry.objects, byteCount: entry.bytes) }
            for set in pool.sets { set.committer.isSealed = phase == .drained }
        }
    }

    /// Changes the list in every set, and only then says that it has changed: all must be able to write.
    ///
    /// - Parameter change: nobody else changes the list meanwhile.
    func changePools(_ change: (inout PoolsRecord) async throws(StoreError) -> Void) async throws(StoreError) {
        try await locked(KeyLocks.pools) { () throws(StoreError) in
            let sets = joinedPools.flatMap(\.sets)
            guard sets.allSatisfy(\.isServing) else {
                throw StoreError(.unavailable, "the list of pools is changed when every set can write")
            }
            var record = try await readPools().newest
            try await change(&record)
            record.revision += 1
            for set in sets { try await set.committer.commit(SetPools(record: record)) }
            adopt(record)
        }
    }

    /// Whenever sets begin to serve: one that was away may have an older list, or a newer one.
    func reconcilePools() async throws(StoreError) {
        try await locked(KeyLocks.pools) { () throws(StoreError) in
            let (newest, lagging) = try await readPools()
            if newest.revision > registry.record.revision { adopt(newest) }
            for set in lagging where set.isServing { try await set.committer.commit(SetPools(record: newest)) }
        }
        // Whoever was drained and is not here was left out, and does not come back.
        let layouts = roster.layouts
        let gone = registry.record.pools.filter { pool in
            pool.phase == Pool.Phase.drained.rawValue && !layouts.contains { $0.number == Int(pool.number) }
        }
        guard !gone.isEmpty, joinedPools.flatMap(\.sets).allSatisfy(\.isServing) else { return }
        try await changePools { (record) throws(StoreError) in
            for pool in gone { record.set(.removed, of: Int(pool.number)) }
        }
    }
}
