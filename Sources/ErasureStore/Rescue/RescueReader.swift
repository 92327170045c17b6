import DriveIO
import ErasureCoding
import MetadataIndex
import NIOCore
import StorageAPI

/// Reads payloads from bare drives. Unlike a server it gives up on no drive: one that can not read here may read there.
struct RescueReader: Sendable {
    /// All drives of the set that are here.
    let drives: [SlotDrive]

    /// A disk that fails tries again by itself, for long.
    private static let readMilliseconds: UInt64 = 60_000

    // MARK: Rows of the index

    /// All bytes of a tiny or inline payload.
    func small(_ payload: Payload) async throws(StoreError) -> ByteBuffer {
        var units: [Int: ByteBuffer] = [:]
        var problems: [String] = []
        let reads = drives.map { drive in
            (drive, drive.begin(.access, limitMilliseconds: Self.readMilliseconds) { try Self.row(payload, drive) })
        }
        for (drive, read) in reads {
            switch await read.value() {
            case .success(let record?): units[Int(record.shard)] = ByteBuffer(bytes: record.bytes)
            case .success(nil): continue
            case .failure(let failure): problems.append("\(drive.drive.path): \(failure.reason.text)")
            }
        }
        guard case .inline(let k, let m, _) = payload.layout else {
            if let copy = units.values.first { return copy }
            throw StoreError(.unreadable, text("no good copy of \(payload.id) is here", problems))
        }
        guard units.count >= k else { throw tooFew(payload, units.count, k, problems) }
        return try joined(units, by: Self.code(k, m), byteCount: Int(payload.size))
    }

    /// Nil when it is not there.
    private static func row(_ payload: Payload, _ drive: SlotDrive) throws -> PayloadRecord? {
        guard let value = try drive.index.value(.payloads, payload.id.bytes) else { return nil }
        guard let record = payload.wholeRecord(value, slot: drive.slot) else {
            throw ShardDamage(description: "the row does not match its checksum")
        }
        return record
    }

    // MARK: Shard files

    /// A striped payload with the shards of it that are here.
    struct Stripes: Sendable {
        let payload: Payload
        let geometry: StripeGeometry
        let code: ErasureCode
        fileprivate let shards: [Int: (drive: SlotDrive, shard: CheckedShard)]
        fileprivate let problems: [String]
    }

    /// A stripe on its way.
    struct Begun {
        fileprivate let stripe: UInt64
        fileprivate let reads: [Int: Promise<Result<ByteBuffer, DriveFailure>>]
    }

    func stripes(_ payload: Payload) async throws(StoreError) -> Stripes {
        guard case .striped(let k, let m, _, let unitByteCount) = payload.layout else {
            preconditionFailure("only striped payloads have shard files")
        }
        let code = try Self.code(k, m)
        guard ShardFormat.isValid(unitByteCount: unitByteCount) else {
            throw StoreError(.unreadable, "the record asks for units of \(unitByteCount) bytes")
        }
        let geometry = StripeGeometry(
            payloadByteCount: payload.size, dataShards: k, parityShards: m, unitByteCount: unitByteCount)
        let reads = drives.filter { payload.slots.contains($0.slot) }.map { drive in
            let read = drive.begin(.access, limitMilliseconds: Self.readMilliseconds) {
                try Self.shard(payload, on: drive)
            }
            return (drive, read)
        }
        var shards: [Int: (SlotDrive, CheckedShard)] = [:]
        var problems: [String] = []
        for (drive, read) in reads {
            switch await read.value() {
            case .success(let shard): shards[payload.shard(ofSlot: drive.slot)] = (drive, shard)
            case .failure(let failure): problems.append("\(drive.drive.path): \(failure.reason.text)")
            }
        }
        guard shards.count >= k else { throw tooFew(payload, shards.count, k, problems) }
        return Stripes(payload: payload, geometry: geometry, code: code, shards: shards, problems: problems)
    }

    private static func shard(_ payload: Payload, on drive: SlotDrive) throws -> CheckedShard {
        try CheckedShard(
            reader: try drive.drive.openShard(ShardName(payload.id.text)), payload: payload, slot: drive.slot)
    }

    /// Begins to read k units of a stripe, data before parity.
    func begin(_ stripe: UInt64, of stripes: Stripes) -> Begun {
        let chosen = stripes.shards.keys.sorted().prefix(stripes.code.dataShards)
        return Begun(stripe: stripe, reads: read(range(ofStripe: stripe, stripes), of: stripes, from: chosen))
    }

