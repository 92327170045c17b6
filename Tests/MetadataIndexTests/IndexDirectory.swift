import Foundation
import MetadataIndex

/// A directory for an index, removed with its last reference.
final class IndexDirectory: IndexMedium {
    static let memory = IndexMemory(byteCount: 64 << 20)

    struct File {
        let url: URL
        let byteCount: Int
    }

    let folder: URL
    var index: URL { folder.appending(path: "index") }
    var quarantine: URL { folder.appending(path: "quarantine") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "magstore-index-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func openIndex() throws(IndexError) -> any MetadataIndex { try open() }

    func open(
        creates: Bool = true, memory: IndexMemory = IndexDirectory.memory, tableByteCount: UInt64 = 64 << 20,
        openFileLimit: Int = 256
    ) throws(IndexError) -> RocksDBIndex {
        var options = RocksDBIndex.Options()
        options.creates = creates
        options.tableByteCount = tableByteCount
        options.openFileLimit = openFileLimit
        return try RocksDBIndex.open(at: index.path, quarantine: quarantine.path, memory: memory, options: options)
    }

    func files(prefix: String = "", suffix: String = "") throws -> [File] {
        try FileManager.default.contentsOfDirectory(at: index, includingPropertiesForKeys: [.fileSizeKey])
            .filter { $0.lastPathComponent.hasPrefix(prefix) && $0.lastPathComponent.hasSuffix(suffix) }
            .map { File(url: $0, byteCount: try $0.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0) }
    }

    /// Makes this a copy of another's files, as the disk would be after a crash.
    func replaceContents(by other: IndexDirectory) throws {
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: other.folder, to: folder)
    }
}
