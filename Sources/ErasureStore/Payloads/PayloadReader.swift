import Digests
import DriveIO
import ErasureCoding
package import MetadataIndex
import NIOCore
import StorageAPI
import Synchronization

/// Reads one payload: verifies every byte, rebuilds from parity what is missing or rotten, and says what it found.
///
/// The payload is pinned by whoever holds the reader.
final class PayloadReader: Sendable {
    let set: ErasureSet
    let payload: Payload
    private let shards = Mutex<[Int: CheckedShard]>([:])

    init(set: ErasureSet, payload: Payload) {
        self.set = set
        self.payload = payload
    }

    private var code: ErasureCode { self.set.code }

    // MARK: Rows of the index

    /// All bytes of a tiny or inline payload.
    ///
    /// - Parameter last: The slot whose row is rebuilt: it is asked when nobody else is left.
    func small(askingLast last: Int? = nil) async throws(StoreError) -> ByteBuffer {
        switch payload.layout {
        case .tiny(let slots):
            let first = slots.count > 1 ? Int(payload.id.counter % UInt64(slots.count)) : 0
            // The common case is in memory, and no race.
            if slots[first] != last, let bytes = cachedRow(slot: slots[first]) { return bytes }
            let order = slots.indices.map { slots[(first + $0) % slots.count] }
            guard let bytes = await rows(onSlots: order, askingLast: last, needed: 1).values.first else {
                throw StoreError(.unreadable, "no present drive has a good copy of \(payload.id)")
            }
            return bytes
        case .inline(let k, let m, _):
            let rows = await rows(onSlots: (0..<(k + m)).map(payload.slot(ofShard:)), askingLast: last, needed: k)
            return try joined(Dictionary(uniqueKeysWithValues: rows.map { (payload.shard(ofSlot: $0), $1) }))
        case .striped:
            preconditionFailure("a striped payload is read piece by piece")
        }
    }

    /// The payload from `k` of its inline shards.
    private func joined(_ units: [Int: ByteBuffer]) throws(StoreError) -> ByteBuffer {
        guard units.count >= code.dataShards else { throw tooFew(units.count) }
        guard let bytes = code.stripe(from: units, byteCount: Int(payload.size)) else {
            throw StoreError(.unreadable, "the shards of \(payload.id) are too short")
        }
        return bytes
    }

    private func tooFew(_ count: Int) -> StoreError {
        StoreError(.unreadable, "\(count) good shards of \(payload.id) are here, \(code.dataShards) are needed")
    }

    /// The first rows or copies that come, verified, by slot.
    private func rows(onSlots slots: [Int], askingLast last: Int?, needed: Int) async -> [Int: ByteBuffer] {
        let slots = slots.filter { $0 != last } + slots.filter { $0 == last }
        let ask: Race<ByteBuffer>.Ask = { [self] (slot, answer) in
            if let bytes = cachedRow(slot: slot) { return answer(bytes) }
            guard let drive = set.drives[slot] else { return answer(nil) }
            let key = payload.id.bytes
            let lookUp = { @Sendable in try drive.index.value(.payloads, key) }
            // Nil twice: the drive failed, or it has no such row.
            drive.read(
                lookUp, failed: set.report,
                answer: { [self] row in answer(row.flatMap { verified($0, slot: slot) }) })
        }
        let race = Race<ByteBuffer>(
            others: { [self] in prompt(slots) }, needed: needed, clock: set.environment.clock, ask: ask)
        return await race.answers(late: late)
    }

    /// Those whose drives are slow come last.
    private func prompt(_ slots: [Int]) -> [Int] {
        let drives = set.drives
        guard drives.values.contains(where: \.isOverdue) else { return slots }
        return slots.filter { drives[$0]?.isOverdue != true } + slots.filter { drives[$0]?.isOverdue == true }
    }

    private func late(slot: Int) {
        set.drives[slot]?.isLate()
        set.slowRead(slot: slot)
    }

    /// This slot's row if it is in memory, and verified.
    private func cachedRow(slot: Int) -> ByteBuffer? {
        let view = try? set.board.view(ofSet: set.index)
        guard let snapshot = view?.member(slot: slot)?.snapshot,
            case .found(let value)? = try? snapshot.cachedValue(.payloads, payload.id.bytes)
        else { return nil }
        return verified(value, slot: slot)
    }

    /// Nil when the row is not there or rotten.
    private func verified(_ value: [UInt8]?, slot: Int) -> ByteBuffer? {
        guard let value else {
            set.damaged(payload, slot: slot, reason: "the row is not there", isRot: false)
            return nil
        }
        return verified(value, slot: slot)
    }

    private func verified(_ value: [UInt8], slot: Int) -> ByteBuffer? {
        guard let record = payload.wholeRecord(value, slot: slot) else {
            set.damaged(payload, slot: slot, reason: "the row does not match its checksum", isRot: true)
            return nil
        }
        return ByteBuffer(bytes: record.bytes)
    }

    // MARK: Shard files

    var geometry: StripeGeometry {
        guard case .striped(let k, let m, _, let unitByteCount) = payload.layout else {
            preconditionFailure("only striped payloads have a geometry")
        }
        return StripeGeometry(
            payloadByteCount: payload.size, dataShards: k, parityShards: m, unitByteCount: unitByteCount)
    }

