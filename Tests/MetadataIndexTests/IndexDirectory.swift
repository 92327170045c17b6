import Foundation
import MetadataIndex

/// A directory for an index, removed with its last reference.
final class IndexDirectory: IndexMedium {
    static let memory = IndexMemory(byteCount: 64 << 20)

    let folder: URL
    var index: URL { folder.appending(path: "index") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "magstore-index-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func openIndex() throws(IndexError) -> any MetadataIndex { try open() }

    func open() throws(IndexError) -> RocksDBIndex {
        var options = RocksDBIndex.Options()
        options.creates = true
        return try RocksDBIndex.open(at: index.path, memory: Self.memory, options: options)
    }
}
