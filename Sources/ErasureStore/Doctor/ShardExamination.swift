import Digests
import DriveIO
import MetadataIndex

/// Reads every shard and copy that should be on the drives of a set, and finds what should not.
struct ShardExamination {
    let place: SetPlace
    let log: FindingLog
    let drives: [SlotDrive]

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
            let round = payloads[start..<min(start + Self.payloadsPerRound, payloads.count)]
            let reads = drives.map { drive in
                let expected = round.filter { named in
                    named.payload.slots.contains(drive.slot)
                        && !missing.contains(MissingKey(slot: UInt16(drive.slot), id: named.payload.id))
                }
                return (drive, drive.begin(.background) { try Self.read(expected, on: drive) })
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

    private static func read(_ expected: [NamedPayload], on drive: SlotDrive) throws -> Found {
        var found = Found()
        for named in expected {
            do {
                found.bytes += try read(named.payload, on: drive)
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
    private static func read(_ payload: Payload, on drive: SlotDrive) throws -> UInt64 {
        guard payload.isStriped else {
            guard let value = try drive.index.value(.payloads, payload.id.bytes) else {
                throw ShardDamage(description: "the row is not there")
            }
            guard let record = try? PayloadRecord(decoding: value),
                record.checksum == PayloadRecord.checksum(of: record.bytes),
                payload.isWhole(record, slot: drive.slot)
            else { throw ShardDamage(description: "the row does not match its checksum") }
            return UInt64(record.bytes.count)
        }
        return try ShardInspection.readAll(payload, on: drive)
    }

    // MARK: What nothing names

    func findOrphans(live: [DataID: UInt64], trashed: Set<DataID>) async throws(DriveFailure) {
        let isNamed: @Sendable (DataID) -> Bool = { live[$0] != nil || trashed.contains($0) }
        for slotDrive in drives {
            var after: ShardName?
            repeat {
                let last = after
                let names = try await slotDrive.perform(.background) {
                    try slotDrive.drive.shardNames(after: last, limit: Self.namesPerPage)
                }
                for name in names where DataID(text: name.text).map({ !isNamed($0) }) ?? true {
                    log.add(.orphan, slotDrive.drive.path, "the shard file \(name), which nothing names")
                }
                after = names.count == Self.namesPerPage ? names.last : nil
            } while after != nil
            try await findOrphanedRows(on: slotDrive, isNamed)
        }
    }

    private func findOrphanedRows(
        on slotDrive: SlotDrive, _ isNamed: @Sendable (DataID) -> Bool
    ) async throws(DriveFailure) {
        var after: [UInt8]?
        repeat {
            let rows = try await slotDrive.page(.payloads, after: after, limit: Self.namesPerPage)
            for row in rows where (try? DataID(parsing: row.key)).map({ !isNamed($0) }) ?? true {
                let key = (try? DataID(parsing: row.key))?.text ?? IndexComparison.text(row.key)
                log.add(.orphan, slotDrive.drive.path, "the row \(key) of payloads, which nothing names")
            }
            after = rows.count == Self.namesPerPage ? rows.last?.key : nil
        } while after != nil
    }
}
