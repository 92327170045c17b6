import DriveIO
import MetadataIndex
import StorageAPI
import Synchronization

/// A published state of one set: what a committed batch left, on every member. Readers see nothing else (rule 14).
///
/// Held while records are looked up; its end is what the reaper waits for.
final class SetView: Sendable {
    struct Member: Sendable {
        let drive: SlotDrive
        let snapshot: any IndexSnapshot
    }

    let batch: BatchID
    /// Ascending by slot, at least one.
    let members: [Member]
    private let registry: ViewRegistry

    init(batch: BatchID, members: [Member], registry: ViewRegistry) {
        precondition(!members.isEmpty, "a view is on some drive")
        self.batch = batch
        self.members = members
        self.registry = registry
        registry.opened(batch.sequence)
    }

    deinit {
        registry.closed(batch.sequence)
    }

    /// A row, from memory where some member has it there, otherwise from the disk of one member after the other.
    func value(_ family: Family, _ key: [UInt8]) async throws(StoreError) -> [UInt8]? {
        let first = members.count == 1 ? 0 : Int(key.last ?? 0) % members.count
        switch try? members[first].snapshot.cachedValue(family, key) {
        case .found(let value): return value
        case .absent: return nil
        case .unknown, nil: break
        }
        return try await read(startingAt: first) { snapshot in try snapshot.value(family, key) }
    }

    /// Runs a read on one member, and on the next when that one fails or is slow. What fails is reported as that
    /// drive's failure.
    func read<Value: Sendable>(
        startingAt first: Int = 0, _ body: @escaping @Sendable (any IndexSnapshot) throws -> Value
    ) async throws(StoreError) -> Value {
        let order = members.indices.map { (first + $0) % members.count }
        let prompt = order.filter { !members[$0].drive.isOverdue } + order.filter { members[$0].drive.isOverdue }
        let ask: Race<Value>.Ask = { [members, registry] (number, answer) in
            let snapshot = members[number].snapshot
            members[number].drive.read({ try body(snapshot) }, failed: registry.report, answer: answer)
        }
        let race = Race<Value>(others: { prompt }, needed: 1, clock: members[first].drive.clock, ask: ask)
        guard let value = await race.answers(late: { members[$0].drive.isLate() }).values.first else {
            throw StoreError(.unreadable, "no drive could read the index")
        }
        return value
    }

    func member(slot: Int) -> Member? {
        members.first { $0.drive.slot == slot }
    }
}

/// Which views are open, and where their failures go.
final class ViewRegistry: Sendable {
    private let open = Mutex<[UInt64: Int]>([:])
    private let failures = Mutex<(@Sendable (DriveFailure) -> Void)?>(nil)

    func connect(_ failures: @escaping @Sendable (DriveFailure) -> Void) {
        self.failures.withLock { $0 = failures }
    }

    func opened(_ sequence: UInt64) {
        open.withLock { $0[sequence, default: 0] += 1 }
    }

    func closed(_ sequence: UInt64) {
        open.withLock { open in
            guard let count = open[sequence] else { return }
            open[sequence] = count == 1 ? nil : count - 1
        }
    }

    /// The oldest batch that a reader may still look at.
    var oldest: UInt64? {
        open.withLock { $0.keys.min() }
    }

    func report(_ failure: DriveFailure) {
        failures.withLock { $0 }?(failure)
    }
}

/// Every wait of the engine, in one place.
enum EngineLimits {
    /// A member that is slower than its peers by this much is put out (rule 5).
    static let commitMilliseconds: UInt64 = 1000
    /// A client waits no longer for a commit.
    static let answerMilliseconds: UInt64 = 5000
    /// After this others are asked beside the drive that has not answered a read. Ten times what a busy disk takes.
    static let lateMilliseconds: UInt64 = 100
    /// After so many such waits a read is given up: 5 s, as long as a client waits for a commit.
    static let lateReads = 50
    /// A drive that does not answer a simple question for so long is slow.
    static let readMilliseconds: UInt64 = 1000
    /// A request waits no longer for its share of the memory.
    static let budgetMilliseconds: UInt64 = 5000
    /// Without any progress of a shard's bytes.
    static let shardMilliseconds: UInt64 = 5000
    /// An idle drive that has not answered for so long, while others have, is out.
    static let silentMilliseconds: UInt64 = 10_000
    /// Reading an identity: as long as a disk that sleeps takes to spin up.
    static let lookMilliseconds: UInt64 = 20_000
    /// Opening an index and judging it.
    static let openMilliseconds: UInt64 = 60_000
    /// A transaction that makes the batch larger than this waits for the next one.
    static let batchByteCount = 2 * 1024 * 1024
    /// Readers that hold a view for longer no longer keep trash from being reaped (rule 16).
    static let viewMilliseconds: UInt64 = 60_000
}
