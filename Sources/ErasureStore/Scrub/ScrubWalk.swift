import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// One run over everything that a set holds: the files of each index, then every row on all members, and with the rows
/// that name payloads every shard of these. It goes on from wherever its record says.
///
/// A value of the scrub's task. Each stretch of rows is read from the view that is published at that moment, so that no
/// reader's snapshot is held for longer than a page.
struct ScrubWalk {
    enum Ending { case finished, interrupted }

    let set: ErasureSet
    let damagedObjects: DamagedObjects
    /// The run so far.
    var record: ScrubRecord
    private var pace: ScrubPacer
    private var savedAt: UInt64
    /// Bytes of the shards of everything that the counters count, for the progress.
    private var expectedByteCount: UInt64 = 0
    /// Payloads and part lists with several names, that were looked at: each is read once, as far as this remembers.
    var seen: [DataID: String?] = [:]
    private var repairedBefore: UInt64

    /// Those that name payloads come first: they are what takes time, and what progress is measured by.
    private static let families: [Family] = [
        .heads, .parts, .manifests, .uploads, .versions, .refs, .missing, .trash, .documents, .state, .changes,
    ]
    /// The position is written so often. What lies behind it is looked at twice after a restart.
    private static let saveMilliseconds: UInt64 = 60_000
    /// Beyond this the records of damage must catch up first.
    private static let waitingDamage = 4000
    /// For a drive that was put out to be a member again, and for healing to come to its end.
    private static let returnMilliseconds: UInt64 = 600_000
    private static let healMilliseconds: UInt64 = 30_000

    init(set: ErasureSet, damagedObjects: DamagedObjects, record: ScrubRecord) {
        self.set = set
        self.damagedObjects = damagedObjects
        self.record = record
        pace = ScrubPacer(set: set)
        savedAt = set.environment.clock.uptimeMilliseconds()
        repairedBefore = set.damage.counts.repaired
    }

    private var clock: any StoreClock { self.set.environment.clock }

    mutating func run() async throws(StoreError) -> Ending {
        try await measure()
        if record.family == 0 {
            guard try await verifyFiles() else { return .interrupted }
            move(to: Self.families[0].rawValue)
        }
        let first = Self.families.firstIndex { $0.rawValue == record.family } ?? 0
        for family in Self.families[first...] {
            if record.family != family.rawValue { move(to: family.rawValue) }
            guard try await walk(family) else { return .interrupted }
        }
        try await waitForHealing()
        guard mayGoOn else { return .interrupted }
        record.finished = max(clock.now().milliseconds, 1)
        try await save()
        return .finished
    }

    private mutating func move(to family: UInt8) {
        record.family = family
        record.key = []
        record.part = 0
    }

    // MARK: Coming along

    /// Rests, tells how far it is, and now and then writes that down. False: the run is to end here for now.
    mutating func step(since beganAt: UInt64) async throws(StoreError) -> Bool {
        await pace.rest(since: beganAt)
        countRepairs()
        set.scrub.note(record, fraction: fraction)
        while set.damage.waitingCount > Self.waitingDamage, mayGoOn { await clock.sleep(milliseconds: 1000) }
        let now = clock.uptimeMilliseconds()
        if now - savedAt >= Self.saveMilliseconds || set.scrub.isStopped { try await save() }
        try await damagedObjects.lookAtSuspects()
        return mayGoOn
    }

    /// Those since it was last called.
    private mutating func countRepairs() {
        let repaired = set.damage.counts.repaired
        record.repaired += repaired - repairedBefore
        repairedBefore = repaired
    }

    private var mayGoOn: Bool {
        guard case .serving = set.mode else { return false }
        return !set.isClosing && !set.scrub.isStopped
    }

    private mutating func save() async throws(StoreError) {
        let saved = try await set.committer.commit(ChangeScrub(change: .progress(record)))
        savedAt = clock.uptimeMilliseconds()
        guard saved.started == record.started else { throw StoreError(.conflict, "another run was begun") }
        set.scrub.record = saved
    }

    private mutating func measure() async throws(StoreError) {
        let stored = try await set.board.view(ofSet: set.index).read { try UsageRecord(totalOf: $0) }
        expectedByteCount = stored.bytes / UInt64(set.shape.dataShards) * UInt64(set.shape.driveCount)
    }

    private var fraction: Double {
        guard expectedByteCount > 0 else { return 0 }
        return min(0.99, Double(record.byteCount) / Double(expectedByteCount))
    }

    /// What was found is recorded and rebuilt before the run is said to have ended, where that is possible.
    private mutating func waitForHealing() async throws(StoreError) {
        var (last, since) = (set.missingCount, clock.uptimeMilliseconds())
        while mayGoOn, set.damage.waitingCount > 0 || set.missingCount > 0 {
            await clock.sleep(milliseconds: 1000)
            let now = clock.uptimeMilliseconds()
            if set.missingCount != last || set.damage.waitingCount > 0 { (last, since) = (set.missingCount, now) }
            if now - since >= Self.healMilliseconds { break }
        }
        countRepairs()
    }

