import MetadataIndex
import StorageAPI
import Synchronization

/// What a set's scrub is doing, for the operator, and what it is asked to do, by operators and readers.
package final class ScrubControl: Sendable {
    /// An object that a reader could not read.
    struct Suspect: Hashable, Sendable {
        let key: HeadKey
        let content: DataID
    }

    private struct State {
        var record: ScrubRecord?
        var intervalMilliseconds: UInt64?
        var fraction = 0.0
        var suspects: [Suspect] = []
        /// Objects on the list of those damaged beyond repair.
        var damaged: Set<HeadKey> = []
    }

    /// Thirty days: what rots in the time must be less than parity can replace.
    package static let defaultIntervalMilliseconds: UInt64 = 30 * 24 * 3_600_000
    /// More suspects wait for the next reader, more damaged objects are only logged: both mean a lost store.
    static let maximumSuspects = 1000
    static let maximumDamaged = 100_000

    private let state = Mutex(State())

    // MARK: The run

    /// Nil until it was read from the index.
    var record: ScrubRecord? {
        get { state.withLock { $0.record } }
        set { state.withLock { $0.record = newValue } }
    }

    /// Between the beginnings of runs; nil: none begins by itself.
    var intervalMilliseconds: UInt64? {
        get { state.withLock { $0.intervalMilliseconds } }
        set { state.withLock { $0.intervalMilliseconds = newValue } }
    }

    var isStopped: Bool { state.withLock { $0.record?.stopped ?? 0 } != 0 }

    /// What has been counted since the record was written.
    func note(_ record: ScrubRecord, fraction: Double) {
        state.withLock { state in
            let stopped = state.record?.stopped ?? 0
            state.record = record
            state.record?.stopped = stopped
            state.fraction = fraction
        }
    }

    /// When the next run begins by itself, by the clock of `now`. A clock that was set back postpones nothing.
    func nextAt(now: Int64) -> Int64? {
        state.withLock { state in
            guard let record = state.record, let interval = state.intervalMilliseconds else { return nil }
            guard record.stopped == 0, !record.isUnderWay else { return nil }
            let last = max(record.started, record.scheduled)
            guard last > 0 else { return nil }
            return min(last, now) + Int64(clamping: interval)
        }
    }

    func status(now: Int64) -> ScrubStatus {
        let next = nextAt(now: now)
        return state.withLock { state in
            var status = ScrubStatus(damagedObjects: state.damaged.count)
            guard let record = state.record else { return status }
            status.phase = record.stopped != 0 ? .stopped : record.isUnderWay ? .running : .waiting
            if record.started != 0 { status.startedAt = Timestamp(milliseconds: record.started) }
            if record.finished != 0 { status.finishedAt = Timestamp(milliseconds: record.finished) }
            status.nextAt = next.map(Timestamp.init(milliseconds:))
            status.fraction = record.finished != 0 ? 1 : state.fraction
            status.shardsVerified = record.shards
            status.verifiedByteCount = record.byteCount
            status.rowsCompared = record.rows
            status.found = record.found
            status.repaired = record.repaired
            return status
        }
    }

    // MARK: Objects damaged beyond repair

    /// A reader could not read all of an object: looked at soon. Those that are listed are known.
    func suspect(_ suspect: Suspect) {
        state.withLock { state in
            guard state.suspects.count < Self.maximumSuspects, !state.suspects.contains(suspect),
                !state.damaged.contains(suspect.key)
            else { return }
            state.suspects.append(suspect)
        }
    }

    func takeSuspects() -> [Suspect] {
        state.withLock { state in
            defer { state.suspects = [] }
            return state.suspects
        }
    }

    var damaged: Set<HeadKey> {
        get { state.withLock { $0.damaged } }
        set { state.withLock { $0.damaged = newValue } }
    }

    func isListed(_ key: HeadKey) -> Bool { state.withLock { $0.damaged.contains(key) } }
    func list(_ keys: [HeadKey]) { state.withLock { $0.damaged.formUnion(keys) } }
    func unlist(_ keys: [HeadKey]) { state.withLock { $0.damaged.subtract(keys) } }
}
