import Digests
import DriveIO
import ErasureCoding
import MetadataIndex
import NIOCore

/// The shard file of format 1: the units of one shard, then a CRC32C for each block of them, then a footer that says
/// what the file is, so that it can be read without any index.
///
///     units     shard bytes, see StripeGeometry
///     table     4 bytes little-endian for each block of 64 KiB, or of a unit if that is smaller: CRC32C of the block
///               (the last one may be short)
///     footer    96 bytes: "MAGSHARD", format, shard, k, m, unit bytes, block bytes (32 bits each, little-endian),
///               payload bytes (64), data id (24 bytes), zeros, CRC32C of the 92 bytes before it
package struct ShardFormat: Hashable, Sendable {
    static let footerByteCount = 96
    private static let largestBlockByteCount = 64 * 1024
    private static let magic = "MAGSHARD"

    /// Whether units of this size are a number of blocks. For values that come from a disk.
    static func isValid(unitByteCount: Int) -> Bool {
        unitByteCount > 0
            && (unitByteCount <= largestBlockByteCount || unitByteCount.isMultiple(of: largestBlockByteCount))
    }

    /// Divides a unit, so that units begin at block boundaries.
    let blockByteCount: Int

    package init(unitByteCount: Int) {
        precondition(Self.isValid(unitByteCount: unitByteCount), "a unit is a number of blocks")
        blockByteCount = min(Self.largestBlockByteCount, unitByteCount)
    }

    func blockCount(_ shardByteCount: UInt64) -> UInt64 {
        (shardByteCount + UInt64(blockByteCount) - 1) / UInt64(blockByteCount)
    }

    package func fileByteCount(_ shardByteCount: UInt64) -> UInt64 {
        shardByteCount + 4 * blockCount(shardByteCount) + UInt64(Self.footerByteCount)
    }

    /// A range of a shard, cut where blocks end.
    func blocks(of range: Range<UInt64>) -> [Range<UInt64>] {
        var blocks: [Range<UInt64>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, (start / UInt64(blockByteCount) + 1) * UInt64(blockByteCount))
            blocks.append(start..<end)
            start = end
        }
        return blocks
    }

    /// CRC32C of each block in units that begin at a block boundary.
    func checksums(of unit: ByteBuffer) -> [UInt32] {
        var rest = unit
        var checksums: [UInt32] = []
        checksums.reserveCapacity(unit.readableBytes / blockByteCount + 1)
        while let block = rest.readSlice(length: min(blockByteCount, rest.readableBytes)), block.readableBytes > 0 {
            checksums.append(CRC32C.value(of: block))
        }
        return checksums
    }

    /// Table and footer.
    func trailer(checksums: [UInt32], payload: Payload, shard: Int) -> ByteBuffer {
        guard case .striped(let k, let m, _, let unitByteCount) = payload.layout else {
            preconditionFailure("only striped payloads have shard files")
        }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(4 * checksums.count + Self.footerByteCount)
        for checksum in checksums { buffer.writeInteger(checksum, endianness: .little) }
        var footer = ByteBuffer(string: Self.magic)
        for number in [1, shard, k, m, unitByteCount, blockByteCount] {
            footer.writeInteger(UInt32(number), endianness: .little)
        }
        footer.writeInteger(payload.size, endianness: .little)
        footer.writeBytes(payload.id.bytes)
        footer.writeRepeatingByte(0, count: Self.footerByteCount - 4 - footer.readableBytes)
        footer.writeInteger(CRC32C.value(of: footer), endianness: .little)
        buffer.writeImmutableBuffer(footer)
        return buffer
    }
}

extension ShardFormat {
    /// Whether these bytes were written as a footer, of whatever shard.
    static func isFooter(_ bytes: ByteBuffer) -> Bool {
        guard bytes.readableBytes == footerByteCount,
            let checksum = bytes.getInteger(
                at: bytes.readerIndex + footerByteCount - 4, endianness: .little, as: UInt32.self),
            let rest = bytes.getSlice(at: bytes.readerIndex, length: footerByteCount - 4)
        else { return false }
        return rest.getString(at: rest.readerIndex, length: magic.utf8.count) == magic
            && CRC32C.value(of: rest) == checksum
    }
}

/// Reads checked bytes of one shard file.
struct CheckedShard: Sendable {
    let reader: any ShardReader
    let shardByteCount: UInt64
    let format: ShardFormat
    /// The footer is as it should be.
    let hasFooter: Bool

    /// - Throws: ``ShardDamage`` when the file can not be this shard: its size is another, or its footer is sound and
    ///   describes something else. A footer that is damaged says nothing: blocks have checksums of their own.
    init(reader: any ShardReader, payload: Payload, slot: Int) throws {
        guard case .striped(let k, let m, _, let unitByteCount) = payload.layout else {
            preconditionFailure("only striped payloads have shard files")
        }
        format = ShardFormat(unitByteCount: unitByteCount)
        shardByteCount =
            StripeGeometry(payloadByteCount: payload.size, dataShards: k, parityShards: m, unitByteCount: unitByteCount)
            .shardByteCount
        guard reader.byteCount == format.fileByteCount(shardByteCount) else {
            throw ShardDamage(description: "the shard file has \(reader.byteCount) bytes")
        }
        self.reader = reader
        let end = reader.byteCount - UInt64(ShardFormat.footerByteCount)
        let footer = try reader.read(at: end, count: ShardFormat.footerByteCount)
        hasFooter = footer == format.trailer(checksums: [], payload: payload, shard: payload.shard(ofSlot: slot))
        if !hasFooter, ShardFormat.isFooter(footer) {
            throw ShardDamage(description: "the footer does not describe this shard")
        }
    }

    /// The bytes of a range of the shard, every block they touch verified.
    func read(_ range: Range<UInt64>) throws -> ByteBuffer {
        try verified(range) { try reader.read(at: $0, count: $1) }
    }

    /// The same if everything is in the page cache; nil otherwise. Never blocks.
    func readCached(_ range: Range<UInt64>) throws(ShardDamage) -> ByteBuffer? {
        do {
            return try verified(range) { offset, count in
                guard let bytes = reader.readCached(at: offset, count: count) else { throw NotCached() }
                return bytes
            }
        } catch let damage as ShardDamage {
            throw damage
        } catch {
            return nil
        }
    }

    private struct NotCached: Error {}

    private func verified(
        _ range: Range<UInt64>, _ read: (UInt64, Int) throws -> ByteBuffer
    ) throws -> ByteBuffer {
        let block = UInt64(format.blockByteCount)
        let first = range.lowerBound / block
        let last = (range.upperBound - 1) / block
        let start = first * block
        let end = min((last + 1) * block, shardByteCount)
        let bytes = try read(start, Int(end - start))
        var table = try read(shardByteCount + 4 * first, Int(4 * (last - first + 1)))
        var rest = bytes
        while let part = rest.readSlice(length: min(format.blockByteCount, rest.readableBytes)),
            part.readableBytes > 0
        {
            guard table.readInteger(endianness: .little, as: UInt32.self) == CRC32C.value(of: part) else {
                throw ShardDamage(description: "a block of the shard does not match its checksum")
            }
        }
        guard let slice = bytes.getSlice(at: bytes.readerIndex + Int(range.lowerBound - start), length: range.count)
        else {
            throw ShardDamage(description: "the shard is shorter than it should be")
        }
        return slice
    }
}

struct ShardDamage: Error, CustomStringConvertible {
    let description: String
}
