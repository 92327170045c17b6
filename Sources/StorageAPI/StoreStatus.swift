/// How a store is doing: what `magstore status` shows and metrics count.
package struct StoreStatus: Hashable, Sendable {
    /// Names the deployment; the same on all drives.
    package var deployment: String
    package var sets: [SetStatus]
    /// Ascending by number.
    package var pools: [PoolStatus]
    /// How often the machine's clock was set by more than a moment while the store ran.
    package var clockJumps: UInt64

    package init(deployment: String, sets: [SetStatus], pools: [PoolStatus] = [], clockJumps: UInt64 = 0) {
        self.deployment = deployment
        self.sets = sets
        self.pools = pools
        self.clockJumps = clockJumps
    }
}

/// How an erasure set is doing.
package struct SetStatus: Hashable, Sendable {
    package enum Service: String, Hashable, Sendable {
        case serving
        case readOnly
        case stopped
    }

    package var name: String
    /// Counted from 0, as the others.
    package var pool: Int
    package var dataShards: Int
    package var parityShards: Int
    package var service: Service
    /// Why it is not serving; empty when it is.
    package var reason: String
    /// Ascending by slot, one for each slot.
    package var drives: [DriveStatus]
    package var corruptionFound: UInt64
    package var shardsRepaired: UInt64
    /// What can still be written to every drive of the set.
    package var freeByteCount: UInt64
    package var heal: HealStatus
    package var scrub: ScrubStatus

    package var memberCount: Int { drives.count { $0.state == .member } }

    package init(
        name: String, pool: Int, dataShards: Int, parityShards: Int, service: Service, reason: String,
        drives: [DriveStatus], corruptionFound: UInt64, shardsRepaired: UInt64, freeByteCount: UInt64,
        heal: HealStatus, scrub: ScrubStatus
    ) {
        self.name = name
        self.pool = pool
        self.dataShards = dataShards
        self.parityShards = parityShards
        self.service = service
        self.reason = reason
        self.drives = drives
        self.corruptionFound = corruptionFound
        self.shardsRepaired = shardsRepaired
        self.freeByteCount = freeByteCount
        self.heal = heal
        self.scrub = scrub
    }
}

/// What a drive failed at, as metrics name it.
package enum DriveFault: String, Hashable, Sendable, CaseIterable {
    /// Reading, writing or syncing failed.
    case inputOutput = "io"
    case full
    case readOnly = "read_only"
    /// It is not there any more, or another directory is.
    case gone
    /// It did not answer in time, and was put out.
    case slow
    /// Others were asked for what it did not read in time; it stays.
    case lateRead = "late_read"
    /// Its index failed, or is damaged.
    case index
    /// A shard or row was not what was written.
    case rot
    /// The process had no descriptors left for its files.
    case descriptors
}

/// How the drive of a slot is doing.
package struct DriveStatus: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        /// Takes part in every commit.
        case member
        /// Its index is being made equal to the members'.
        case catchingUp
        /// Here and open, while too few drives are here for its set to write.
        case waiting
        /// Failed, vanished or was too slow; comes back by itself when it can.
        case out
        /// No path holds the drive of this slot.
        case absent
    }

    package var slot: Int
    /// Empty when not known: no drive of this slot was seen.
    package var path: String
    package var uuid: String
    package var state: State
    /// Why it is no member; empty when it is.
    package var reason: String
    /// Of its file system. Zero when not known.
    package var capacityByteCount: UInt64
    package var freeByteCount: UInt64
    /// How often since the start, for each kind that was seen.
    package var faults: [DriveFault: UInt64]

    package init(
        slot: Int, path: String = "", uuid: String = "", state: State, reason: String = "",
        capacityByteCount: UInt64 = 0, freeByteCount: UInt64 = 0, faults: [DriveFault: UInt64] = [:]
    ) {
        self.slot = slot
        self.path = path
        self.uuid = uuid
        self.state = state
        self.reason = reason
        self.capacityByteCount = capacityByteCount
        self.freeByteCount = freeByteCount
        self.faults = faults
    }
}

/// Rebuilding of shards that are not where they belong.
package struct HealStatus: Hashable, Sendable {
    /// To be rebuilt, on members and on drives that are out.
    package var missingShards: Int
    /// Of these, on members: what healing works on now.
    package var rebuildableShards: Int
    package var rebuiltShards: UInt64
    package var rebuiltByteCount: UInt64
    /// Over the last minute; zero when nothing is rebuilt.
    package var bytesPerSecond: Double
    /// Until `rebuildableShards` is zero at this rate. Nil when nothing is to be done, or nothing can be said yet.
    package var remainingSeconds: Double?

    package init(
        missingShards: Int = 0, rebuildableShards: Int = 0, rebuiltShards: UInt64 = 0, rebuiltByteCount: UInt64 = 0,
        bytesPerSecond: Double = 0, remainingSeconds: Double? = nil
    ) {
        self.missingShards = missingShards
        self.rebuildableShards = rebuildableShards
        self.rebuiltShards = rebuiltShards
        self.rebuiltByteCount = rebuiltByteCount
        self.bytesPerSecond = bytesPerSecond
        self.remainingSeconds = remainingSeconds
    }
}

/// Verification of everything on a schedule.
package struct ScrubStatus: Hashable, Sendable {
    package enum Phase: String, Hashable, Sendable {
        /// Waits for its next time.
        case waiting
        case running
        /// Stopped by the operator.
        case stopped
    }

    package var phase: Phase
    /// Of the run under way, or of the last one.
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// When the next run begins by itself.
    package var nextAt: Timestamp?
    /// Of the run under way or the last one: 0 to 1, an estimate.
    package var fraction: Double
    package var shardsVerified: UInt64
    package var verifiedByteCount: UInt64
    package var rowsCompared: UInt64
    package var found: UInt64
    package var repaired: UInt64
    /// Objects that can not be repaired, at the end of the last run.
    package var damagedObjects: Int

    package init(
        phase: Phase = .waiting, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil, nextAt: Timestamp? = nil,
        fraction: Double = 0, shardsVerified: UInt64 = 0, verifiedByteCount: UInt64 = 0, rowsCompared: UInt64 = 0,
        found: UInt64 = 0, repaired: UInt64 = 0, damagedObjects: Int = 0
    ) {
        self.phase = phase
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.nextAt = nextAt
        self.fraction = fraction
        self.shardsVerified = shardsVerified
        self.verifiedByteCount = verifiedByteCount
        self.rowsCompared = rowsCompared
        self.found = found
        self.repaired = repaired
        self.damagedObjects = damagedObjects
    }
}
