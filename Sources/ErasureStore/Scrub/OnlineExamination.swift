import DriveIO
import MetadataIndex
import StorageAPI

/// What `doctor` does on stopped drives, of a store that serves: every row and every shard of one published state of
/// each set. Repairs nothing, and calls nothing clean that it has not seen.
struct OnlineExamination: Sendable {
    let store: ErasureStore
    private let log: FindingLog

    init(store: ErasureStore, report: @escaping @Sendable (HealthFinding) -> Void) {
        self.store = store
        log = FindingLog { finding in
            report(HealthFinding(place: finding.place, kind: finding.kind.rawValue, text: finding.text))
        }
    }

    func carryOut() async throws(StoreError) -> HealthExamination {
        var summary = DoctorSummary()
        // The sets are looked at one after the other, while keys may go from one to another.
        let census = StoreCensus(countsKeys: false)
        for set in store.joinedPools.flatMap(\.sets) {
            summary.add(try await examine(set, census))
            // Its client has left. What was looked at until then proves nothing.
            if Task.isCancelled { throw StoreError(.unavailable, "the examination was broken off") }
        }
        census.report(to: log)
        summary.findings = log.count
        var examination = HealthExamination()
        examination.findings = summary.findings
        examination.objects = Int(summary.objects)
        examination.rows = summary.rows
        examination.shards = summary.shards
        examination.shardByteCount = summary.shardBytes
        examination.isClean = summary.isClean
        return examination
    }

    private func examine(
        _ set: ErasureSet, _ census: StoreCensus
    ) async throws(StoreError) -> DoctorSummary {
        var summary = DoctorSummary()
        summary.sets = 1
        // Held to the end: the rows are read as they are now. What is deleted meanwhile is not looked at.
        let view = try store.board.view(ofSet: set.index)
        for slot in 0..<set.shape.driveCount where view.member(slot: slot) == nil {
            log.add(.drive, set.name, "the drive of slot \(slot) is no member")
        }
        summary.drives = view.members.count
        for member in view.members { await verifyFiles(of: member.drive) }
        var shards = ShardExamination(log: log, sources: view.sources)
        shards.hold = { ids throws(DriveFailure) in try await Self.hold(ids, set) }
        shards.release = { ids in for id in ids { set.pins.unpin(id) } }
        // Uploads of this run clean up after themselves, those of earlier ones the sweep removes.
        let (epoch, run) = (set.epoch, set.run)
        shards.mayBeNew = { $0.run == run || $0.epoch >= epoch }
        let pool = store.roster.pool(ofSet: set.index)
        let comparison = SetComparison(name: set.name, pool: pool, log: log, shards: shards)
        await comparison.carryOut(into: &summary, census)
        return summary
    }

    private func verifyFiles(of drive: SlotDrive) async {
        do throws(DriveFailure) {
            for file in try await drive.perform(.background, { try drive.index.files() }) {
                try IndexSource.checkCancellation()
                try await drive.perform(.background) { try drive.index.verifyFile(file) }
            }
        } catch {
            log.add(.index, drive.drive.path, "the index is damaged: \(error.reason)")
        }
    }

    /// Pins payloads, and answers which of them are still named: those are not removed before they are let go.
    private static func hold(_ ids: [DataID], _ set: ErasureSet) async throws(DriveFailure) -> Set<DataID> {
        for id in ids { set.pins.pin(id) }
        guard let source = (try? set.board.view(ofSet: set.index))?.sources.first else {
            throw DriveFailure(slot: 0, DriveError(.closed, "the set has stopped"))
        }
        return try await source.perform { reader in
            Set(try ids.filter { try reader.value(.refs, $0.bytes) != nil })
        }
    }
}
