import CRocksDB

/// `@unchecked Sendable`: the pointer never changes, and RocksDB reads a snapshot from any thread.
final class RocksDBSnapshot: IndexSnapshot, @unchecked Sendable {
    private let handle: RocksDBHandle
    let pointer: OpaquePointer

    init(_ handle: RocksDBHandle) throws(IndexError) {
        var pointer: OpaquePointer?
        try check { message in magstore_snapshot_create(handle.pointer, &pointer, &message) }
        guard let pointer else { throw IndexError(.inputOutput, "no snapshot") }
        self.handle = handle
        self.pointer = pointer
    }

    deinit {
        magstore_snapshot_release(handle.pointer, pointer)
    }

    func value(_ family: Family, _ key: [UInt8]) throws(IndexError) -> [UInt8]? {
        try handle.value(family, key, in: pointer)
    }

    func cachedValue(_ family: Family, _ key: [UInt8]) throws(IndexError) -> CachedValue {
        try handle.lookUp(family, key, in: pointer, cached: true)
    }

    func cursor(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor {
        try RocksDBCursor(handle, family, from: lower, to: upper, in: self)
    }

    func scan(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor {
        try RocksDBCursor(handle, family, from: lower, to: upper, in: self, scans: true)
    }
}
