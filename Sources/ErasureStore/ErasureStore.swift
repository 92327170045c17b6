import MetadataIndex
import StorageAPI
import Synchronization

/// The object store over erasure sets on the drives of one machine.
///
/// Each key belongs to one set of one pool; each set has one committer, where everything about its keys is decided.
package final class ErasureStore: ObjectStore, KeyValueStore {
    let pools: [Pool]
    /// Of all pools, in their order.
    let sets: [ErasureSet]
    let environment: StoreEnvironment
    let buckets = BucketTable()
    let limits: PayloadLimits
    let budget: TransferBudget
    let board: ViewBoard
    let roster: DriveRoster
    let locks: KeyLocks
    /// Of which a part is being received: they stay in their pools meanwhile.
    let uploads = PinTable<UploadID>()
    let registry: PoolRegistry
    /// Rows that listings read: a page costs what it holds.
    package let rowsRead = RowCounter()
    let clockJumps = Atomic<UInt64>(0)
    private let nextCounter = Atomic<UInt64>(1)
    let closing = Atomic(false)
    private let homeSet = Mutex<ErasureSet?>(nil)

    init(
        pools: [Pool], registry: PoolRegistry, board: ViewBoard, roster: DriveRoster, environment: StoreEnvironment,
        limits: PayloadLimits
    ) {
        self.registry = registry
        self.pools = pools
        sets = pools.flatMap(\.sets)
        self.board = board
        self.roster = roster
        self.environment = environment
        self.limits = limits
        budget = TransferBudget(limit: limits.transferByteCount, clock: environment.clock)
        locks = KeyLocks(clock: environment.clock)
    }

    // MARK: Where things are

    /// The set whose `documents` hold buckets and settings; nil before that is known.
    var knownHome: ErasureSet? {
        get { homeSet.withLock { $0 } }
        set { homeSet.withLock { $0 = newValue } }
    }

    var isClosing: Bool { closing.load(ordering: .acquiring) }

    func home() throws(StoreError) -> ErasureSet {
        guard let home = knownHome else { throw StoreError(.unavailable, "the buckets are not known yet") }
        return home
    }

    func view(of set: ErasureSet) throws(StoreError) -> SetView {
        set.activity.note()
        return try board.view(ofSet: set.index)
    }

    /// A name for new bytes, never used before: the epoch of the set's start, this run, and a count.
    func newID(in set: ErasureSet) -> DataID {
        DataID(epoch: set.epoch, run: set.run, counter: nextCounter.wrappingAdd(1, ordering: .relaxed).oldValue)
    }

    func record<Record: IndexRecord>(
        _ type: Record.Type, _ view: SetView, _ family: Family, _ key: [UInt8]
    ) async throws(StoreError) -> Record? {
        guard let bytes = try await view.value(family, key) else { return nil }
        do {
            return try Record(decoding: bytes)
        } catch {
            throw StoreError(.unreadable, "a record does not decode", cause: error)
        }
    }
}
