import ErasureCoding
import MetadataIndex
import StorageAPI
import Synchronization

/// The object store over erasure sets on the drives of one machine.
///
/// Each key belongs to one set; each set has one committer, where everything about its keys is decided.
package final class ErasureStore: ObjectStore, KeyValueStore {
    let sets: [ErasureSet]
    let environment: StoreEnvironment
    let buckets = BucketTable()
    let limits: PayloadLimits
    let budget: TransferBudget
    let code: ErasureCode
    let board: ViewBoard
    let roster: DriveRoster
    /// Rows that listings read: a page costs what it holds.
    package let rowsRead = RowCounter()
    let clockJumps = Atomic<UInt64>(0)
    private let nextCounter = Atomic<UInt64>(1)

    /// The set whose `documents` hold buckets and settings.
    var home: ErasureSet { sets[0] }

    init(
        sets: [ErasureSet], board: ViewBoard, roster: DriveRoster, environment: StoreEnvironment, limits: PayloadLimits
    ) {
        self.sets = sets
        self.board = board
        self.roster = roster
        self.environment = environment
        self.limits = limits
        budget = TransferBudget(limit: limits.transferByteCount, clock: environment.clock)
        code = ErasureCode(dataShards: sets[0].shape.dataShards, parityShards: sets[0].shape.parityShards)
    }

    // MARK: Where things are

    func set(of bucket: BucketID, _ key: ObjectKey) -> ErasureSet {
        sets[Placement.setIndex(bucket, key, setCount: sets.count)]
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
