import CRocksDB

/// Bytes on the disk and in memory.
package struct IndexUsage: Hashable, Sendable {
    package var tableByteCount: UInt64
    package var blobByteCount: UInt64
    /// Within `blobByteCount`: what a compaction will give back.
    package var blobGarbageByteCount: UInt64
    package var logByteCount: UInt64
    /// Rows that were not flushed yet.
    package var memoryByteCount: UInt64
    package var pendingCompactionByteCount: UInt64
}

/// What keeps an index in order. All of these block, most for long.
extension RocksDBIndex {
    package func usage() throws(IndexError) -> IndexUsage {
        var usage = magstore_usage()
        try check { message in magstore_index_usage(handle.pointer, &usage, &message) }
        return IndexUsage(
            tableByteCount: usage.table_byte_count, blobByteCount: usage.blob_byte_count,
            blobGarbageByteCount: usage.blob_garbage_byte_count, logByteCount: usage.log_byte_count,
            memoryByteCount: usage.memory_byte_count, pendingCompactionByteCount: usage.pending_compaction_byte_count)
    }

    /// Bytes on the disk and in memory for the rows with `lower` ≤ key < `upper`, roughly.
    package func approximateByteCount(
        _ family: Family, from lower: [UInt8], to upper: [UInt8]
    ) throws(IndexError) -> UInt64 {
        var byteCount: UInt64 = 0
        try check { message in
            lower.withUnsafeBufferPointer { lower in
                upper.withUnsafeBufferPointer { upper in
                    magstore_index_approximate_size(
                        handle.pointer, family.rawValue, lower.baseAddress, lower.count, upper.baseAddress,
                        upper.count, &byteCount, &message)
                }
            }
        }
        return byteCount
    }

    /// Moves all rows from memory into tables, so that the logs become empty.
    package func flush() throws(IndexError) {
        try check { message in magstore_index_flush(handle.pointer, &message) }
    }

    /// Rewrites a family without its deleted rows and blobs. Needs room for a copy of the family meanwhile.
    package func reclaim(_ family: Family) throws(IndexError) {
        try check { message in magstore_index_compact(handle.pointer, family.rawValue, &message) }
    }

    /// Reads every block of every table and every row of every family, checking all checksums.
    ///
    /// - Returns: How many rows each family has.
    /// - Throws: `corrupt` at the first damage.
    package func verify() throws(IndexError) -> [Family: Int] {
        try check { message in magstore_index_verify_tables(handle.pointer, &message) }
        let snapshot = try RocksDBSnapshot(handle)
        var counts: [Family: Int] = [:]
        for family in Family.allCases {
            let cursor = try RocksDBCursor(handle, family, from: [], to: nil, in: snapshot, scans: true)
            var count = 0
            while try cursor.next() != nil { count += 1 }
            counts[family] = count
        }
        return counts
    }

    package func files() throws(IndexError) -> [String] {
        var bytes: [UInt8] = []
        try check { message in
            withUnsafeMutablePointer(to: &bytes) { magstore_index_files(handle.pointer, keepBytes, $0, &message) }
        }
        return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    package func verifyFile(_ name: String) throws(IndexError) {
        let result = try check { message in magstore_index_verify_file(handle.pointer, name, &message) }
        // A compaction may have made it superfluous meanwhile.
        if case .absent = result, try files().contains(name) { throw IndexError(.corrupt, "\(name) is gone") }
    }

    /// The newest lines of RocksDB's own log, which is kept in memory only.
    package var recentLog: String {
        var bytes: [UInt8] = []
        withUnsafeMutablePointer(to: &bytes) { magstore_index_recent_log(handle.pointer, keepBytes, $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