    /// Reads a range of one shard, and answers nil when it is not there or rotten. What is in the page cache is
    /// answered at once.
    private func read(shard: Int, range: Range<UInt64>, answer: @escaping @Sendable (ByteBuffer?) -> Void) {
        let slot = payload.slot(ofShard: shard)
        guard let drive = set.drives[slot] else { return answer(nil) }
        if let open = shards.withLock({ $0[shard] }) {
            do {
                if let bytes = try open.readCached(range) { return answer(bytes) }
            } catch {
                set.damaged(payload, slot: slot, reason: error.description, isRot: true)
                return answer(nil)
            }
        }
        let work = { @Sendable [self] in read(shard: shard, range: range, drive: drive) }
        drive.read(work, failed: set.report, answer: { answer($0 ?? nil) })
    }

    /// On the drive's thread.
    private func read(shard: Int, range: Range<UInt64>, drive: SlotDrive) -> ByteBuffer? {
        do {
            let checked: CheckedShard
            if let open = shards.withLock({ $0[shard] }) {
                checked = open
            } else {
                let reader = try drive.drive.openShard(ShardName(payload.id.text))
                checked = try CheckedShard(reader: reader, payload: payload, slot: drive.slot)
                shards.withLock { $0[shard] = checked }
            }
            return try checked.read(range)
        } catch let damage as ShardDamage {
            set.damaged(payload, slot: drive.slot, reason: damage.description, isRot: true)
        } catch let error as DriveError where error.code == .notFound {
            set.damaged(payload, slot: drive.slot, reason: "the shard file is not there", isRot: false)
        } catch let error as DriveError where error.code == .truncated {
            set.damaged(payload, slot: drive.slot, reason: "the shard file is too short", isRot: true)
        } catch let error as DriveError where error.code == .inputOutput {
            // Sectors go bad one by one: the shard is written anew elsewhere, and the drive stays.
            set.damaged(payload, slot: drive.slot, reason: error.message, isRot: true)
        } catch {
            set.report(DriveFailure(slot: drive.slot, error))
        }
        return nil
    }

    /// When the drive that holds a shard is asked for it.
    private enum Turn { case first, last, never }

    /// Begins to read a piece: from its own drive, or from the others when that one has not got it or is slow. The code
    /// works byte by byte, so that the same range of `k` others is enough.
    func begin(_ piece: StripeGeometry.Piece) -> ShardRead {
        let start = geometry.shardOffset(of: piece)
        let isPrompt = set.drives[payload.slot(ofShard: piece.unit)]?.isOverdue != true
        return begin(
            shard: piece.unit, range: start..<start + UInt64(piece.byteCount), ownTurn: isPrompt ? .first : .last)
    }

    /// The bytes of a shard that is not where it belongs.
    func rebuild(shard: Int, range: Range<UInt64>) async throws(StoreError) -> ByteBuffer {
        try await bytes(of: begin(shard: shard, range: range, ownTurn: .never))
    }

    private func begin(shard: Int, range: Range<UInt64>, ownTurn: Turn) -> ShardRead {
        let own = payload.slot(ofShard: shard)
        let others = (0..<code.shards).filter { $0 != shard }.map(payload.slot(ofShard:))
        let ask: Race<ByteBuffer>.Ask = { [self] (slot, answer) in
            read(shard: payload.shard(ofSlot: slot), range: range, answer: answer)
        }
        let race = Race<ByteBuffer>(
            favourite: ownTurn == .first ? own : nil,
            others: { [self] in prompt(others) + (ownTurn == .last ? [own] : []) }, needed: code.dataShards,
            clock: set.environment.clock, ask: ask)
        return ShardRead(shard: shard, range: range, race: race)
    }

    /// Waits for a read that was begun. Where too few shards have all of the range, it is put together block by block:
    /// each of them may be rotten in another one.
    func bytes(of read: ShardRead) async throws(StoreError) -> ByteBuffer {
        do {
            return try await bytesAtOnce(of: read)
        } catch {
            let blocks = ShardFormat(unitByteCount: geometry.unitByteCount).blocks(of: read.range)
            guard blocks.count > 1 else { throw error }
            var bytes = ByteBuffer()
            for block in blocks {
                let read = begin(shard: read.shard, range: block, ownTurn: .last)
                bytes.writeImmutableBuffer(try await bytesAtOnce(of: read))
            }
            return bytes
        }
    }

    private func bytesAtOnce(of read: ShardRead) async throws(StoreError) -> ByteBuffer {
        let answers = await read.race.answers(late: late)
        let units = Dictionary(uniqueKeysWithValues: answers.map { (payload.shard(ofSlot: $0), $1) })
        if let bytes = units[read.shard] { return bytes }
        guard units.count >= code.dataShards else { throw tooFew(units.count) }
        guard let bytes = code.reconstruct(units, wanted: [read.shard])[read.shard] else {
            preconditionFailure("k units give all others")
        }
        return bytes
    }
}

/// A range of one shard on its way.
struct ShardRead: Sendable {
    let shard: Int
    fileprivate let range: Range<UInt64>
    fileprivate let race: Race<ByteBuffer>
}

extension PayloadRecord {
    static func checksum(of bytes: [UInt8]) -> UInt32 {
        CRC32C.value(of: bytes)
    }
}

extension Payload {
    /// What a row of `payloads` holds, if it matches its checksum and is the one that belongs on the slot.
    package func wholeRecord(_ value: [UInt8], slot: Int) -> PayloadRecord? {
        guard let record = try? PayloadRecord(decoding: value),
            record.checksum == PayloadRecord.checksum(of: record.bytes), isWhole(record, slot: slot)
        else { return nil }
        return record
    }

    private func isWhole(_ record: PayloadRecord, slot: Int) -> Bool {
        switch layout {
        case .tiny: record.bytes.count == Int(size)
        case .inline(let k, _, _):
            Int(record.shard) == shard(ofSlot: slot) && record.bytes.count == (Int(size) + k - 1) / k
        case .striped: false
        }
    }
}
