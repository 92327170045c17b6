import Foundation
import MetadataIndex
import Testing

/// Writes that fail: where RocksDB is about to make a file, there is a link to nowhere.
struct RocksDBFailureTests {
    private func write(_ numbers: Range<UInt8>, to index: RocksDBIndex) throws {
        for number in numbers { try index.put(.heads, [number], [number]) }
    }

    @Test func `A log that cannot be written shuts the index, and what was acknowledged is found again`() throws {
        let directory = try IndexDirectory()
        let index = try directory.open()
        try write(0..<10, to: index)
        let traps = try directory.trapNextFiles(suffix: ".log")
        #expect(code { try index.flush() } == .inputOutput)
        #expect(code { try index.put(.heads, [100], [1]) } == .inputOutput)
        #expect(code { try index.put(.heads, [101], [1]) } == .closed)
        #expect(index.failure?.code == .inputOutput)
        #expect(try index.keys(.heads).count >= 10)
        index.close()
        for trap in traps { try FileManager.default.removeItem(at: trap) }
        let reopened = try directory.open()
        #expect(reopened.failure == nil)
        #expect(try reopened.keys(.heads) == (0..<10).map { [$0] })
        try reopened.put(.heads, [100], [1])
        reopened.close()
        #expect(try directory.open().keys(.heads).count == 11)
    }

    @Test func `A flush that fails in the background shuts the index`() throws {
        let directory = try IndexDirectory()
        let index = try directory.open()
        try write(0..<10, to: index)
        let traps = try directory.trapNextFiles(suffix: ".sst")
        #expect(code { try index.flush() } == .inputOutput)
        #expect(index.failure?.code == .inputOutput)
        #expect(code { try index.put(.heads, [100], [1]) } == .inputOutput)
        #expect(code { try index.put(.heads, [101], [1]) } == .closed)
        #expect(try index.keys(.heads).count == 10)
        index.close()
        // Opening removes tables that the manifest does not name.
        for trap in traps { try? FileManager.default.removeItem(at: trap) }
        let reopened = try directory.open()
        #expect(try reopened.keys(.heads) == (0..<10).map { [$0] })
        reopened.close()
    }

    @Test func `A torn end on a drive without room for its copy is not cut`() throws {
        let directory = try IndexDirectory()
        let rows = try RocksDBDamageTests.write(to: directory, flushes: false)
        let log = try #require(try directory.files(suffix: ".log").max { $0.byteCount < $1.byteCount })
        let bytes = try Data(contentsOf: log.url)
        try bytes.dropLast(3).write(to: log.url)
        try Data().write(to: directory.quarantine)
        #expect(code { _ = try directory.open() } == .inputOutput)
        #expect(try Data(contentsOf: log.url).count == bytes.count - 3)
        try FileManager.default.removeItem(at: directory.quarantine)
        let index = try directory.open()
        #expect(try index.rows(.payloads).count == rows.count - 1)
        index.close()
    }
}

extension IndexDirectory {
    /// Puts symbolic links where the next files of this kind will be made.
    fileprivate func trapNextFiles(suffix: String) throws -> [URL] {
        let numbers = try files().compactMap { file in
            Int(file.url.lastPathComponent.drop { !$0.isNumber }.prefix { $0.isNumber })
        }
        let last = numbers.max() ?? 0
        return try (last + 1...last + 60).map { number in
            let digits = String(number)
            let trap = index.appending(path: String(repeating: "0", count: 6 - digits.count) + digits + suffix)
            try FileManager.default.createSymbolicLink(atPath: trap.path, withDestinationPath: "/nowhere/at/all")
            return trap
        }
    }
}
