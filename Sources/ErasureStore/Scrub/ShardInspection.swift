import Digests
import DriveIO
import MetadataIndex
import NIOCore

/// Reads one shard file from the disk, step by step, and finds the blocks that do not match their checksums.
struct ShardInspection: Sendable {
    /// What a shard is good for.
    struct Outcome: Hashable, Sendable {
        /// Blocks that can not be read or do not match.
        var badBlocks: Set<UInt64> = []
        /// No block of it can be used: it is not there, or is another file.
        var isUseless = false
        /// The first thing that was wrong, for people; nil: it is whole.
        var damage: String?
        /// What is there is wrong, as opposed to not there.
        var isRot = false
        var byteCount: UInt64 = 0

        mutating func note(_ reason: String, isRot: Bool = true) {
            if damage == nil { damage = reason }
            if isRot { self.isRot = true }
        }
    }

    /// A step keeps the drive busy for some hundredths of a second, and others wait so long at most.
    static let stepByteCount: UInt64 = 4 << 20

    private let checked: CheckedShard
    private var table = ByteBuffer()
    private var next: UInt64 = 0
    private(set) var outcome = Outcome()

    /// No block of the file is of use, for the reason that its outcome says.
    struct Useless: Error {
        let outcome: Outcome
    }

    /// Opens the file.
    ///
    /// - Throws: what is wrong with the drive as a whole.
    static func open(_ payload: Payload, on slotDrive: SlotDrive) throws -> Result<ShardInspection, Useless> {
        var outcome = Outcome()
        outcome.isUseless = true
        do {
            let reader = try slotDrive.drive.inspectShard(ShardName(payload.id.text))
            var inspection = Self(checked: try CheckedShard(reader: reader, payload: payload, slot: slotDrive.slot))
            if !inspection.checked.hasFooter { inspection.outcome.note("the footer is damaged") }
            inspection.readTable()
            return .success(inspection)
        } catch let error as ShardDamage {
            outcome.note(error.description)
        } catch let error as DriveError where error.code == .notFound {
            outcome.note("the file is not there", isRot: false)
        } catch let error as DriveError where error.code == .inputOutput || error.code == .truncated {
            outcome.note(error.message)
        }
        return .failure(Useless(outcome: outcome))
    }

    private init(checked: CheckedShard) {
        self.checked = checked
        outcome.byteCount = checked.reader.byteCount
    }

    /// All checksums at once: they lie behind the units.
    private mutating func readTable() {
        let count = 4 * checked.format.blockCount(checked.shardByteCount)
        do throws(DriveError) {
            table = try checked.reader.read(at: checked.shardByteCount, count: Int(count))
        } catch {
            outcome.note(error.message)
            outcome.badBlocks = Set(0..<checked.format.blockCount(checked.shardByteCount))
            next = checked.shardByteCount
        }
    }

    var isDone: Bool { next >= checked.shardByteCount }

    /// Reads and checks the next blocks.
    mutating func step() throws {
        let end = min(next + Self.stepByteCount, checked.shardByteCount)
        do throws(DriveError) {
            check(try checked.reader.read(at: next, count: Int(end - next)))
        } catch {
            guard error.code == .inputOutput || error.code == .truncated else { throw error }
            outcome.note(error.message)
            checkEachBlock(to: end)
        }
        next = end
    }

    private mutating func check(_ bytes: ByteBuffer) {
        var rest = bytes
        var block = next / UInt64(checked.format.blockByteCount)
        while let part = rest.readSlice(length: min(checked.format.blockByteCount, rest.readableBytes)),
            part.readableBytes > 0
        {
            if checksum(of: block) != CRC32C.value(of: part) {
                outcome.note("block \(block) does not match its checksum")
                outcome.badBlocks.insert(block)
            }
            block += 1
        }
    }

    /// A bad sector spoils its block, not its neighbours.
    private mutating func checkEachBlock(to end: UInt64) {
        let size = UInt64(checked.format.blockByteCount)
        for start in stride(from: next, to: end, by: Int(size)) {
            let count = Int(min(size, end - start))
            guard let bytes = try? checked.reader.read(at: start, count: count),
                checksum(of: start / size) == CRC32C.value(of: bytes)
            else {
                outcome.badBlocks.insert(start / size)
                continue
            }
        }
    }

    private func checksum(of block: UInt64) -> UInt32? {
        table.getInteger(at: table.readerIndex + 4 * Int(block), endianness: .little)
    }
}

extension ShardInspection {
    /// Reads a whole shard in one go, for stopped drives.
    ///
    /// - Returns: the bytes that were checked.
    static func readAll(_ payload: Payload, on drive: SlotDrive) throws -> UInt64 {
        let outcome: Outcome
        switch try open(payload, on: drive) {
        case .success(var inspection):
            while !inspection.isDone { try inspection.step() }
            outcome = inspection.outcome
        case .failure(let useless):
            outcome = useless.outcome
        }
        if let damage = outcome.damage { throw ShardDamage(description: damage) }
        return outcome.byteCount
    }
}
