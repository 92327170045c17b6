import DriveIO
import MetadataIndex
import StorageAPI
import Synchronization

/// An open drive in its slot, with its index. Replaced as a whole when it is opened again.
final class SlotDrive: Sendable {
    let slot: Int
    let uuid: DriveUUID
    /// As it was when the drive was opened.
    let identity: DriveIdentity
    let drive: any Drive
    let index: any MetadataIndex
    let executor: any DriveExecutor
    let clock: any StoreClock
    private let overdue = Atomic(false)
    private let calls = Atomic<UInt64>(0)

    init(
        identity: DriveIdentity, uuid: DriveUUID, drive: any Drive, index: any MetadataIndex,
        executor: any DriveExecutor, clock: any StoreClock
    ) {
        slot = identity.slot
        self.uuid = uuid
        self.identity = identity
        self.drive = drive
        self.index = index
        self.executor = executor
        self.clock = clock
    }

    var member: MemberRecord { MemberRecord(slot: UInt32(slot), drive: uuid) }

    /// Runs `work` on the drive's threads. After `limit` the caller goes on without the answer, and what the drive
    /// does later is ignored.
    func perform<Value: Sendable>(
        _ lane: DriveLane, limitMilliseconds: UInt64? = nil, _ work: @escaping @Sendable () throws -> Value
    ) async throws(DriveFailure) -> Value {
        try await begin(lane, limitMilliseconds: limitMilliseconds, work).value().get()
    }

    /// Starts `work` without waiting for it.
    func begin<Value: Sendable>(
        _ lane: DriveLane, limitMilliseconds: UInt64? = nil, _ work: @escaping @Sendable () throws -> Value
    ) -> Promise<Result<Value, DriveFailure>> {
        let promise = Promise<Result<Value, DriveFailure>>()
        let slot = slot
        if lane == .access { calls.wrappingAdd(1, ordering: .relaxed) }
        executor.submit(lane) {
            promise.fulfil(Result { try work() }.mapError { DriveFailure(slot: slot, $0) })
        } otherwise: {
            promise.fulfil(.failure(DriveFailure(slot: slot, DriveError(.closed, "the drive was abandoned"))))
        }
        if let limitMilliseconds {
            clock.schedule(afterMilliseconds: limitMilliseconds) {
                promise.fulfil(.failure(DriveFailure(slot: slot, reason: .tooSlow)))
            }
        }
        return promise
    }

    /// Starts a read for a ``Race``: answers nil when it fails, and says why to `failed`.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value, failed: @escaping @Sendable (DriveFailure) -> Void,
        answer: @escaping @Sendable (Value?) -> Void
    ) {
        calls.wrappingAdd(1, ordering: .relaxed)
        executor.submit(.access) { [self] in
            do {
                let value = try work()
                hasAnswered()
                answer(value)
            } catch {
                failed(DriveFailure(slot: slot, error))
                answer(nil)
            }
        } otherwise: {
            answer(nil)
        }
    }

    /// What clients have waited for so far, roughly: background work yields to them.
    var callCount: UInt64 { calls.load(ordering: .relaxed) }

    /// Whether a read was waited for in vain and nothing was answered since: then others are asked first.
    var isOverdue: Bool { overdue.load(ordering: .relaxed) }

    func isLate() {
        overdue.store(true, ordering: .relaxed)
    }

    func hasAnswered() {
        if isOverdue { overdue.store(false, ordering: .relaxed) }
    }

    /// The drive was taken in: its identity says so from now on.
    func confirmIdentity() async throws(DriveFailure) {
        guard identity.state == .joining else { return }
        let (drive, bytes) = (drive, identity.confirmed.encoded)
        try await perform(.commit) { try drive.setIdentity(bytes) }
    }

    /// From now on the drive is no voter, until its index is equal to its peers'.
    func mark() async throws(DriveFailure) {
        try await perform(.commit) { [index] in try index.write(.syncingMark) }
    }

    /// Begins the end of a handle that will not be used again. Never waits: a hung drive can not be closed.
    func close() {
        let (drive, index, executor) = (drive, index, executor)
        executor.submit(.commit) {
            index.close()
            drive.close()
            executor.abandon()
        }
    }
}

/// Why a drive did not do what it was asked.
struct DriveFailure: Error {
    enum Reason {
        case drive(DriveError)
        case index(IndexError)
        case tooSlow
        /// A shard or row is there but is not what it should be.
        case damaged(String)
    }

    let slot: Int
    let reason: Reason

    init(slot: Int, reason: Reason) {
        self.slot = slot
        self.reason = reason
    }

    init(slot: Int, _ error: any Error) {
        self.slot = slot
        switch error {
        case let error as DriveError: reason = .drive(error)
        case let error as IndexError: reason = .index(error)
        case let error as RecordError: reason = .damaged("\(error)")
        case let error as DriveFailure: reason = error.reason
        default: reason = .damaged("\(error)")
        }
    }

    /// The index can not be trusted: it is set aside and rebuilt from the members.
    var isDamagedIndex: Bool {
        if case .index(let error) = reason { error.code == .corrupt } else { false }
    }

    /// For whoever counts; nil where nothing is wrong with the drive.
    var fault: DriveFault? {
        switch reason {
        case .drive(let error):
            switch error.code {
            case .inputOutput: .inputOutput
            case .full: .full
            case .readOnly: .readOnly
            case .denied, .locked, .vanished, .closed: .gone
            case .tooManyOpenFiles: .descriptors
            case .notFound, .truncated: nil
            }
        case .index(let error): error.code == .notFound ? nil : .index
        case .tooSlow: .slow
        case .damaged: nil
        }
    }

    /// What is wrong with the drive as a whole, as opposed to one shard or row that is not there or rotten.
    var condemnsDrive: Bool { fault.map { $0 != .descriptors } ?? false }
}

extension DriveFailure.Reason: CustomStringConvertible {
    var description: String {
        switch self {
        case .drive(let error): error.message
        case .index(let error): "its index failed: \(error.message)"
        case .tooSlow: "it does not answer in time"
        case .damaged(let text): text
        }
    }
}
