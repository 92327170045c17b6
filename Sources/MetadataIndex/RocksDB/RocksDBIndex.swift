import CRocksDB
import Glibc

/// The index of a drive in RocksDB. Each family is a column family; Its logs are checked by ``LogScan``.
package final class RocksDBIndex: MetadataIndex {
    package struct Options: Sendable {
        /// Makes an index where there is none. An existing one is opened either way.
        package var creates = false
        /// Bytes of write-ahead log, at which the oldest rows in memory are flushed. Bounds the time of a recovery.
        package var logByteCount: UInt64 = 128 << 20
        /// Bytes of a table file, roughly.
        package var tableByteCount: UInt64 = 64 << 20
        /// Table and blob files kept open, at least 20.
        package var openFileLimit = 256
        package var flushThreadCount = 1
        package var compactionThreadCount = 1

        package init() {}
    }

    /// Ends of logs that a crash had left torn, and that were cut off before opening: one sentence each, for the log.
    package let cutEnds: [String]

    let handle: RocksDBHandle

    /// Looks through the logs before RocksDB does, since RocksDB may open without what follows a damaged record.
    /// What is found is durable when it returns.
    ///
    /// - Parameters:
    ///   - path: Of the index's directory.
    ///   - quarantine: A directory for the torn ends of logs, made when needed.
    /// - Throws: `notFound` when there is no index; `corrupt` when what was acknowledged may be lost; `inputOutput`
    ///   also while it is open already.
    package static func open(
        at path: String, quarantine: String, memory: IndexMemory, options: Options = Options()
    ) throws(IndexError) -> RocksDBIndex {
        guard try IndexFiles(at: path).holdIndex() else {
            guard options.creates else { throw IndexError(.notFound, "no index at \(path)") }
            return RocksDBIndex(try RocksDBHandle(opening: path, memory: memory, options: options), cuts: [])
        }
        let cuts = try withLock(path) { () throws(IndexError) in
            try IndexFiles(at: path).cutTornEnds(quarantine: quarantine)
        }
        return RocksDBIndex(try RocksDBHandle(opening: path, memory: memory, options: options), cuts: cuts)
    }

    /// Opens it without writing anything, not even its lock, so that the caller must keep everybody else from writing.
    /// Writes throw, and what a power cut left torn is passed over.
    ///
    /// - Throws: as `open` does.
    package static func openForReading(
        at path: String, memory: IndexMemory, options: Options = Options()
    ) throws(IndexError) -> RocksDBIndex {
        let files = try IndexFiles(at: path)
        guard try files.holdIndex() else { throw IndexError(.notFound, "no index at \(path)") }
        let mode = try files.tornEnds().isEmpty ? MAGSTORE_READING : MAGSTORE_READING_TORN
        return RocksDBIndex(try RocksDBHandle(opening: path, memory: memory, options: options, mode: mode), cuts: [])
    }

    private init(_ handle: RocksDBHandle, cuts: [IndexFiles.Cut]) {
        self.handle = handle
        cutEnds = cuts.map { "cut a torn record of \($0.byteCount) bytes off \($0.file) at byte \($0.offset)" }
    }

    /// Nobody else has the index open meanwhile, so that no log is cut that is being written.
    private static func withLock<Result>(
        _ path: String, _ body: () throws(IndexError) -> Result
    ) throws(IndexError) -> Result {
        var lock: OpaquePointer?
        try check { message in magstore_lock_acquire(path, &lock, &message) }
        defer { if let lock { magstore_lock_release(lock) } }
        return try body()
    }

    package func write(_ batch: IndexBatch) throws(IndexError) {
        let operations = batch.flattened()
        try check { message in
            operations.withUnsafeBufferPointer {
                magstore_index_write(handle.pointer, $0.baseAddress, $0.count, &message)
            }
        }
    }

    package func snapshot() throws(IndexError) -> any IndexSnapshot {
        try RocksDBSnapshot(handle)
    }

    package func value(_ family: Family, _ key: [UInt8]) throws(IndexError) -> [UInt8]? {
        try handle.value(family, key, in: nil)
    }

    package func cachedValue(_ family: Family, _ key: [UInt8]) throws(IndexError) -> CachedValue {
        try handle.lookUp(family, key, in: nil, cached: true)
    }

    package func cursor(
        _ family: Family, from lower: [UInt8], to upper: [UInt8]?
    ) throws(IndexError) -> any IndexCursor {
        try RocksDBCursor(handle, family, from: lower, to: upper)
    }

    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8]?
    ) throws(IndexError) -> any IndexCursor {
        try RocksDBCursor(handle, family, from: lower, to: upper, scans: true)
    }

    package func close() {
        magstore_index_close(handle.pointer)
    }

    /// For a drive that hangs, where `close` would: every later call throws `closed`, and memory and threads are lost.
    ///
    /// A process that abandoned an index ends by `_exit`, which waits for none of its threads.
    package func abandon() {
        magstore_index_abandon(handle.pointer)
    }

    /// What shut the index for writes, also in the background: a flush that failed, damage that a compaction found.
    /// Nil when nothing did. Never blocks.
    package var failure: IndexError? {
        var message: UnsafeMutablePointer<CChar>?
        let result = magstore_index_failure(handle.pointer, &message)
        return result == MAGSTORE_OK ? nil : IndexError(result, taking: message)
    }
}

