import CRocksDB

final class RocksDBCursor: IndexCursor {
    private let handle: RocksDBHandle
    /// RocksDB's iterator knows the snapshot's number only: the rows stay because the snapshot does.
    private let snapshot: RocksDBSnapshot?
    private let pointer: OpaquePointer

    /// - Parameter scans: Keeps what is read once, and not again, out of the cache.
    init(
        _ handle: RocksDBHandle, _ family: Family, from lower: [UInt8], to upper: [UInt8]?,
        in snapshot: RocksDBSnapshot? = nil, scans: Bool = false
    ) throws(IndexError) {
        var pointer: OpaquePointer?
        try check { message in
            lower.withUnsafeBufferPointer { lower in
                (upper ?? []).withUnsafeBufferPointer { bound in
                    magstore_cursor_create(
                        handle.pointer, snapshot?.pointer, family.rawValue, lower.baseAddress, lower.count,
                        upper != nil,
                        bound.baseAddress, bound.count, scans, &pointer, &message)
                }
            }
        }
        guard let pointer else { throw IndexError(.inputOutput, "no cursor") }
        self.handle = handle
        self.snapshot = snapshot
        self.pointer = pointer
    }

    deinit {
        magstore_cursor_release(pointer)
    }

    func next() throws(IndexError) -> IndexRow? {
        var row = magstore_row()
        let result = try check { message in magstore_cursor_next(pointer, &row, &message) }
        guard case .found = result else { return nil }
        return IndexRow(
            key: Array(UnsafeBufferPointer(start: row.key, count: row.key_byte_count)),
            value: Array(UnsafeBufferPointer(start: row.value, count: row.value_byte_count)))
    }

    func seek(to key: [UInt8]) throws(IndexError) {
        try check { message in
            key.withUnsafeBufferPointer { magstore_cursor_seek(pointer, $0.baseAddress, $0.count, &message) }
        }
    }
}
