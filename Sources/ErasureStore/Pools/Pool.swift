import StorageAPI
import Synchronization

/// Sets of one shape, over which the keys of the pool are spread by their hash. A key is in one pool.
final class Pool: Sendable {
    /// What it is used for. The raw values are those of `PoolRecord`.
    enum Phase: UInt32, Sendable {
        case active = 0
        /// Gets no new keys; those that it has go to other pools.
        case draining = 1
        /// Empty: may be left out of the next start.
        case drained = 2
        /// Was left out: its drives are no part of the store any more.
        case removed = 3
    }

    private struct State {
        var number: Int
        var phase = Phase.active
        var isJoined: Bool
    }

    let sets: [ErasureSet]
    let drain = DrainProgress()
    private let state: Mutex<State>

    /// - Parameters:
    ///   - number: from 0, and never that of another pool of the store.
    ///   - isJoined: false while it is being added.
    init(number: Int, sets: [ErasureSet], isJoined: Bool) {
        self.sets = sets
        state = Mutex(State(number: number, isJoined: isJoined))
    }

    func set(of bucket: BucketID, _ key: ObjectKey) -> ErasureSet {
        sets[Placement.setIndex(bucket, key, setCount: sets.count)]
    }

    var number: Int { state.withLock { $0.number } }
    /// By which people know it.
    var name: String { "pool \(number + 1)" }

    var phase: Phase {
        get { state.withLock { $0.phase } }
        set { state.withLock { $0.phase = newValue } }
    }

    /// Part of the store: keys may be in it.
    var isJoined: Bool { state.withLock { $0.isJoined } }
    /// New keys may go there.
    var takesKeys: Bool { state.withLock { $0.isJoined && $0.phase == .active } }

    func join(as number: Int) {
        state.withLock { state in
            state.number = number
            state.isJoined = true
        }
    }
}
