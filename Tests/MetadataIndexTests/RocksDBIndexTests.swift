import Foundation
import MetadataIndex
import Synchronization
import Testing

/// What only an index on a disk does.
struct RocksDBIndexTests {
    @Test func `An index is not made unless asked for`() throws {
        let directory = try IndexDirectory()
        #expect(code { _ = try directory.open(creates: false) } == .notFound)
        try FileManager.default.createDirectory(at: directory.index, withIntermediateDirectories: true)
        #expect(code { _ = try directory.open(creates: false) } == .notFound)
        try directory.open().close()
        try directory.open(creates: false).close()
    }

    @Test func `What is on the disk only is not known without it, and once read is`() throws {
        let directory = try IndexDirectory()
        let index = try directory.open()
        try index.put(.heads, [1], [1])
        try index.put(.payloads, [1], [UInt8](repeating: 7, count: 10_000))
        try index.flush()
        index.close()
        let reopened = try directory.open(memory: IndexMemory(byteCount: 8 << 20))
        defer { reopened.close() }
        for (family, value) in [(Family.heads, [1]), (.payloads, [UInt8](repeating: 7, count: 10_000))] {
            #expect(try reopened.cachedValue(family, [1]) == .unknown)
            #expect(try reopened.value(family, [1]) == value)
            #expect(try reopened.cachedValue(family, [1]) == .found(value))
        }
    }

    /// Of such a row RocksDB says that it is there, and empty.
    @Test func `A row of a table that is not open is not taken for an empty one`() throws {
        let directory = try IndexDirectory()
        for round in 0..<3 as Range<UInt8> {
            let index = try directory.open(openFileLimit: 20)
            for family in Family.allCases { try index.put(family, [round], [round, 1]) }
            try index.flush()
            index.close()
        }
        let index = try directory.open(memory: IndexMemory(byteCount: 8 << 20), openFileLimit: 20)
        defer { index.close() }
        for family in Family.allCases {
            for round in 0..<3 as Range<UInt8> {
                let known = try index.cachedValue(family, [round])
                #expect(known == .unknown || known == .found([round, 1]))
                #expect(try index.value(family, [round]) == [round, 1])
            }
        }
    }

    @Test func `Deleted rows do not come back, and their space does`() throws {
        let directory = try IndexDirectory()
        let index = try directory.open()
        defer { index.close() }
        let value = [UInt8](repeating: 1, count: 100_000)
        for number in 0..<40 as Range<UInt8> { try index.put(.payloads, [number], value) }
        try index.flush()
        #expect(try index.usage().blobByteCount > 4_000_000)
        for number in 1..<40 as Range<UInt8> { try index.delete(.payloads, [number]) }
        try index.reclaim(.payloads)
        #expect(try index.keys(.payloads) == [[0]])
        #expect(try index.usage().blobByteCount < 300_000)
    }

    @Test func `Verifying reads every row`() throws {
        let directory = try IndexDirectory()
        let index = try directory.open()
        for family in Family.allCases { try index.put(family, [1], [UInt8](repeating: 1, count: 5_000)) }
        try index.flush()
        try index.put(.heads, [2], [])
        #expect(
            try index.verify() == Dictionary(uniqueKeysWithValues: Family.allCases.map { ($0, $0 == .heads ? 2 : 1) }))
        index.close()
        let blob = try #require(try directory.files(suffix: ".blob").first)
        var bytes = try Data(contentsOf: blob.url)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: blob.url)
        let reopened = try directory.open(memory: IndexMemory(byteCount: 8 << 20))
        #expect(code { _ = try reopened.verify() } == .corrupt)
        reopened.close()
    }

    @Test func `Closing waits for readers on other threads, and turns later ones away`() throws {
        for _ in 0..<5 {
            let directory = try IndexDirectory()
            let index = try directory.open()
            for number in 0..<100 as Range<UInt8> { try index.put(.heads, [number], [number]) }
            let readers = Readers(of: index, count: 4)
            while readers.readCount < 100 { Thread.sleep(forTimeInterval: 0.001) }
            index.close()
            #expect(readers.ends() == Array(repeating: .closed, count: 4))
            #expect(try directory.open().value(.heads, [99]) == [99])
        }
    }

    @Test func `An abandoned index refuses, and leaves the disk to whoever comes next`() throws {
        let directory = try IndexDirectory()
        let index = try directory.open()
        let snapshot = try index.snapshot()
        index.abandon()
        #expect(code { try index.put(.heads, [1], [1]) } == .closed)
        #expect(code { _ = try snapshot.value(.heads, [1]) } == .closed)
        index.close()
        #expect(code { _ = try directory.open() } == .inputOutput, "the old handle may still write")
    }

    @Test func `Listing past many deleted rows gets quick by itself`() throws {
        let directory = try IndexDirectory()
        let index = try directory.open()
        defer { index.close() }
        for start in stride(from: 0, to: 60_000, by: 10_000) {
            var batch = IndexBatch()
            for number in start..<start + 10_000 { batch.put(.heads, [UInt8(number >> 8), UInt8(number & 255)], [1]) }
            try index.write(batch)
        }
        try index.flush()
        for start in stride(from: 0, to: 60_000, by: 10_000) {
            var batch = IndexBatch()
            for number in start..<start + 10_000 { batch.delete(.heads, [UInt8(number >> 8), UInt8(number & 255)]) }
            try index.write(batch)
        }
        #expect(try index.keys(.heads).isEmpty)
        // The scan asked for a flush, which finishes in the background; waiting for it is what `flush` does.
        try index.flush()
        try index.reclaim(.heads)
        #expect(try index.usage().tableByteCount == 0)
        #expect(index.recentLog.contains("compact"))
    }
}

/// Threads that read all rows again and again, in ways that hold snapshots and cursors, until that fails.
private final class Readers: Sendable {
    private let index: RocksDBIndex
    private let count = Mutex(0)
    private let codes = Mutex<[IndexError.Code?]>([])
    private let group = DispatchGroup()

    init(of index: RocksDBIndex, count: Int) {
        self.index = index
        for _ in 0..<count {
            group.enter()
            Thread.detachNewThread { [self] in
                let end = code { while try readOnce() {} }
                codes.withLock { $0.append(end) }
                group.leave()
            }
        }
    }

    var readCount: Int { count.withLock { $0 } }

    /// How each of them ended; nil for one that found something else than it should.
    func ends() -> [IndexError.Code?] {
        group.wait()
        return codes.withLock { $0 }
    }

    private func readOnce() throws -> Bool {
        let snapshot = try index.snapshot()
        count.withLock { $0 += 1 }
        return try snapshot.rows(.heads).count == 100 && index.value(.heads, [7]) == [7]
            && index.snapshot().value(.heads, [1]) == [1]
    }
}
