import Digests
import DriveIO
import MetadataIndex

/// Reads every shard and copy that should be on the drives of a set, and finds what should not.
struct ShardExamination {
    let log: FindingLog
    let sources: [IndexSource]
    /// While the store serves: which of these payloads are still named, and keeps them until they have been read.
    var hold: (@Sendable ([DataID]) async throws(DriveFailure) -> Set<DataID>)?
    var release: (@Sendable ([DataID]) -> Void)?
    /// Of a file that nothing names: whether it may be of an upload that has not come to its end.
    var mayBeNew: @Sendable (DataID) -> Bool = { _ in false }

    /// Payloads that each drive looks at in one go, all drives side by side.
    private static let payloadsPerRound = 64
    private static let namesPerPage = 2000

    /// What one drive found in a round.
    private struct Found: Sendable {
        var count = 0
        var bytes: UInt64 = 0
        var damage: [(payload: NamedPayload, reason: String)] = []
    }

    func readAll(
        _ payloads: [NamedPayload], sparing missing: Set<MissingKey>, into summary: inout DoctorSummary
    ) async throws(DriveFailure) {
        for start in stride(from: 0, to: payloads.count, by: Self.payloadsPerRound) {
            try IndexSource.checkCancellation()
            var round = payloads[start..<min(start + Self.payloadsPerRound, payloads.count)]
            let ids = round.map(\.payload.id)
            defer { release?(ids) }
            if let named = try await hold?(ids) { round = round.filter { named.contains($0.payload.id) }[...] }
            let reading = round
            let reads = sources.map { source in
                let drive = source.drive
                let expected = reading.filter { named in
                    named.payload.slots.contains(drive.slot)
                        && !missing.contains(MissingKey(slot: UInt16(drive.slot), id: named.payload.id))
                }
                return (drive, drive.begin(.background) { try Self.read(expected, source) })
            }
            for (drive, read) in reads {
                let found = try await read.value().get()
                summary.shards += found.count
                summary.shardBytes += found.bytes
                for (named, reason) in found.damage {
                    log.add(.shard, drive.drive.path, "the shard \(named.payload.id) of \(named.name): \(reason)")
                }
            }
        }
    }

    private static func read(_ expected: [NamedPayload], _ source: IndexSource) throws -> Found {
        var found = Found()
        for named in expected {
            do {
                found.bytes += try read(named.payload, source)
                found.count += 1
            } catch let damage as ShardDamage {
                found.damage.append((named, damage.description))
            } catch let error as DriveError where error.code == .notFound {
                found.damage.append((named, "the file is not there"))
            } catch let error as DriveError {
                found.damage.append((named, error.message))
            }
        }
        return found
    }

    /// - Returns: The bytes that were checked.
    private static func read(_ payload: Payload, _ source: IndexSource) throws -> UInt64 {
        guard payload.isStriped else {
            guard let value = try source.reader.value(.payloads, payload.id.bytes) else {
                throw ShardDamage(description: "the row is not there")
            }
            guard let record = payload.wholeRecord(value, slot: source.drive.slot) else {
                throw ShardDamage(description: "the row does not match its checksum")
            }
            return UInt64(record.bytes.count)
        }
        return try ShardInspection.readAll(payload, on: source.drive)
    }

    // MARK: What nothing names

    func findOrphans(live: [DataID: UInt64], trashed: Set<DataID>) async throws(DriveFailure) {
        let isNamed: @Sendable (DataID) -> Bool = { live[$0] != nil || trashed.contains($0) }
        for source in sources {
            let slotDrive = source.drive
            var after: ShardName?
            repeat {
                try IndexSource.checkCancellation()
                let last = after
                let names = try await slotDrive.perform(.background) {
                    try slotDrive.drive.shardNames(after: last, limit: Self.namesPerPage)
                }
                for name in names where DataID(text: name.text).map({ !isNamed($0) && !mayBeNew($0) }) ?? true {
                    log.add(.orphan, slotDrive.drive.path, "the shard file \(name), which nothing names")
                }
                after = names.count == Self.namesPerPage ? names.last : nil
            } while after != nil
            try await findOrphanedRows(on: source, isNamed)
        }
    }

    private func findOrphanedRows(
        on source: IndexSource, _ isNamed: @Sendable (DataID) -> Bool
    ) async throws(DriveFailure) {
        var after: [UInt8]?
        repeat {
            let rows = try await source.page(.payloads, after: after, limit: Self.namesPerPage)
            for row in rows where (try? DataID(parsing: row.key)).map({ !isNamed($0) }) ?? true {
                let key = (try? DataID(parsing: row.key))?.text ?? IndexComparison.text(row.key)
                log.add(.orphan, source.drive.drive.path, "the row \(key) of payloads, which nothing names")
            }
            after = rows.count == Self.namesPerPage ? rows.last?.key : nil
        } while after != nil
    }
}
