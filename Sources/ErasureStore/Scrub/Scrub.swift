import Logging
import MetadataIndex
import StorageAPI

/// The scrub of one set: waits for its time, or for an operator, and walks over everything that the set holds. Between
/// runs it touches no drive.
struct Scrub: Sendable {
    let set: ErasureSet
    let damagedObjects: DamagedObjects

    private static let roundMilliseconds: UInt64 = 1000
    /// A set that has served for so long without ever having been scrubbed notes from when on the time is counted.
    private static let scheduleMilliseconds: UInt64 = 600_000
    private static let tidyRounds: UInt64 = 60
    /// For drives that came back and shards that were rebuilt, before damaged objects are looked at again.
    private static let changeRounds: UInt64 = 10

    init(set: ErasureSet) {
        self.set = set
        damagedObjects = DamagedObjects(set: set)
    }

    /// What may have made a damaged object whole.
    private struct Circumstances: Hashable {
        var members: Set<Int>
        var repaired: UInt64
    }

    private struct Memory {
        var epoch: UInt64?
        var servingSince: UInt64 = 0
        var round: UInt64 = 0
        var lookedAt: Circumstances?
        var tidiedAt: UInt64?
    }

    /// Until the set is closed.
    func run() async {
        var memory = Memory()
        while !set.isClosed {
            await set.environment.clock.sleep(milliseconds: Self.roundMilliseconds)
            guard case .serving = set.mode, !set.isClosing else { continue }
            do throws(StoreError) {
                try await round(&memory)
            } catch {
                set.logger.debug("scrub waits", metadata: ["set": "\(set.name)", "error": "\(error.message)"])
            }
        }
    }

    private func round(_ memory: inout Memory) async throws(StoreError) {
        memory.round += 1
        if memory.epoch != set.epoch {
            let epoch = set.epoch
            try await damagedObjects.load()
            set.scrub.record = try await readRecord()
            memory = Memory()
            memory.epoch = epoch
            memory.servingSince = set.environment.clock.uptimeMilliseconds()
        }
        try await damagedObjects.lookAtSuspects()
        try await tidyList(&memory)
        try await beginIfDue(memory)
        guard let record = set.scrub.record, record.isUnderWay, record.stopped == 0 else { return }
        var walk = ScrubWalk(set: set, damagedObjects: damagedObjects, record: record)
        set.logger.info(record.family == 0 ? "scrub begins" : "scrub goes on", metadata: ["set": "\(set.name)"])
        guard try await walk.run() == .finished else { return }
        set.logger.info(
            "scrub has ended",
            metadata: [
                "set": "\(set.name)", "shards": "\(walk.record.shards)", "bytes": "\(walk.record.byteCount)",
                "rows": "\(walk.record.rows)", "found": "\(walk.record.found)",
                "repaired": "\(walk.record.repaired)", "damagedObjects": "\(set.scrub.damaged.count)",
            ])
    }

    private func readRecord() async throws(StoreError) -> ScrubRecord {
        guard let bytes = try await set.board.view(ofSet: set.index).value(.state, StateKey.scrub.bytes) else {
            return ScrubRecord()
        }
        // One that can not be read is begun anew: it only says where a run is.
        return (try? ScrubRecord(decoding: bytes)) ?? ScrubRecord()
    }

    private func beginIfDue(_ memory: Memory) async throws(StoreError) {
        guard let record = set.scrub.record, let interval = set.scrub.intervalMilliseconds else { return }
        let clock = set.environment.clock
        if record.started == 0, record.scheduled == 0 {
            let patience = min(interval, Self.scheduleMilliseconds)
            guard clock.uptimeMilliseconds() - memory.servingSince >= patience else { return }
            set.scrub.record = try await set.committer.commit(ChangeScrub(change: .schedule))
        }
        let now = clock.now().milliseconds
        guard let next = set.scrub.nextAt(now: now), next <= now else { return }
        set.scrub.record = try await set.committer.commit(ChangeScrub(change: .start))
    }

    /// While there are damaged objects, and something has changed that they may have to do with.
    private func tidyList(_ memory: inout Memory) async throws(StoreError) {
        guard !set.scrub.damaged.isEmpty else { return }
        if memory.round.isMultiple(of: Self.tidyRounds) {
            let batch = try set.board.view(ofSet: set.index).batch.sequence
            if batch != memory.tidiedAt { try await damagedObjects.dropGone() }
            memory.tidiedAt = batch
        }
        guard memory.round.isMultiple(of: Self.changeRounds) else { return }
        let now = Circumstances(members: set.members, repaired: set.damage.counts.repaired)
        if memory.lookedAt != now { try await damagedObjects.dropWhole() }
        memory.lookedAt = now
    }
}
