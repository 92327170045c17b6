import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// Looks for every shard that belongs on a slot and writes those that are not there into `missing`, a bounded piece at
/// a time. Done for a drive that was taken in without anybody knowing what it lacks; a crash lets it begin anew.
struct ShardListing {
    let set: ErasureSet
    let slot: Int

    private static let rowsPerPiece = 256

    /// Reads one snapshot from end to end: a record may move meanwhile, but whatever was stored before the drive came
    /// in and is still named later is named there. What is stored afterwards is on the drive or in `missing` already.
    func carryOut() async throws(StoreError) {
        guard let drive = set.drives[slot], set.members.contains(slot) else { return }
        let view = try set.board.view(ofSet: set.index)
        guard let member = view.members.first(where: { $0.drive.slot != slot }) else { return }
        do {
            let removed = try await Sweeper(set: set).sweep(drive)
            for family in [Family.parts, .manifests, .heads] {
                try await list(family, of: member, on: drive)
            }
            try await set.committer.commit(NoteListed(slot: slot) { set.drives[slot] === drive })
            set.logger.info(
                "shards of a drive are listed",
                metadata: ["set": "\(set.name)", "slot": "\(slot)", "removed": "\(removed)"])
        } catch let failure as DriveFailure {
            set.report(failure)
            throw StoreError(.unavailable, "a drive can not be read", cause: failure)
        } catch let error as StoreError {
            throw error
        } catch {
            preconditionFailure("only drives and the store fail here")
        }
    }

    private func list(_ family: Family, of member: SetView.Member, on drive: SlotDrive) async throws {
        let (snapshot, slot) = (member.snapshot, slot)
        var lower: [UInt8]? = []
        while let from = lower, !set.isClosed {
            let (payloads, next) = try await member.drive.perform(.background) {
                let cursor = try snapshot.scan(family, from: from, to: nil)
                var payloads: [Payload] = []
                var last: [UInt8]?
                var count = 0
                while count < Self.rowsPerPiece, payloads.count < Self.rowsPerPiece, let row = try cursor.next() {
                    payloads += try CatchUp.named(family, row.value).filter { $0.slots.contains(slot) }
                    last = row.key
                    count += 1
                }
                let isEnd = count < Self.rowsPerPiece && payloads.count < Self.rowsPerPiece
                return (payloads, isEnd ? nil : last.map { $0 + [0] })
            }
            lower = next
            let lacking = try await drive.perform(.background) {
                try payloads.filter { try !CatchUp.isPresent($0, drive) }
            }
            for start in stride(from: 0, to: lacking.count, by: Self.rowsPerPiece) {
                let piece = Array(lacking[start..<min(start + Self.rowsPerPiece, lacking.count)])
                try await set.committer.commit(RecordMissing(shards: piece.map { ($0, slot) }))
            }
        }
        if set.isClosed { throw StoreError(.unavailable, "the erasure set is closed") }
    }
}
