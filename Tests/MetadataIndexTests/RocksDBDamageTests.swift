import Foundation
import MetadataIndex
import SeededRandom
import Testing

/// Damage to an index's files: never fewer rows than were acknowledged, and never others, without an error.
struct RocksDBDamageTests {
    /// A thousand rows, each written by a batch of its own: all in the log, or all in tables and blobs.
    static func write(to directory: IndexDirectory, flushes: Bool) throws -> [IndexRow] {
        let index = try directory.open()
        var rows: [IndexRow] = []
        for number in 0..<1_000 {
            let row = IndexRow(
                key: [UInt8(number >> 8), UInt8(number & 255)],
                value: [UInt8](repeating: UInt8(number & 255), count: 700))
            try index.put(.payloads, row.key, row.value)
            rows.append(row)
        }
        if flushes { try index.flush() }
        index.close()
        return rows
    }

    private func open(_ directory: IndexDirectory) throws -> [IndexRow] {
        try openAndClose(directory) { try $0.rows(.payloads) }
    }

    /// With memory of its own: to a shared cache, a copy's tables are those of the original.
    private func openAndClose<Result>(
        _ directory: IndexDirectory, _ body: (RocksDBIndex) throws -> Result
    ) throws -> Result {
        let index = try directory.open(memory: IndexMemory(byteCount: 8 << 20))
        defer { index.close() }
        return try body(index)
    }

    /// What is behind the damage of one byte, at positions spread over the file.
    private func damage(
        _ directory: IndexDirectory, _ file: URL, count: Int, expecting rows: [IndexRow]
    ) throws {
        let bytes = try Data(contentsOf: file)
        var random = SeededGenerator(seed: UInt64(bytes.count))
        let copy = try IndexDirectory()
        for _ in 0..<count {
            let position = random.integer(below: bytes.count)
            try copy.replaceContents(by: directory)
            var damaged = bytes
            damaged[position] ^= UInt8(1 << random.integer(below: 8))
            try damaged.write(to: copy.index.appending(path: file.lastPathComponent))
            do {
                let found = try open(copy)
                #expect(found == rows, "\(file.lastPathComponent) at \(position): \(found.count) rows")
            } catch let error as IndexError {
                #expect(error.code == .corrupt, "\(file.lastPathComponent) at \(position): \(error)")
            }
        }
    }

    @Test func `A changed byte in the log is noticed`() throws {
        let directory = try IndexDirectory()
        let rows = try Self.write(to: directory, flushes: false)
        let log = try #require(try directory.files(suffix: ".log").max { $0.byteCount < $1.byteCount })
        try #require(log.byteCount > 700_000)
        try damage(directory, log.url, count: 25, expecting: rows)
    }

    @Test func `A changed byte in tables, blobs, manifest and CURRENT is noticed`() throws {
        let directory = try IndexDirectory()
        let rows = try Self.write(to: directory, flushes: true)
        let tables = try directory.files(suffix: ".sst")
        let blobs = try directory.files(suffix: ".blob")
        let manifests = try directory.files(prefix: "MANIFEST")
        try #require(tables.count == 1 && blobs.count == 1 && manifests.count == 1)
        for file in tables + blobs + manifests { try damage(directory, file.url, count: 15, expecting: rows) }
        try damage(directory, directory.index.appending(path: "CURRENT"), count: 8, expecting: rows)
    }

    /// RocksDB before 8.5.1 ends a scan without an error where it comes to such a table.
    @Test(arguments: ["first block", "index", "footer"])
    func `Damage where a table is entered does not pass for the end of the rows`(place: String) throws {
        let directory = try IndexDirectory()
        let index = try directory.open(tableByteCount: 8 << 10)
        for number in 0..<400 {
            let value = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* number) }
            try index.put(.heads, [UInt8(number >> 8), UInt8(number & 255)], value)
        }
        try index.reclaim(.heads)
        index.close()
        let tables = try directory.files(suffix: ".sst")
        try #require(tables.count > 5)
        let copy = try IndexDirectory()
        for table in tables {
            try copy.replaceContents(by: directory)
            var bytes = try Data(contentsOf: table.url)
            let position =
                switch place {
                case "first block": 10
                // Within the handle of the index block, behind checksum type and handle of the meta index.
                case "index": bytes.count - 53 + 5
                default: bytes.count - 3
                }
            bytes[position] ^= 0x55
            try bytes.write(to: copy.index.appending(path: table.url.lastPathComponent))
            #expect(code { _ = try openAndClose(copy) { try $0.rows(.heads) } } == .corrupt)
            #expect(code { _ = try openAndClose(copy) { try $0.reclaim(.heads) } } == .corrupt)
        }
    }

    @Test func `A file that is missing is noticed`() throws {
        let directory = try IndexDirectory()
        _ = try Self.write(to: directory, flushes: true)
        let copy = try IndexDirectory()
        for prefix in ["CURRENT", "MANIFEST"] {
            try copy.replaceContents(by: directory)
            try FileManager.default.removeItem(at: try #require(try copy.files(prefix: prefix).first).url)
            #expect(code { _ = try open(copy) } == .corrupt)
        }
        for suffix in [".sst", ".blob"] {
            try copy.replaceContents(by: directory)
            try FileManager.default.removeItem(at: try #require(try copy.files(suffix: suffix).first).url)
            #expect(code { _ = try open(copy) } == .corrupt)
        }
    }

    @Test func `A log cut in its last record opens with what was before, and the end is kept`() throws {
        let directory = try IndexDirectory()
        let rows = try Self.write(to: directory, flushes: false)
        let log = try #require(try directory.files(suffix: ".log").max { $0.byteCount < $1.byteCount })
        let bytes = try Data(contentsOf: log.url)
        let copy = try IndexDirectory()
        for removed in [1, 2, 4, 5, 300, 700, 720] {
            try copy.replaceContents(by: directory)
            let name = log.url.lastPathComponent
            try bytes.dropLast(removed).write(to: copy.index.appending(path: name))
            let index = try copy.open()
            #expect(try index.rows(.payloads) == Array(rows.dropLast()))
            #expect(index.cutEnds.count == 1)
            try index.put(.payloads, rows[999].key, rows[999].value)
            index.close()
            #expect(try open(copy) == rows)
            let kept = try #require(
                try FileManager.default.contentsOfDirectory(at: copy.quarantine, includingPropertiesForKeys: nil).first)
            #expect(bytes.dropLast(removed).suffix(try Data(contentsOf: kept).count) == (try Data(contentsOf: kept)))
        }
    }

    @Test func `A last record of which the last sector was never written is cut off`() throws {
        let directory = try IndexDirectory()
        let rows = try Self.write(to: directory, flushes: false)
        let log = try #require(try directory.files(suffix: ".log").max { $0.byteCount < $1.byteCount })
        var bytes = try Data(contentsOf: log.url)
        for index in bytes.count / 512 * 512..<bytes.count { bytes[index] = 0 }
        try bytes.write(to: log.url)
        #expect(try open(directory) == Array(rows.dropLast()))
    }
}
