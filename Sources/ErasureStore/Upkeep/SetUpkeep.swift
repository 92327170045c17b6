import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// The background work of one set: one bounded round per second of everything that is due.
struct SetUpkeep {
    let set: ErasureSet
    let roster: DriveRoster
    let buckets: BucketTable

    private static let tickMilliseconds: UInt64 = 200
    private static let roundMilliseconds: UInt64 = 1000
    private static let slowRounds: UInt64 = 60

    /// Notices stalled batches.
    func watchStalls() async {
        while !set.isClosed {
            await set.environment.clock.sleep(milliseconds: Self.tickMilliseconds)
            set.watch.tick()
        }
    }

    /// Takes drives back. A task of its own: opening one may take long, and so may making it equal.
    func takeBackDrives() async {
        while !set.isClosed {
            await set.environment.clock.sleep(milliseconds: Self.roundMilliseconds)
            guard case .serving = set.mode else { continue }
            let absent = (0..<set.shape.driveCount).filter { set.mayRejoin(slot: $0) }
            guard !absent.isEmpty, let view = try? set.board.view(ofSet: set.index),
                let records = try? await view.read({ try IndexState.slots($0) })
            else { continue }
            let found = await roster.find(set: set.index, slots: absent, records: records)
            let rejoin = Rejoin(set: set, opener: roster.opener, roster: roster)
            // Of two for one slot the one that was a drive of the set before.
            let drives = found.drives.sorted { $0.identity.state == .formed && $1.identity.state != .formed }
            for drive in drives { await rejoin.carryOut(drive, record: records[drive.identity.slot]) }
            for (blank, slot) in found.blanks { await rejoin.replace(blank, slot: slot) }
        }
    }

    /// Everything else, until the set is closed.
    func run() async {
        var round: UInt64 = 0
        var swept: [Int: SlotDrive] = [:]
        while !set.isClosed {
            await set.environment.clock.sleep(milliseconds: Self.roundMilliseconds)
            guard case .serving = set.mode else { continue }
            do throws(StoreError) {
                try await recordDamage()
                try await reap()
                try await sweep(&swept)
                if round.isMultiple(of: Self.slowRounds) { try await forgetOldRows() }
            } catch {
                set.logger.debug("upkeep waits", metadata: ["set": "\(set.name)", "error": "\(error.message)"])
            }
            round += 1
        }
    }

    private static let damagePerCommit = 256

    /// What readers and scrubs found becomes `missing`, so that it survives a restart, and is healed from there. The
    /// files stay until they are rebuilt: where several shards are damaged in different places, each has blocks that
    /// the others need.
    private func recordDamage() async throws(StoreError) {
        while true {
            let entries = set.damage.next(Self.damagePerCommit)
            guard !entries.isEmpty else { return }
            try await set.committer.commit(RecordMissing(shards: entries.map { ($0.payload, $0.slot) }))
            set.damage.noteRecorded(entries)
        }
    }

    private func reap() async throws(StoreError) {
        var more = true
        while more { more = try await Reaper(set: set).round(since: set.longPassed()) }
    }

    /// Rebuilds what is not where it belongs, for as long as it takes.
    func keepHealing() async {
        var retries = HealRetries()
        while !set.isClosed {
            await set.environment.clock.sleep(milliseconds: Self.roundMilliseconds)
            guard case .serving = set.mode else { continue }
            do throws(StoreError) {
                try await heal(&retries)
                if set.backlog.isEmpty { set.healing.isDone() }
            } catch {
                set.logger.debug("healing waits", metadata: ["set": "\(set.name)", "error": "\(error.message)"])
            }
        }
    }

    private func heal(_ retries: inout HealRetries) async throws(StoreError) {
        for slot in set.backlog.unlisted.sorted() { try await ShardListing(set: set, slot: slot).carryOut() }
        guard set.missingCount > 0 else { return }
        let healer = Healer(set: set)
        retries.look(at: set.drives.mapValues(ObjectIdentifier.init))
        var after = try await healer.round(after: nil, &retries)
        while let next = after, !set.isClosed { after = try await healer.round(after: next, &retries) }
    }

    /// What a crash left on a drive, once for each handle: one that was away has missed the sweep of the start.
    private func sweep(_ swept: inout [Int: SlotDrive]) async throws(StoreError) {
        for drive in set.memberDrives() where swept[drive.slot] !== drive {
            let removed = try await Sweeper(set: set).sweep(drive)
            swept[drive.slot] = drive
            if removed > 0 {
                set.logger.info(
                    "removed files that nothing names",
                    metadata: ["set": "\(set.name)", "slot": "\(drive.slot)", "files": "\(removed)"])
            }
        }
    }

    /// Answers of uploads that were completed a day ago, and the old end of the log.
    private func forgetOldRows() async throws(StoreError) {
        let limit = set.environment.clock.now().milliseconds - 24 * 3600 * 1000
        let view = try set.board.view(ofSet: set.index)
        let prefix = StateKey.completedPrefix
        let answers = try await view.read { snapshot in
            let cursor = try snapshot.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
            var keys: [[UInt8]] = []
            while keys.count < 1000, let row = try cursor.next() {
                if try CompletedUploadRecord(decoding: row.value).completed < limit { keys.append(row.key) }
            }
            return keys
        }
        if !answers.isEmpty { try await set.committer.commit(DeleteRows(family: .state, keys: answers)) }
        let log = try await view.read { snapshot in
            let cursor = try snapshot.cursor(.changes, from: [], to: nil)
            var (keys, byteCount): ([[UInt8]], Int) = ([], 0)
            while let row = try cursor.next() {
                keys.append(row.key)
                byteCount += row.value.count
            }
            guard byteCount > Self.logByteCount, !keys.isEmpty else { return [[UInt8]]() }
            // Half of it goes; the newest batches always stay, they are what starts are judged by.
            return Array(keys.prefix(max(0, min(keys.count / 2, keys.count - 1024))))
        }
        for start in stride(from: 0, to: log.count, by: 1000) {
            let keys = Array(log[start..<min(start + 1000, log.count)])
            try await set.committer.commit(DeleteRows(family: .changes, keys: keys))
        }
    }

    /// How much log is kept for drives that were away.
    private static let logByteCount = 64 << 20
}
