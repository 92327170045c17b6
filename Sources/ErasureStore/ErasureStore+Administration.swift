import DriveIO
import MetadataIndex
package import StorageAPI
import Synchronization

// MARK: How the store is doing

extension ErasureStore {
    package var status: StoreStatus {
        StoreStatus(
            deployment: roster.deployment, sets: joinedPools.flatMap(\.sets).map(status),
            pools: pools.map(status).sorted { $0.number < $1.number },
            clockJumps: clockJumps.load(ordering: .relaxed))
    }

    private func status(of pool: Pool) -> PoolStatus {
        let drives = pool.sets.reduce(0) { $0 + $1.shape.driveCount }
        guard pool.isJoined else {
            let number = (registry.record.pools.map { Int($0.number) }.max() ?? 0) + 1
            return PoolStatus(number: number, phase: .adding, setCount: pool.sets.count, driveCount: drives)
        }
        var status = PoolStatus(number: pool.number, phase: .active, setCount: pool.sets.count, driveCount: drives)
        for set in pool.sets {
            let smallest = set.standing.ledger.capacities.min() ?? 0
            status.capacityByteCount += smallest * UInt64(set.shape.dataShards)
            status.freeByteCount += set.space.free * UInt64(set.shape.dataShards)
        }
        switch pool.phase {
        case .active: return status
        case .draining: status.phase = .draining
        case .drained, .removed: status.phase = .drained
        }
        status.drain = drainStatus(of: pool)
        return status
    }

    private func drainStatus(of pool: Pool) -> DrainStatus {
        let state = pool.drain.value
        var drain = DrainStatus()
        // What was overwritten elsewhere or arrived since counts, too.
        let remaining = state.remaining ?? state.total
        drain.totalObjects = max(state.total.objects, remaining.objects)
        drain.totalByteCount = max(state.total.byteCount, remaining.byteCount)
        (drain.movedObjects, drain.movedByteCount) = (state.moved.objects, state.moved.byteCount)
        guard pool.phase == .draining else { return drain }
        (drain.remainingObjects, drain.remainingByteCount) = (remaining.objects, remaining.byteCount)
        drain.remainingUploads = state.uploads
        drain.stuckObjects = state.stuck
        drain.reason = state.reason
        drain.bytesPerSecond = pool.drain.rate(now: environment.clock.uptimeMilliseconds())
        if drain.bytesPerSecond > 0 {
            drain.remainingSeconds = Double(drain.remainingByteCount) / drain.bytesPerSecond
        }
        return drain
    }

    /// The drives that are open, and whether each was made as the root of a mounted file system.
    package var servedDrives: [(path: String, isMountPoint: Bool)] {
        sets.flatMap { $0.standing.drives.values }.map { ($0.drive.path, $0.identity.isMountPoint) }
    }

    private func status(of set: ErasureSet) -> SetStatus {
        let standing = set.standing
        let (service, reason): (SetStatus.Service, String) =
            switch standing.mode {
            case .serving where set === (knownHome ?? sets[0]) && !buckets.isLoaded: (.stopped, "reading the buckets")
            case .serving: (.serving, "")
            case .readOnly(let reason): (.readOnly, reason)
            case .stopped(let reason): (.stopped, reason)
            case .starting: (.stopped, "starting")
            case .closed: (.stopped, "closed")
            }
        let damage = set.damage.counts
        return SetStatus(
            name: set.name, pool: roster.pool(ofSet: set.index), dataShards: set.shape.dataShards,
            parityShards: set.shape.parityShards, service: service, reason: reason,
            drives: (0..<set.shape.driveCount).map { slot in
                driveStatus(
                    slot, open: standing.drives[slot], isMember: standing.members.contains(slot),
                    serves: service == .serving, entry: standing.ledger[slot])
            },
            corruptionFound: damage.found, shardsRepaired: damage.repaired, freeByteCount: set.space.free,
            heal: set.heal, scrub: set.scrubStatus)
    }

    private func driveStatus(
        _ slot: Int, open: SlotDrive?, isMember: Bool, serves: Bool, entry: SlotLedger.Entry
    ) -> DriveStatus {
        var status = DriveStatus(
            slot: slot, path: entry.path, uuid: entry.uuid, state: .member,
            capacityByteCount: entry.space?.total ?? 0, freeByteCount: entry.space?.available ?? 0,
            faults: entry.faults)
        if open != nil, isMember { return status }
        if open != nil, !serves {
            status.state = .waiting
            status.reason = "its set waits for more drives"
        } else if open != nil || entry.isReturning {
            status.state = .catchingUp
            status.reason = "its index is being brought up to date"
        } else if entry.path.isEmpty {
            status.state = .absent
            let lost = roster.lostText
            status.reason = lost.isEmpty ? "no path holds it" : "no path holds it; no drive is used from \(lost)"
        } else if let lost = roster.lostReason(of: entry.path) {
            status.state = .absent
            status.reason = lost
        } else {
            status.state = .out
            status.reason = entry.reason.isEmpty ? "it has not been taken back yet" : entry.reason
        }
        return status
    }
}
