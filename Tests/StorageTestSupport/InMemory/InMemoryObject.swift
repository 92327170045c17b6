package import NIOCore
import StorageAPI
import Synchronization

/// An object's facts and bytes, immutable: who holds it reads it, whatever happens to the key.
final class InMemoryObject: StoredObject {
    let bucket: BucketID
    let info: ObjectInfo
    let bytes: ByteBuffer
    let storedParts: [StoredPart]

    init(bucket: BucketID, info: ObjectInfo, bytes: ByteBuffer, storedParts: [StoredPart]) {
        self.bucket = bucket
        self.info = info
        self.bytes = bytes
        self.storedParts = storedParts
    }

    func part(_ number: PartNumber) async throws(StoreError) -> StoredPart? {
        storedParts.first { $0.info.number == number }
    }

    func parts(after: PartNumber, limit: Int) async throws(StoreError) -> [StoredPart] {
        Array(storedParts.lazy.filter { $0.info.number > after }.prefix(limit))
    }

    func read(_ range: Range<UInt64>) -> any ByteStream {
        precondition(range.upperBound <= info.size, "a range beyond the object")
        let start = bytes.readerIndex + Int(range.lowerBound)
        return SlicedStream(bytes.getSlice(at: start, length: range.count)!)
    }
}

/// Bytes in memory, given out in slices small enough that a reader sees several.
package final class SlicedStream: ByteStream {
    private let sliceByteCount: Int
    private let left: Mutex<ByteBuffer>

    package init(_ bytes: ByteBuffer, sliceByteCount: Int = 64 << 10) {
        self.sliceByteCount = sliceByteCount
        left = Mutex(bytes)
    }

    package func next() async throws -> ByteBuffer? {
        left.withLock { left in
            left.readableBytes == 0 ? nil : left.readSlice(length: min(sliceByteCount, left.readableBytes))
        }
    }
}
