import DriveIO
import MetadataIndex

/// Looks at the drives of one set: opens their indexes, compares them, recounts what they say, and reads every shard.
struct SetExamination {
    let place: SetPlace
    let doctor: Doctor
    let drives: [IdentifiedDrive]

    private var log: FindingLog { doctor.log }

    func carryOut(_ census: StoreCensus) async -> DoctorSummary {
        var summary = DoctorSummary()
        summary.sets = 1
        for slot in 0..<place.shape.driveCount where !drives.contains(where: { $0.identity.slot == slot }) {
            log.add(.drive, place.name, "the drive of slot \(slot) is not here")
        }
        let opened = await open()
        summary.drives = opened.count
        let equal = await equalDrives(opened)
        if !equal.isEmpty {
            let sources = equal.map { IndexSource(drive: $0, reader: $0.index) }
            let shards = ShardExamination(log: log, sources: sources)
            await SetComparison(name: place.name, pool: place.pool, log: log, shards: shards)
                .carryOut(into: &summary, census)
        }
        for opened in opened { await Self.close(opened.drive) }
        return summary
    }

    private func open() async -> [SetStart.Opened] {
        var opened: [SetStart.Opened] = []
        for found in drives.sorted(by: { $0.identity.slot < $1.identity.slot }) {
            do {
                let candidate = try await doctor.opener.open(found)
                let (drive, verify) = (candidate.drive, doctor.verifyIndex)
                do {
                    try await drive.perform(.background) { try verify(drive.index) }
                } catch {
                    log.add(.index, found.path, "the index is damaged: \(error.reason)")
                }
                opened.append(candidate)
            } catch {
                log.add(.index, found.path, "the index does not open: \(error.reason)")
                await Doctor.end(found.executor) { found.drive.close() }
            }
        }
        return opened
    }

    /// Those that hold the batch that most drives end with; every other one is a finding and is not looked at further:
    /// each of its rows would be one, and a start makes it equal.
    private func equalDrives(_ opened: [SetStart.Opened]) async -> [SlotDrive] {
        for candidate in opened where candidate.state.isSyncing {
            log.add(.index, candidate.drive.drive.path, "it was being made equal to its peers: start the store once")
        }
        let sound = opened.filter { !$0.state.isSyncing }
        let counts = Dictionary(grouping: sound, by: \.state.last.id).mapValues(\.count)
        let common = counts.max { left, right in
            left.value != right.value ? left.value < right.value : left.key.precedes(right.key)
        }
        guard let last = common?.key else { return [] }
        for candidate in sound where candidate.state.last.id != last {
            log.add(
                .index, candidate.drive.drive.path,
                "its last batch is \(candidate.state.last.id) and most drives end with \(last): start the store once, "
                    + "so that they become equal")
        }
        return sound.filter { $0.state.last.id == last }.map(\.drive)
    }

    private static func close(_ slotDrive: SlotDrive) async {
        await Doctor.end(slotDrive.executor) {
            slotDrive.index.close()
            slotDrive.drive.close()
        }
    }
}

/// What is compared and read of drives whose indexes are at one batch, stopped or serving.
struct SetComparison: Sendable {
    /// Of the set, for messages.
    let name: String
    /// Of the set.
    let pool: Int
    let log: FindingLog
    let shards: ShardExamination

    func carryOut(into summary: inout DoctorSummary, _ census: StoreCensus) async {
        var inventory = Inventory(name: name, pool: pool, log: log, census: census)
        do throws(DriveFailure) {
            let comparison = IndexComparison(log: log, sources: shards.sources)
            summary.rows = try await comparison.carryOut()
            let payloads = try await inventory.take(of: shards.sources[0])
            try await shards.readAll(payloads, sparing: inventory.missing, into: &summary)
            try await shards.findOrphans(live: inventory.counted, trashed: inventory.trashed)
        } catch {
            log.add(.index, name, "slot \(error.slot) can not be read: \(error.reason)")
        }
        summary.objects = inventory.objectCount
    }
}
