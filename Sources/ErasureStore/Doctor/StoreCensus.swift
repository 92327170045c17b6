import MetadataIndex

/// What the sets of a store say of the store as a whole: gathered set by set, judged at the end. Used by one task.
final class StoreCensus {
    private struct KeyHash: Hashable {
        let first: Int
        let second: Int
    }

    private struct Place {
        let pool: Int
        let set: String
    }

    var bucketNames: [UInt64: String] = [:]
    /// The newest list of pools; nil: no set has one.
    private(set) var pools: PoolsRecord?
    /// Objects of buckets that were not known when they were come by: the set with the names may come later.
    private var homeless: [(bucket: UInt64, set: String, name: String)] = []
    /// Where each key is: two dozen bytes for each object, where there are several pools that are all stopped.
    private var keys: [KeyHash: Place] = [:]
    private let countsKeys: Bool

    private static let homelessLimit = 1000

    init(countsKeys: Bool) {
        self.countsKeys = countsKeys
    }

    func note(_ record: PoolsRecord) {
        if record.revision > pools?.revision ?? 0 { pools = record }
    }

    func isHomeless(bucket: UInt64, set: String, name: String) {
        if homeless.count < Self.homelessLimit { homeless.append((bucket, set, name)) }
    }

    /// An object of a pool. Answers the set of another pool that has the key, too.
    func note(_ key: [UInt8], pool: Int, set: String) -> String? {
        guard countsKeys else { return nil }
        var (first, second) = (Hasher(), Hasher())
        first.combine(key)
        second.combine(1)
        second.combine(key)
        let hash = KeyHash(first: first.finalize(), second: second.finalize())
        if let other = keys[hash], other.pool != pool { return other.set }
        keys[hash] = Place(pool: pool, set: set)
        return nil
    }

    func report(to log: FindingLog) {
        for (bucket, set, name) in homeless where bucketNames[bucket] == nil {
            log.add(.orphan, set, "\(name) is in no bucket")
        }
    }
}
