import DriveIO
import Logging
import MetadataIndex
import StorageAPI

extension ErasureStore {
    /// Opens the drives that were found for a set and lets the rules decide.
    ///
    /// - Parameter kept: drives of a set that only reads, which are open already.
    func start(
        _ set: ErasureSet, _ found: DriveRoster.Found, keeping kept: [SetStart.Opened] = [], acceptLoss: Bool
    ) async {
        var drives = StartingDrives(set: set, opener: roster.opener, acceptLoss: acceptLoss, opened: kept)
        await drives.open(found.drives)
        await drives.judge(roster)
        await drives.add(found.blanks, roster)
        drives.warnOfMissing()
        await set.start(drives.opened, verdict: drives.verdict, absent: drives.absent, lost: roster.lostText)
        // A home that starts again is read again: what became of a bucket may not have been known.
        if set.canRead, !buckets.isLoaded || set === knownHome { await readBuckets() }
    }

    /// Whichever set has them.
    func readBuckets() async {
        do throws(StoreError) {
            guard await hasAllPools(), let home = try await findHome() else { return }
            knownHome = home
            try await loadBuckets()
        } catch {
            environment.logger.error("the list of buckets can not be read", metadata: ["error": "\(error.message)"])
        }
    }
}

/// The drives with which a set is to start: who they are, and whether they may.
struct StartingDrives {
    let set: ErasureSet
    let opener: DriveOpener
    let acceptLoss: Bool
    private(set) var opened: [SetStart.Opened]
    private(set) var verdict = RecoveryVerdict.tooFewVoters
    /// Slots without a drive, and what is known of them.
    private(set) var absent: [Int: String]
    private var damaged: [IdentifiedDrive] = []
    /// Whose the slots are at the recovery point.
    private var slots: [Int: DriveUUID] = [:]

    init(set: ErasureSet, opener: DriveOpener, acceptLoss: Bool, opened: [SetStart.Opened]) {
        self.set = set
        self.opener = opener
        self.acceptLoss = acceptLoss
        self.opened = opened
        absent = Dictionary(uniqueKeysWithValues: (0..<set.shape.driveCount).map { ($0, "not found") })
    }

    mutating func open(_ found: [IdentifiedDrive]) async {
        for drive in found {
            do {
                opened.append(try await opener.open(drive))
            } catch {
                absent[drive.identity.slot] = "\(drive.path): \(error.reason)"
                set.isUnusable(drive, reason: "\(error.reason)")
                set.logger.error(
                    "drive can not be used",
                    metadata: ["set": "\(set.name)", "path": "\(drive.path)", "reason": "\(error.reason)"])
                if error.isDamagedIndex { damaged.append(drive) } else { opener.release(drive) }
            }
        }
    }

    /// Finds the recovery point, and lets go of drives that were replaced.
    mutating func judge(_ roster: DriveRoster) async {
        let (verdict, standings) = StartRules.standings(
            shape: set.shape, claims: opened.map(\.claim), acceptLoss: acceptLoss, broken: set.environment.broken)
        self.verdict = verdict
        var kept: [SetStart.Opened] = []
        var unfinished: [SetStart.Opened] = []
        for candidate in opened {
            switch standings[candidate.drive.uuid] ?? .replaced {
            case .belongs: kept.append(candidate)
            case .unfinished: unfinished.append(candidate)
            case .replaced:
                roster.refuse(candidate.drive.drive.path, set: set, slot: candidate.drive.slot)
                candidate.drive.close()
            }
        }
        opened = kept
        for drive in kept { absent[drive.drive.slot] = nil }
        if case .recover(let point) = verdict {
            slots = kept.first { $0.state.last.id == point }?.state.slots.mapValues(\.drive) ?? [:]
        }
        await renewDamaged(roster)
        for candidate in unfinished {
            // What is on it does not count: it is compared row by row.
            if mayTake(candidate.drive.slot), (try? await candidate.drive.mark()) != nil {
                take(candidate.marked)
            } else {
                candidate.drive.close()
            }
        }
    }

    /// Sets damaged indexes aside, but only when the others can rebuild them: an index is never given up that may be
    /// needed.
    private mutating func renewDamaged(_ roster: DriveRoster) async {
        let canRebuild =
            opened.count >= max(set.shape.dataShards, set.shape.readFloor) && set.shape.parityShards > 0
        for drive in damaged {
            let slot = drive.identity.slot
            let isJoining = drive.identity.state == .joining
            let isOurs = slots[slot].map { $0 == drive.identity.uuid } ?? !isJoining
            if isOurs { set.damage.countIndex() }
            // A drive that was just begun for its slot may have no index yet.
            let mayRenew = isOurs ? canRebuild : isJoining ? mayTake(slot) : false
            guard mayRenew, let renewed = try? await opener.open(drive, renewingIndex: true) else {
                if !isOurs, !isJoining { roster.refuse(drive.path, set: set, slot: slot) }
                opener.release(drive)
                continue
            }
            set.logger.warning(
                "damaged index was set aside and is rebuilt", metadata: ["set": "\(set.name)", "path": "\(drive.path)"])
            take(renewed)
        }
        damaged = []
    }

    /// Empty drives are for sets that need them to write again; every other set takes them while it serves.
    mutating func add(_ blanks: [(drive: BlankDrive, slot: Int)], _ roster: DriveRoster) async {
        for (blank, slot) in blanks {
            guard mayTake(slot) else {
                blank.release()
                continue
            }
            do {
                let identity = roster.newIdentity(set: set.index, slot: slot, isMountPoint: blank.isMountPoint)
                take(try await opener.format(blank, as: identity))
                set.logger.notice(
                    "empty drive takes the place of one that is gone",
                    metadata: ["set": "\(set.name)", "slot": "\(slot)", "path": "\(blank.path)"])
            } catch {
                blank.release()
                set.logger.error(
                    "empty drive can not be used",
                    metadata: ["set": "\(set.name)", "path": "\(blank.path)", "reason": "\(error.reason)"])
            }
        }
    }

    /// Rule 12: what was acknowledged is known, nobody has the slot, and without a new drive the set would only read.
    private func mayTake(_ slot: Int) -> Bool {
        guard case .recover(let point) = verdict, point != .none, absent[slot] != nil else { return false }
        let voters = opened.filter { !$0.state.isSyncing }
        return voters.count >= set.shape.readFloor && voters.count < set.shape.writeFloor
            && set.shape.dataShards <= set.shape.parityShards
    }

    private mutating func take(_ drive: SetStart.Opened) {
        opened.append(drive)
        absent[drive.drive.slot] = nil
    }

    func warnOfMissing() {
        for (slot, reason) in absent.sorted(by: { $0.key < $1.key }) {
            set.logger.warning(
                "drive is missing", metadata: ["set": "\(set.name)", "slot": "\(slot)", "reason": "\(reason)"])
        }
    }
}
