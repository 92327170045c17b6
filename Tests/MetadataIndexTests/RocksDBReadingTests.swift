import Foundation
import MetadataIndex
import Testing

/// An index that is only read, as a rescue does.
struct RocksDBReadingTests {
    private func reading(_ directory: IndexDirectory) throws -> RocksDBIndex {
        try RocksDBIndex.openForReading(at: directory.index.path, memory: IndexMemory(byteCount: 8 << 20))
    }

    private func state(of directory: IndexDirectory) throws -> [String] {
        try directory.files().map { file in
            let attributes = try FileManager.default.attributesOfItem(atPath: file.url.path)
            return "\(file.url.lastPathComponent) \(file.byteCount) \(attributes[.modificationDate] ?? "")"
        }.sorted()
    }

    @Test(arguments: [false, true])
    func `rows are read from logs, tables and blobs, and no file is touched`(flushes: Bool) throws {
        let directory = try IndexDirectory()
        let rows = try RocksDBDamageTests.write(to: directory, flushes: flushes)
        let before = try state(of: directory)
        let index = try reading(directory)
        #expect(try index.rows(.payloads) == rows)
        #expect(try index.value(.payloads, rows[10].key) == rows[10].value)
        #expect(throws: IndexError.self) { try index.put(.payloads, [1], [2]) }
        index.close()
        #expect(try state(of: directory) == before)
        #expect(!FileManager.default.fileExists(atPath: directory.quarantine.path))
    }

    @Test(arguments: ["zeros", "half a record"])
    func `a torn end is passed over and stays`(kind: String) throws {
        let directory = try IndexDirectory()
        let rows = try RocksDBDamageTests.write(to: directory, flushes: false)
        let log = try #require(try directory.files(suffix: ".log").max { $0.byteCount < $1.byteCount })
        var bytes = try Data(contentsOf: log.url)
        if kind == "zeros" { bytes += Data(count: 2000) } else { bytes.removeLast(30) }
        try bytes.write(to: log.url)
        let before = try state(of: directory)
        let index = try reading(directory)
        #expect(try index.rows(.payloads) == (kind == "zeros" ? rows : Array(rows.dropLast())))
        index.close()
        #expect(try state(of: directory) == before)
    }

    @Test func `a log with rot is refused, and a directory without an index`() throws {
        let directory = try IndexDirectory()
        #expect(throws: IndexError.self) { try reading(directory) }
        _ = try RocksDBDamageTests.write(to: directory, flushes: false)
        let log = try #require(try directory.files(suffix: ".log").max { $0.byteCount < $1.byteCount })
        var bytes = try Data(contentsOf: log.url)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: log.url)
        do {
            _ = try reading(directory)
            Issue.record("opened")
        } catch let error as IndexError {
            #expect(error.code == .corrupt)
        }
    }
}
