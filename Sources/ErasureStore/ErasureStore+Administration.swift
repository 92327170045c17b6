import DriveIO
package import StorageAPI
import Synchronization

// MARK: How the store is doing

extension ErasureStore {
    package var status: StoreStatus {
        StoreStatus(
            deployment: roster.deployment, sets: sets.map(status),
            clockJumps: clockJumps.load(ordering: .relaxed))
    }

    /// The drives that are open, and whether each was made as the root of a mounted file system.
    package var servedDrives: [(path: String, isMountPoint: Bool)] {
        sets.flatMap { $0.standing.drives.values }.map { ($0.drive.path, $0.identity.isMountPoint) }
    }

    private func status(of set: ErasureSet) -> SetStatus {
        let standing = set.standing
        let (service, reason): (SetStatus.Service, String) =
            switch standing.mode {
            case .serving where set === home && !buckets.isLoaded: (.stopped, "reading the buckets")
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