extension RocksDBHandle {
    convenience init(
        opening path: String, memory: IndexMemory, options: RocksDBIndex.Options, mode: magstore_mode? = nil
    ) throws(IndexError) {
        var settings = magstore_options(
            mode: mode ?? (options.creates ? MAGSTORE_CREATING : MAGSTORE_EXISTING),
            log_byte_count: options.logByteCount,
            table_byte_count: options.tableByteCount,
            max_open_files: Int32(clamping: options.openFileLimit),
            flush_thread_count: Int32(clamping: options.flushThreadCount),
            compaction_thread_count: Int32(clamping: options.compactionThreadCount))
        var pointer: OpaquePointer?
        let names = Family.allCases.map { strdup($0.description) }
        defer { for name in names { free(name) } }
        let families = zip(Family.allCases, names).map { family, name in
            magstore_family(
                name: name, write_buffer_byte_count: family.writeBufferByteCount,
                blob_minimum_byte_count: family.blobMinimumByteCount, compresses: family.compresses)
        }
        try check { message in
            magstore_index_open(path, memory.pointer, &settings, families, families.count, &pointer, &message)
        }
        guard let pointer else { throw IndexError(.inputOutput, "no index") }
        self.init(pointer)
    }
}

extension Family {
    fileprivate var writeBufferByteCount: Int {
        switch self {
        case .payloads: 64 << 20
        case .heads, .versions, .manifests, .parts, .changes: 32 << 20
        case .uploads, .refs, .missing, .trash, .documents, .state: 16 << 20
        }
    }

    /// Where values are large, keeping them in blob files spares rewriting them in every compaction. Below half a
    /// kilobyte the second read costs more than that.
    fileprivate var blobMinimumByteCount: UInt64 {
        switch self {
        case .payloads: 512
        // A list of ten thousand parts has a megabyte.
        case .manifests: 4096
        case .heads, .versions, .uploads, .parts, .refs, .missing, .trash, .changes, .documents, .state: 0
        }
    }

    /// Not for payloads: their rows are ids and clients' bytes.
    fileprivate var compresses: Bool { self != .payloads }
}

extension IndexBatch {
    /// As the shim reads it: one call for the whole batch.
    fileprivate func flattened() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(operations.reduce(0) { $0 + $1.flattenedByteCount })
        for operation in operations {
            switch operation {
            case .put(let family, let key, let value):
                bytes.append(0)
                bytes.append(family.rawValue)
                bytes.append(nativeEndian: UInt32(key.count))
                bytes.append(nativeEndian: UInt32(value.count))
                bytes.append(contentsOf: key)
                bytes.append(contentsOf: value)
            case .delete(let family, let key):
                bytes.append(1)
                bytes.append(family.rawValue)
                bytes.append(nativeEndian: UInt32(key.count))
                bytes.append(nativeEndian: 0)
                bytes.append(contentsOf: key)
            }
        }
        return bytes
    }
}

extension IndexBatch.Operation {
    fileprivate var flattenedByteCount: Int {
        switch self {
        case .put(_, let key, let value): 10 + key.count + value.count
        case .delete(_, let key): 10 + key.count
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(nativeEndian value: UInt32) {
        Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) }
    }
}
