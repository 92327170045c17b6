import Digests
import MetadataIndex
import SeededRandom
import Testing

struct LogScanTests {
    @Test(arguments: [[], [1], [32_761], [32_762], [32_755, 4], [32_754, 5, 6], [32_750, 100_000, 3, 70_000]])
    func `A log that was written whole is sound`(recordSizes: [Int]) throws {
        let log = LogBytes(recordSizes: recordSizes)
        #expect(try log.scan.firstDefect() == nil)
        #expect(try log.scan.holdsFragment(behind: -1) == !recordSizes.isEmpty)
        #expect(log.starts.count == recordSizes.count)
    }

    @Test func `A last record that was cut anywhere is torn, and those before are kept`() throws {
        for sizes in [[100, 200, 300], [40, 32_650, 90], [10, 70_000]] {
            let log = LogBytes(recordSizes: sizes)
            let last = log.starts.last ?? 0
            let cuts = sizes.last == 70_000 ? Array(stride(from: last + 1, to: log.bytes.count, by: 997)) : []
            for end in cuts.isEmpty ? Array(last + 1..<log.bytes.count) : cuts {
                let scan = LogScan(Array(log.bytes[..<end]))
                let defect = try #require(try scan.firstDefect())
                #expect(defect.record == last)
                #expect(defect.looksTorn)
                #expect(try !scan.holdsFragment(behind: defect.fragment))
            }
        }
    }

    @Test func `A last record whose last sectors are zero is torn`() throws {
        for sizes in [[100, 2_000], [100, 70_000], [32_700, 20, 5_000]] {
            let log = LogBytes(recordSizes: sizes)
            let last = log.starts.last ?? 0
            var sectors = Array(stride(from: (last / 512 + 1) * 512, to: log.bytes.count, by: 512))
            sectors.append(last)
            for sector in sectors {
                var bytes = log.bytes
                for index in sector..<bytes.count { bytes[index] = 0 }
                let scan = LogScan(bytes)
                let defect = try #require(try scan.firstDefect())
                #expect(defect.record == last)
                #expect(defect.looksTorn)
                #expect(try !scan.holdsFragment(behind: defect.fragment))
            }
        }
    }

    /// The heart of the matter: RocksDB itself opens many of these without a word.
    @Test(arguments: [0x01, 0x80, 0xFF] as [UInt8])
    func `A changed byte anywhere is rot`(change: UInt8) throws {
        let log = LogBytes(recordSizes: [32_200, 30, 1, 200, 90, 100, 500, 60])
        let interesting = Set(log.starts.flatMap { $0..<$0 + 20 }).union(32_000..<log.bytes.count)
        for index in interesting.sorted() where index < log.bytes.count {
            var bytes = log.bytes
            bytes[index] ^= change
            let scan = LogScan(bytes)
            guard let defect = try scan.firstDefect() else {
                #expect(log.isPadding(index), "the change at \(index) was not noticed")
                continue
            }
            let isRot = try !defect.looksTorn || scan.holdsFragment(behind: defect.fragment)
            #expect(isRot, "the change at \(index) passed for a torn end")
        }
    }

    @Test func `A hole in the middle is rot, though it looks torn`() throws {
        let log = LogBytes(recordSizes: [600, 1_500, 40])
        var bytes = log.bytes
        for index in 1024..<log.starts[2] { bytes[index] = 0 }
        let scan = LogScan(bytes)
        let defect = try #require(try scan.firstDefect())
        #expect(try scan.holdsFragment(behind: defect.fragment))
    }

    @Test func `A record without its beginning or its end is rot`() throws {
        let log = LogBytes(recordSizes: [70_000, 10])
        let withoutFirst = Array(log.bytes[LogScan.blockByteCount...])
        #expect(try LogScan(withoutFirst).firstDefect()?.looksTorn == false)
        let withoutLast = Array(log.bytes[..<LogScan.blockByteCount]) + LogBytes(recordSizes: [10]).bytes
        #expect(try LogScan(withoutLast).firstDefect()?.looksTorn == false)
    }

    @Test func `Random bytes are no log, and do not trap`() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let scan = LogScan(random.bytes(count: random.integer(below: 1_000)))
            #expect(try scan.byteCount == 0 || scan.firstDefect() != nil)
            #expect(try !scan.holdsFragment(behind: -1))
        }
    }
}

/// A log as RocksDB writes it.
struct LogBytes {
    private(set) var bytes: [UInt8] = []
    /// Of each record.
    private(set) var starts: [Int] = []
    private var padding: Set<Int> = []

    var scan: LogScan { LogScan(bytes) }

    /// Records of these sizes that, as ours, do not end in a zero.
    init(recordSizes: [Int]) {
        var random = SeededGenerator(seed: 17)
        for size in recordSizes {
            var content = size > 2_000 ? [UInt8](repeating: 0, count: size) : random.bytes(count: size)
            content[size - 1] |= 1
            append(content)
        }
    }

    func isPadding(_ index: Int) -> Bool { padding.contains(index) }

    private mutating func append(_ content: [UInt8]) {
        var rest = content[...]
        var isFirst = true
        repeat {
            var room = LogScan.blockByteCount - bytes.count % LogScan.blockByteCount
            if room < LogScan.headerByteCount {
                padding.formUnion(bytes.count..<bytes.count + room)
                bytes.append(contentsOf: [UInt8](repeating: 0, count: room))
                room = LogScan.blockByteCount
            }
            if isFirst { starts.append(bytes.count) }
            let piece = rest.prefix(room - LogScan.headerByteCount)
            rest = rest.dropFirst(piece.count)
            let type: UInt8 = isFirst ? (rest.isEmpty ? 1 : 2) : (rest.isEmpty ? 4 : 3)
            let checksum = CRC32C.value(of: [type] + piece)
            let masked = (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: masked >> shift)) }
            bytes += [UInt8(piece.count & 0xFF), UInt8(piece.count >> 8), type] + piece
            isFirst = false
        } while !rest.isEmpty
    }
}

extension LogScan {
    init(_ bytes: [UInt8]) {
        self.init(byteCount: bytes.count) { number in
            Array(bytes.dropFirst(number * LogScan.blockByteCount).prefix(LogScan.blockByteCount))
        }
    }
}
