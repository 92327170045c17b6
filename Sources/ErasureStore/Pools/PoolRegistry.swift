import MetadataIndex
import Synchronization

/// Which pools the store has. Every set holds the list, so that none can be forgotten: without a pool that is not here,
/// keys that are in it would seem not to exist.
final class PoolRegistry: Sendable {
    private struct State {
        var record = PoolsRecord()
        /// The pools that are here are those of the record.
        var isVerified = false
    }

    private let state: Mutex<State>

    /// - Parameter firstPoolCount: of a store that was never changed, as its drives say.
    init(firstPoolCount: Int) {
        state = Mutex(State())
        var record = PoolsRecord()
        record.pools = (0..<firstPoolCount).map { number in
            var pool = PoolRecord()
            pool.number = UInt32(number)
            return pool
        }
        first = record
    }

    /// Where no set has a list.
    let first: PoolsRecord

    var record: PoolsRecord { state.withLock(\.record) }
    var isVerified: Bool { state.withLock(\.isVerified) }

    func adopt(_ record: PoolsRecord) {
        state.withLock { state in
            state.record = record
            state.isVerified = true
        }
    }
}

extension PoolsRecord {
    subscript(number: Int) -> PoolRecord? {
        pools.first { $0.number == UInt32(number) }
    }

    mutating func set(_ phase: Pool.Phase, of number: Int) {
        for index in pools.indices where pools[index].number == UInt32(number) { pools[index].phase = phase.rawValue }
    }

    /// Pools that may have keys.
    var inUse: [Int] {
        pools.filter { $0.phase == Pool.Phase.active.rawValue || $0.phase == Pool.Phase.draining.rawValue }
            .map { Int($0.number) }
    }
}
