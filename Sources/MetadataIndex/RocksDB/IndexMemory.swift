import CRocksDB

/// The memory that all indexes of a process share: cached blocks, and rows that were not flushed yet.
///
/// `@unchecked Sendable`: the pointer never changes, and what it points to synchronises itself.
package final class IndexMemory: @unchecked Sendable {
    let pointer: OpaquePointer

    /// - Parameters:
    ///   - byteCount: Of everything together. Rows being written may exceed it for a moment.
    ///   - writeBufferByteCount: Of the rows that were not flushed yet, within `byteCount`.
    package init(byteCount: Int, writeBufferByteCount: Int) {
        precondition(0 < writeBufferByteCount && writeBufferByteCount <= byteCount, "write buffers beyond the memory")
        pointer = magstore_memory_create(byteCount, writeBufferByteCount)
    }

    package convenience init(byteCount: Int) {
        self.init(byteCount: byteCount, writeBufferByteCount: byteCount / 2)
    }

    deinit {
        magstore_memory_release(pointer)
    }

    /// Bytes in use.
    package var usage: Int { magstore_memory_usage(pointer) }
}