    /// The units of a stripe, as bytes of each shard.
    private func range(ofStripe stripe: UInt64, _ stripes: Stripes) -> Range<UInt64> {
        let start = stripes.geometry.shardOffset(ofStripe: stripe)
        return start..<start + UInt64(stripes.geometry.unitByteCount(ofStripe: stripe))
    }

    private typealias Reads = [Int: Promise<Result<ByteBuffer, DriveFailure>>]

    private func read(_ range: Range<UInt64>, of stripes: Stripes, from shards: some Sequence<Int>) -> Reads {
        var reads: [Int: Promise<Result<ByteBuffer, DriveFailure>>] = [:]
        for number in shards {
            guard let (drive, shard) = stripes.shards[number] else { continue }
            reads[number] = drive.begin(.access, limitMilliseconds: Self.readMilliseconds) { try shard.read(range) }
        }
        return reads
    }

    /// The bytes of a stripe; units that can not be read are replaced by others.
    func finish(_ begun: Begun, of stripes: Stripes) async throws(StoreError) -> ByteBuffer {
        var (units, _) = await good(begun.reads, of: stripes)
        if units.count < stripes.code.dataShards {
            let rest = stripes.shards.keys.filter { begun.reads[$0] == nil }
            let reads = read(range(ofStripe: begun.stripe, stripes), of: stripes, from: rest)
            let (others, _) = await good(reads, of: stripes)
            units.merge(others) { first, _ in first }
        }
        if units.count < stripes.code.dataShards { units = try await blockByBlock(begun.stripe, of: stripes) }
        return try joined(units, by: stripes.code, byteCount: stripes.geometry.payloadByteCount(ofStripe: begun.stripe))
    }

    /// The data units of a stripe of which too few units are whole: each may be rotten in another block.
    private func blockByBlock(_ stripe: UInt64, of stripes: Stripes) async throws(StoreError) -> [Int: ByteBuffer] {
        let k = stripes.code.dataShards
        let format = ShardFormat(unitByteCount: stripes.geometry.unitByteCount)
        var units: [Int: ByteBuffer] = [:]
        for range in format.blocks(of: range(ofStripe: stripe, stripes)) {
            let reads = read(range, of: stripes, from: stripes.shards.keys)
            let (blocks, problems) = await good(reads, of: stripes)
            guard blocks.count >= k else { throw tooFew(stripes.payload, blocks.count, k, stripes.problems + problems) }
            for (number, block) in stripes.code.reconstruct(blocks, wanted: Array(0..<k)) {
                units[number, default: ByteBuffer()].writeImmutableBuffer(block)
            }
        }
        return units
    }

    private func good(_ reads: Reads, of stripes: Stripes) async -> ([Int: ByteBuffer], problems: [String]) {
        var units: [Int: ByteBuffer] = [:]
        var problems: [String] = []
        for (number, read) in reads {
            switch await read.value() {
            case .success(let unit): units[number] = unit
            case .failure(let failure):
                let path = stripes.shards[number]?.drive.drive.path ?? "shard \(number)"
                problems.append("\(path): \(failure.reason.text)")
            }
        }
        return (units, problems)
    }

    // MARK: Both

    private static func code(_ k: Int, _ m: Int) throws(StoreError) -> ErasureCode {
        guard ErasureCode.isValid(dataShards: k, parityShards: m) else {
            throw StoreError(.unreadable, "the record asks for a code of \(k)+\(m)")
        }
        return ErasureCode(dataShards: k, parityShards: m)
    }

    private func joined(
        _ units: [Int: ByteBuffer], by code: ErasureCode, byteCount: Int
    ) throws(StoreError) -> ByteBuffer {
        guard let bytes = code.stripe(from: units, byteCount: byteCount) else {
            throw StoreError(.unreadable, "the shards are too short")
        }
        return bytes
    }

    private func tooFew(_ payload: Payload, _ count: Int, _ needed: Int, _ problems: [String]) -> StoreError {
        StoreError(
            .unreadable, text("\(count) good shards of \(payload.id) are here, \(needed) are needed", problems))
    }

    private func text(_ sentence: String, _ problems: [String]) -> String {
        ([sentence] + problems.sorted()).joined(separator: "; ")
    }
}

extension DriveFailure.Reason {
    /// For people.
    var text: String {
        switch self {
        case .drive(let error): error.code == .notFound ? "not there" : error.message
        case .index(let error): error.message
        case .tooSlow: "it does not answer"
        case .damaged(let text): text
        }
    }
}
