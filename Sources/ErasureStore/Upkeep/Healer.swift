import DriveIO
import ErasureCoding
import Logging
import MetadataIndex
import NIOCore
import StorageAPI

/// Empties `missing`: rebuilds each shard from the others, puts it where it belongs, and says so in a batch.
struct Healer {
    let set: ErasureSet

    private static let rowsPerRound = 128

    /// One round over rows behind `after`; answers where to go on, or nil at the end.
    func round(after: [UInt8]?, _ retries: inout HealRetries) async throws(StoreError) -> [UInt8]? {
        let lower = after.map { $0 + [0] } ?? []
        let rows = try await set.board.view(ofSet: set.index).read { snapshot in
            let cursor = try snapshot.cursor(.missing, from: lower, to: nil)
            var rows: [Row] = []
            while rows.count < Self.rowsPerRound, let row = try cursor.next() {
                guard let payload = try MissingRecord(decoding: row.value).payload else { continue }
                rows.append(Row(key: try MissingKey(parsing: row.key), payload: payload))
            }
            return rows
        }
        let clock = set.environment.clock
        let now = clock.uptimeMilliseconds()
        let due = rows.filter { set.members.contains($0.slot) && retries.isDue($0.key, now: now) }
        var pacer = Pacer(activity: set.activity, clock: clock)
        var rest = due[...]
        while let first = rest.first, !set.isClosed {
            // Files one by one; rows of the index some at a time, so that one batch takes them all.
            let count =
                first.payload.isStriped ? 1 : rest.prefix(Self.rowsAtOnce).prefix { !$0.payload.isStriped }.count
            let began = clock.uptimeMilliseconds()
            for (row, error) in await heal(Array(rest.prefix(count))) { note(row, error, &retries) }
            rest.removeFirst(count)
            await pacer.giveWay(since: began)
        }
        return rows.count == Self.rowsPerRound ? rows.last?.key.bytes : nil
    }

    private struct Row: Sendable {
        let key: MissingKey
        let payload: Payload

        var slot: Int { Int(key.slot) }
    }

    private static let rowsAtOnce = 16

    private func note(_ row: Row, _ error: StoreError?, _ retries: inout HealRetries) {
        guard let error else { return retries.healed(row.key) }
        let isNews = retries.failed(row.key, now: set.environment.clock.uptimeMilliseconds())
        set.logger.log(
            level: isNews ? .warning : .debug, "a shard can not be rebuilt now",
            metadata: [
                "set": "\(set.name)", "slot": "\(row.slot)", "data": "\(row.payload.id)", "error": "\(error.message)",
            ])
    }

    /// Answers why some could not be rebuilt.
    private func heal(_ rows: [Row]) async -> [(Row, StoreError?)] {
        await withTaskGroup { group in
            for row in rows {
                group.addTask { () -> (Row, StoreError?) in
                    do throws(StoreError) {
                        try await heal(row)
                        return (row, nil)
                    } catch {
                        return (row, error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func heal(_ row: Row) async throws(StoreError) {
        let (payload, slot) = (row.payload, row.slot)
        set.pins.pin(payload.id)
        defer { set.pins.unpin(payload.id) }
        // It may have been deleted or healed before it was pinned. What was deleted is reaped at any time, and no new
        // file of it must come.
        guard try await set.board.view(ofSet: set.index).value(.missing, row.key.bytes) != nil else { return }
        guard let drive = set.drives[slot] else { return }
        let reader = PayloadReader(set: set, payload: payload)
        var record: [UInt8]?
        if payload.isStriped {
            try await rebuildFile(reader, on: drive)
        } else {
            record = try await rebuildRow(reader, slot: slot)
        }
        try await set.committer.commit(RecordHealed(payload: payload, slot: slot, row: record))
        set.damage.countRepair(payload.id, slot: slot)
        set.healing.rebuilt(payload)
    }

    private func rebuildRow(_ reader: PayloadReader, slot: Int) async throws(StoreError) -> [UInt8] {
        let bytes = try await reader.small(askingLast: slot)
        guard case .inline = reader.payload.layout else { return PayloadRecord(shard: 0, bytes: bytes).encoded() }
        let shard = reader.payload.shard(ofSlot: slot)
        return PayloadRecord(shard: UInt32(shard), bytes: set.code.units(ofStripe: bytes)[shard]).encoded()
    }

    /// Writes the slot's shard file anew, stripe by stripe: from the file that is there where it is good, from the
    /// other shards elsewhere. The new file takes the place of the old one in one step, since until then others may
    /// need its good blocks.
    private func rebuildFile(_ reader: PayloadReader, on drive: SlotDrive) async throws(StoreError) {
        let payload = reader.payload
        let name = ShardName(payload.id.text)
        let shard = payload.shard(ofSlot: drive.slot)
        let geometry = reader.geometry
        let format = ShardFormat(unitByteCount: geometry.unitByteCount)
        do {
            let (writer, old) = try await drive.perform(.background) {
                let old = try? CheckedShard(reader: drive.drive.openShard(name), payload: payload, slot: drive.slot)
                return (try drive.drive.createShard(name), old)
            }
            var checksums: [UInt32] = []
            for stripe in 0..<geometry.stripeCount {
                let start = geometry.shardOffset(ofStripe: stripe)
                let range = start..<start + UInt64(geometry.unitByteCount(ofStripe: stripe))
                var unit: ByteBuffer?
                if let old { unit = try await drive.perform(.background) { try? old.read(range) } }
                if unit == nil { unit = try await reader.rebuild(shard: shard, range: range) }
                guard let unit else { preconditionFailure("a unit is read or rebuilt, or an error thrown") }
                checksums += format.checksums(of: unit)
                try await drive.perform(.background) { try writer.append(unit) }
            }
            let trailer = format.trailer(checksums: checksums, payload: payload, shard: shard)
            try await drive.perform(.background) {
                try writer.append(trailer)
                // For the operator. There may be none.
                _ = try? drive.drive.quarantineShard(name)
                try writer.finish()
                try drive.drive.checkPlace()
            }
        } catch let failure as DriveFailure {
            set.report(failure)
            throw StoreError(.unavailable, "the drive could not take the shard", cause: failure)
        } catch let error as StoreError {
            throw error
        } catch {
            preconditionFailure("only drives and the store fail here")
        }
    }
}
