import Digests
import DriveIO
import ErasureCoding
import MetadataIndex
import NIOCore
import StorageAPI
import Synchronization

/// Reads one payload: verifies every byte, rebuilds from parity what is missing or rotten, and says what it found.
///
/// The payload is pinned by whoever holds the reader.
final class PayloadReader: Sendable {
    let set: ErasureSet
    let payload: Payload
    private let code: ErasureCode
    private let shards = Mutex<[Int: CheckedShard]>([:])

    init(set: ErasureSet, payload: Payload, code: ErasureCode) {
        self.set = set
        self.payload = payload
        self.code = code
    }

    // MARK: Rows of the index

    /// All bytes of a tiny or inline payload.
    func small() async throws(StoreError) -> ByteBuffer {
        switch payload.layout {
        case .tiny(let slots):
            let first = slots.count > 1 ? Int(payload.id.counter % UInt64(slots.count)) : 0
            for offset in slots.indices {
                if let bytes = await row(slot: slots[(first + offset) % slots.count]) { return bytes }
            }
            throw StoreError(.unreadable, "no present drive has a good copy of \(payload.id)")
        case .inline(let k, let m, _):
            var units: [Int: ByteBuffer] = [:]
            for shard in 0..<(k + m) where units.count < k {
                units[shard] = await row(slot: payload.slot(ofShard: shard))
            }
            guard units.count >= k else {
                throw StoreError(.unreadable, "\(units.count) good shards of \(payload.id) are here, \(k) are needed")
            }
            var bytes = ByteBuffer()
            bytes.reserveCapacity(Int(payload.size) + k)
            let data = code.reconstruct(units, wanted: Array(0..<k))
            for shard in 0..<k {
                if let unit = data[shard] { bytes.writeImmutableBuffer(unit) }
            }
            guard let exact = bytes.readSlice(length: Int(payload.size)) else {
                throw StoreError(.unreadable, "the shards of \(payload.id) are too short")
            }
            return exact
        case .striped:
            preconditionFailure("a striped payload is read piece by piece")
        }
    }

    /// This slot's shard or copy, verified; nil when it is not there or rotten.
    private func row(slot: Int) async -> ByteBuffer? {
        let key = payload.id.bytes
        let view = try? set.board.view(ofSet: set.index)
        if let snapshot = view?.member(slot: slot)?.snapshot,
            case .found(let value)? = try? snapshot.cachedValue(.payloads, key)
        {
            return verified(value, slot: slot)
        }
        guard let drive = set.drives[slot] else { return nil }
        do {
            let value = try await drive.perform(.access, limitMilliseconds: EngineLimits.readMilliseconds) {
                try drive.index.value(.payloads, key)
            }
            guard let value else {
                set.damaged(payload, slot: slot, reason: "the row is not there", isRot: false)
                return nil
            }
            return verified(value, slot: slot)
        } catch {
            set.report(error)
            return nil
        }
    }

    private func verified(_ value: [UInt8], slot: Int) -> ByteBuffer? {
        guard let record = try? PayloadRecord(decoding: value),
            record.checksum == PayloadRecord.checksum(of: record.bytes),
            payload.isWhole(record, slot: slot)
        else {
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

    /// Starts to read a range of one shard. What is in the page cache is there at once.
    func begin(shard: Int, range: Range<UInt64>) -> Promise<ByteBuffer?> {
        let promise = Promise<ByteBuffer?>()
        let slot = payload.slot(ofShard: shard)
        guard let drive = set.drives[slot] else {
            promise.fulfil(nil)
            return promise
        }
        if let open = shards.withLock({ $0[shard] }) {
            do {
                if let bytes = try open.readCached(range) {
                    promise.fulfil(bytes)
                    return promise
                }
            } catch {
                set.damaged(payload, slot: slot, reason: error.description, isRot: true)
                promise.fulfil(nil)
                return promise
            }
        }
        drive.executor.submit(.access) { [self] in
            promise.fulfil(read(shard: shard, range: range, drive: drive))
        } otherwise: {
            promise.fulfil(nil)
        }
        set.environment.clock.schedule(afterMilliseconds: EngineLimits.readMilliseconds) { [set] in
            if promise.fulfil(nil) { set.slowRead(slot: slot) }
        }
        return promise
    }

    /// On the drive's thread.
    private func read(shard: Int, range: Range<UInt64>, drive: SlotDrive) -> ByteBuffer? {
        do {
            let checked: CheckedShard
            if let open = shards.withLock({ $0[shard] }) {
                checked = open
            } else {
                let reader = try drive.drive.openShard(ShardName(payload.id.text))
                checked = try CheckedShard(
                    reader: reader, shardByteCount: geometry.shardByteCount,
                    format: ShardFormat(unitByteCount: geometry.unitByteCount))
                shards.withLock { $0[shard] = checked }
            }
            return try checked.read(range)
        } catch let damage as ShardDamage {
            set.damaged(payload, slot: drive.slot, reason: damage.description, isRot: true)
        } catch let error as DriveError where error.code == .notFound {
            set.damaged(payload, slot: drive.slot, reason: "the shard file is not there", isRot: false)
        } catch let error as DriveError where error.code == .truncated {
            set.damaged(payload, slot: drive.slot, reason: "the shard file is too short", isRot: true)
        } catch {
            set.report(DriveFailure(slot: drive.slot, error))
        }
        return nil
    }

    func beginPiece(_ piece: StripeGeometry.Piece) -> Promise<ByteBuffer?> {
        let start = geometry.shardOffset(of: piece)
        return begin(shard: piece.unit, range: start..<start + UInt64(piece.byteCount))
    }

    /// The bytes of a piece from the other shards: the code works byte by byte, so that the same range of `k` others is
    /// enough.
    func rebuild(shard wanted: Int, range: Range<UInt64>) async throws(StoreError) -> ByteBuffer {
        let (k, total) = (code.dataShards, code.shards)
        var units: [Int: ByteBuffer] = [:]
        var untried = (0..<total).filter { $0 != wanted }
        while units.count < k, !untried.isEmpty {
            let attempt = untried.prefix(k - units.count)
            untried.removeFirst(attempt.count)
            let reads = attempt.map { ($0, begin(shard: $0, range: range)) }
            for (shard, read) in reads { units[shard] = await read.value() }
        }
        guard units.count >= k, let bytes = code.reconstruct(units, wanted: [wanted])[wanted] else {
            throw StoreError(.unreadable, "\(units.count) good shards of \(payload.id) are here, \(k) are needed")
        }
        return bytes
    }
}

extension PayloadRecord {
    static func checksum(of bytes: [UInt8]) -> UInt32 {
        CRC32C.value(of: bytes)
    }
}

extension Payload {
    /// Whether a verified row is the one that belongs on the slot.
    func isWhole(_ record: PayloadRecord, slot: Int) -> Bool {
        switch layout {
        case .tiny: record.bytes.count == Int(size)
        case .inline(let k, _, _):
            Int(record.shard) == shard(ofSlot: slot) && record.bytes.count == (Int(size) + k - 1) / k
        case .striped: false
        }
    }
}
