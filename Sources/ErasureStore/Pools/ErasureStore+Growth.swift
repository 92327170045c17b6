import Logging
import MetadataIndex
package import StorageAPI

extension ErasureStore {
    private static let roundMilliseconds: UInt64 = 1000

    /// Keeps the list of pools the same in all sets.
    func keepPools() async {
        var seen: [Int: UInt64] = [:]
        while !isClosing {
            await environment.clock.sleep(milliseconds: Self.roundMilliseconds)
            let serving = Dictionary(
                uniqueKeysWithValues: joinedPools.flatMap(\.sets).filter(\.isServing).map { ($0.index, $0.epoch) })
            guard registry.isVerified, serving != seen else { continue }
            do throws(StoreError) {
                try await reconcilePools()
                if pools.count > 1 || registry.record.pools.count > 1 { try await removeStrayDocuments() }
                seen = serving
            } catch {
                environment.logger.debug("the pools are not settled yet", metadata: ["error": "\(error.message)"])
            }
        }
    }

    package func drainPool(_ number: Int) async throws(StoreError) {
        let pool = try pool(number)
        guard pool.phase == .active else { return }
        let contents = try await contents(of: pool).objects
        let joined = Set(joinedPools.map(\.number))
        try await changePools { (record) throws(StoreError) in
            let others = record.pools.filter {
                $0.phase == Pool.Phase.active.rawValue && Int($0.number) != number && joined.contains(Int($0.number))
            }
            guard !others.isEmpty else {
                throw StoreError(
                    .lastPool, "\(pool.name) is the only one that takes new objects: add another before")
            }
            for index in record.pools.indices where Int(record.pools[index].number) == number {
                record.pools[index].phase = Pool.Phase.draining.rawValue
                record.pools[index].objects = contents.objects
                record.pools[index].bytes = contents.byteCount
            }
        }
        environment.logger.notice("pool is to be emptied", metadata: ["pool": "\(pool.name)"])
    }

    package func keepPool(_ number: Int) async throws(StoreError) {
        let pool = try pool(number)
        guard pool.phase != .active else { return }
        try await changePools { (record) throws(StoreError) in record.set(.active, of: number) }
        environment.logger.notice("pool is used again", metadata: ["pool": "\(pool.name)"])
    }

    private func pool(_ number: Int) throws(StoreError) -> Pool {
        guard let pool = joinedPools.first(where: { $0.number == number }) else {
            throw StoreError(.noSuchPool, "there is no pool \(number + 1)")
        }
        return pool
    }
}