    var verification: PayloadVerification { PayloadVerification(set: set, pacer: pace) }

    // MARK: Indexes

    /// Every table of every index as it is on the disk, one drive after the other: two that are damaged must not both
    /// be away.
    private mutating func verifyFiles() async throws(StoreError) -> Bool {
        for member in try set.board.view(ofSet: set.index).members {
            let drive = member.drive
            let files: [String]
            do throws(DriveFailure) {
                files = try await drive.perform(.background) { try drive.index.files() }
                for file in files {
                    let beganAt = clock.uptimeMilliseconds()
                    try await drive.perform(.background, limitMilliseconds: EngineLimits.openMilliseconds) {
                        try drive.index.verifyFile(file)
                    }
                    guard try await step(orStop: beganAt) else { return false }
                }
            } catch {
                try await putOut(error, drive: drive)
            }
        }
        return true
    }

    /// As `step`, where only drives' failures may be thrown.
    private mutating func step(orStop beganAt: UInt64) async throws(DriveFailure) -> Bool {
        do throws(StoreError) {
            return try await step(since: beganAt)
        } catch {
            return false
        }
    }

    /// An index that can not be trusted is made anew from the others, one that differs is made equal to them; nothing
    /// goes on until that is done.
    private mutating func putOut(_ failure: DriveFailure, drive: SlotDrive) async throws(StoreError) {
        if case .tooSlow = failure.reason {
            throw StoreError(.unavailable, "a drive is too slow to be looked at", cause: failure)
        }
        // Its slot may have another handle by now, which this says nothing of.
        guard set.drives[drive.slot] === drive, set.members.contains(drive.slot) else { return }
        if failure.isDamagedIndex { record.found += 1 }
        guard set.members.count > set.shape.writeFloor else {
            set.logger.error(
                "damage can not be repaired while no other drive could do without this one",
                metadata: ["set": "\(set.name)", "slot": "\(drive.slot)", "reason": "\(failure.reason)"])
            return
        }
        set.report(failure)
        let end = clock.uptimeMilliseconds() + Self.returnMilliseconds
        repeat {
            await clock.sleep(milliseconds: 1000)
        } while mayGoOn && clock.uptimeMilliseconds() < end
            && (!set.members.contains(drive.slot) || set.drives[drive.slot] === drive)
    }

    // MARK: Rows

    private mutating func walk(_ family: Family) async throws(StoreError) -> Bool {
        var again = 0
        while true {
            let beganAt = clock.uptimeMilliseconds()
            let view = try set.board.view(ofSet: set.index)
            let comparison = await RowComparison.of(
                view.sources, family, after: record.key.isEmpty ? nil : record.key)
            if try await settle(comparison, view), again < set.shape.driveCount {
                // Compared again: what the others say may have been wrong in more than one way.
                again += 1
                continue
            }
            again = 0
            guard try await step(since: beganAt) else { return false }
            guard try await verifyPayloads(family, comparison.rows) else { return false }
            record.rows += UInt64(comparison.rows.count)
            guard let next = comparison.next else { return true }
            record.key = next
            record.part = 0
        }
    }

    /// Answers whether a member was made equal.
    private mutating func settle(_ comparison: RowComparison, _ view: SetView) async throws(StoreError) -> Bool {
        for failure in comparison.failures {
            guard let member = view.member(slot: failure.slot) else { continue }
            try await putOut(failure, drive: member.drive)
            return true
        }
        for difference in comparison.differences {
            record.found += 1
            set.damage.countIndex()
            let who =
                switch difference.verdict {
                case .outvoted(let slots): "slots \(slots.sorted()) are wrong"
                case .agreed, .undecided: "nobody can say who is right: compare the drives with doctor"
                }
            set.logger.error(
                "members differ in a row",
                metadata: [
                    "set": "\(set.name)", "family": "\(difference.family)",
                    "row": "\(IndexComparison.text(difference.key))", "verdict": "\(who)",
                ])
        }
        guard let worst = comparison.outvoted.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            let drive = view.member(slot: worst.key)?.drive, set.members.count > set.shape.writeFloor
        else { return false }
        do throws(DriveFailure) {
            // Marked, it is compared row by row when it comes back: the log of batches does not know of this row.
            try await drive.mark()
        } catch {
            try await putOut(error, drive: drive)
            return true
        }
        let differs = IndexError(.inputOutput, "\(worst.value) rows are not those of the other drives")
        try await putOut(DriveFailure(slot: worst.key, reason: .index(differs)), drive: drive)
        return true
    }
}
