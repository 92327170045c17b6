import Foundation
import MetadataIndex
import SimulatedDrives
import Testing

/// What a scrub asks of an index that is in use.
struct FileVerificationTests {
    @Test(arguments: IndexImplementation.allCases)
    func `The files of a sound index are sound, and a scan reads what a cursor does`(
        implementation: IndexImplementation
    ) throws {
        let medium = try implementation.makeMedium()
        defer { withExtendedLifetime(medium) {} }
        let index = try medium.openIndex()
        defer { index.close() }
        for number in UInt8(0)..<20 { try index.put(.heads, [number], [1, number]) }
        try (index as? RocksDBIndex)?.flush()
        let files = try index.files()
        #expect(!files.isEmpty)
        for file in files { try index.verifyFile(file) }
        for reader in [index, try index.snapshot()] as [any IndexReader] {
            let scan = try reader.scan(.heads, from: [3], to: [9])
            var keys: [[UInt8]] = []
            while let row = try scan.next() { keys.append(row.key) }
            #expect(keys == (UInt8(3)..<9).map { [$0] })
        }
    }

    @Test func `A file that is not in use is no damage, one that is in use and gone is`() throws {
        let directory = try IndexDirectory()
        _ = try RocksDBDamageTests.write(to: directory, flushes: true)
        let index = try directory.open()
        defer { index.close() }
        try index.verifyFile("999999.sst")
        let table = try #require(try index.files().first { $0.hasSuffix(".sst") })
        try FileManager.default.removeItem(at: directory.index.appending(path: table))
        #expect(throws: IndexError.self) { try index.verifyFile(table) }
    }

    /// Damage comes while the index is open and all of its rows are in its cache.
    @Test func `A changed byte of a table is found although everything is in memory`() throws {
        let directory = try IndexDirectory()
        let written = try directory.open()
        for number in 0..<2_000 {
            try written.put(.heads, [UInt8(number >> 8), UInt8(number & 255)], [UInt8](repeating: 7, count: 100))
        }
        try written.flush()
        written.close()
        let index = try directory.open(memory: IndexMemory(byteCount: 64 << 20))
        defer { index.close() }
        let rows = try index.rows(.heads)
        let tables = try index.files().filter { $0.hasSuffix(".sst") }
        let largest = try #require(
            tables.max { left, right in byteCount(directory, left) < byteCount(directory, right) })
        for table in tables { try index.verifyFile(table) }
        let file = try FileHandle(forUpdating: directory.index.appending(path: largest))
        try file.seek(toOffset: 1000)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: 1000)
        try file.write(contentsOf: Data([byte ^ 0x10]))
        try file.synchronize()
        try file.close()
        #expect(try index.rows(.heads) == rows, "the cache has them")
        let error = #expect(throws: IndexError.self) { for table in tables { try index.verifyFile(table) } }
        #expect(error?.code == .corrupt)
    }

    private func byteCount(_ directory: IndexDirectory, _ name: String) -> Int {
        (try? Data(contentsOf: directory.index.appending(path: name)).count) ?? 0
    }
}
