import AdminAPI
import SigV4
import StorageAPI

// From what the store says to what is sent.

extension StoreReport {
    init(_ status: StoreStatus, version: String) {
        self.init(
            deployment: status.deployment, version: version, health: StoreHealth(status.sets).code,
            problems: Problems.of(status), sets: status.sets.map { SetReport($0) })
    }
}

extension StoreHealth {
    /// For programs.
    var code: String {
        switch self {
        case .notServing: "notServing"
        case .healthy: "healthy"
        case .degraded: "degraded"
        case .readOnly: "readOnly"
        case .unavailable: "unavailable"
        }
    }
}

extension SetReport {
    init(_ set: SetStatus) {
        self.init(
            name: set.name, pool: set.pool, service: set.service.rawValue, reason: set.reason,
            dataShards: set.dataShards, parityShards: set.parityShards,
            drives: set.drives.map { DriveReport($0, set: set.name) }, freeByteCount: set.freeByteCount,
            corruptionFound: set.corruptionFound, shardsRepaired: set.shardsRepaired, heal: HealReport(set.heal),
            scrub: ScrubReport(set.scrub))
    }
}

extension DriveReport {
    init(_ drive: DriveStatus, set: String) {
        self.init(
            set: set, slot: drive.slot, path: drive.path, uuid: drive.uuid, state: drive.state.rawValue,
            reason: drive.reason, capacityByteCount: drive.capacityByteCount, freeByteCount: drive.freeByteCount)
    }
}

extension DriveListReport {
    init(_ status: StoreStatus) {
        self.init(drives: status.sets.flatMap { set in set.drives.map { DriveReport($0, set: set.name) } })
    }
}

extension PoolListReport {
    init(_ status: StoreStatus) {
        self.init(pools: status.pools.map { PoolReport($0) })
    }
}

extension PoolReport {
    init(_ pool: PoolStatus) {
        self.init(
            pool: pool.number, phase: pool.phase.rawValue, sets: pool.setCount, drives: pool.driveCount,
            capacityByteCount: pool.capacityByteCount, freeByteCount: pool.freeByteCount,
            drain: pool.drain.map { DrainReport($0) })
    }
}

extension DrainReport {
    init(_ drain: DrainStatus) {
        self.init(
            totalObjects: drain.totalObjects, totalByteCount: drain.totalByteCount,
            remainingObjects: drain.remainingObjects, remainingByteCount: drain.remainingByteCount,
            remainingUploads: drain.remainingUploads, movedObjects: drain.movedObjects,
            movedByteCount: drain.movedByteCount, bytesPerSecond: drain.bytesPerSecond,
            remainingSeconds: drain.remainingSeconds, stuckObjects: drain.stuckObjects, reason: drain.reason)
    }
}

extension HealReport {
    init(_ heal: HealStatus) {
        self.init(
            missingShards: heal.missingShards, rebuildableShards: heal.rebuildableShards,
            rebuiltShards: heal.rebuiltShards, rebuiltByteCount: heal.rebuiltByteCount,
            bytesPerSecond: heal.bytesPerSecond, remainingSeconds: heal.remainingSeconds)
    }
}

extension HealOverview {
    init(_ status: StoreStatus) {
        var total = HealStatus()
        for heal in status.sets.map(\.heal) {
            total.missingShards += heal.missingShards
            total.rebuildableShards += heal.rebuildableShards
            total.rebuiltShards += heal.rebuiltShards
            total.rebuiltByteCount += heal.rebuiltByteCount
            total.bytesPerSecond += heal.bytesPerSecond
            // Sets heal side by side: the slowest says when all is done.
            if let seconds = heal.remainingSeconds {
                total.remainingSeconds = max(total.remainingSeconds ?? 0, seconds)
            }
        }
        // One that can not say yet may be the slowest.
        if status.sets.contains(where: { $0.heal.rebuildableShards > 0 && $0.heal.remainingSeconds == nil }) {
            total.remainingSeconds = nil
        }
        self.init(
            total: HealReport(total), sets: status.sets.map { SetHealReport(set: $0.name, heal: HealReport($0.heal)) })
    }
}

extension ScrubReport {
    init(_ scrub: ScrubStatus) {
        self.init(
            phase: scrub.phase.rawValue, startedAt: scrub.startedAt.map(\.text),
            finishedAt: scrub.finishedAt.map(\.text),
            nextAt: scrub.nextAt.map(\.text), fraction: scrub.fraction, shardsVerified: scrub.shardsVerified,
            verifiedByteCount: scrub.verifiedByteCount, rowsCompared: scrub.rowsCompared, found: scrub.found,
            repaired: scrub.repaired, damagedObjects: scrub.damagedObjects)
    }
}

extension ScrubOverview {
    init(_ status: StoreStatus) {
        let scrubs = status.sets.map(\.scrub)
        var total = ScrubStatus()
        if scrubs.contains(where: { $0.phase == .running }) {
            total.phase = .running
        } else if scrubs.contains(where: { $0.phase == .stopped }) {
            total.phase = .stopped
        }
        total.startedAt = scrubs.compactMap(\.startedAt).min()
        // Done when the last set is; before that, nothing is finished.
        let finished = scrubs.compactMap(\.finishedAt)
        total.finishedAt = finished.count == scrubs.count ? finished.max() : nil
        total.nextAt = scrubs.compactMap(\.nextAt).min()
        total.fraction = scrubs.isEmpty ? 0 : scrubs.reduce(0) { $0 + $1.fraction } / Double(scrubs.count)
        for scrub in scrubs {
            total.shardsVerified += scrub.shardsVerified
            total.verifiedByteCount += scrub.verifiedByteCount
            total.rowsCompared += scrub.rowsCompared
            total.found += scrub.found
            total.repaired += scrub.repaired
            total.damagedObjects += scrub.damagedObjects
        }
        self.init(
            total: ScrubReport(total),
            sets: status.sets.map { SetScrubReport(set: $0.name, scrub: ScrubReport($0.scrub)) })
    }
}

extension Timestamp {
    /// RFC 3339, whole seconds of UTC.
    fileprivate var text: String { UTCTime(secondsSinceEpoch: seconds).extendedISO8601 }
}

extension ExaminationReport {
    init(_ examination: HealthExamination, unreported: Int) {
        self.init(
            findings: examination.findings, unreportedFindings: unreported, objects: examination.objects,
            rows: examination.rows, shards: examination.shards, shardByteCount: examination.shardByteCount,
            isClean: examination.isClean)
    }
}
