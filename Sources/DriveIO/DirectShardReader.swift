internal import NIOCore

/// Reads a shard from the disk itself: a scrub that read the page cache would verify memory.
///
/// Reading past the cache (`O_DIRECT`) is as fast as reading through it and leaves what clients need where it is. Where
/// a file system does not offer it, the file's pages are dropped first.
final class DirectShardReader: ShardReader {
    let byteCount: UInt64
    private let path: String
    private let descriptor: Descriptor
    private let isDirect: Bool

    static func open(_ path: String) throws(DriveError) -> DirectShardReader {
        do throws(Errno) {
            let descriptor = try Descriptor(opening: path, for: .readDirectly)
            let byteCount = try descriptor.status().byteCount
            return DirectShardReader(descriptor, path: path, byteCount: byteCount, isDirect: true)
        } catch .invalid {
            return try naming("open", path) { () throws(Errno) in
                let descriptor = try Descriptor(opening: path, for: .read)
                try descriptor.forgetCached()
                let byteCount = try descriptor.status().byteCount
                return DirectShardReader(descriptor, path: path, byteCount: byteCount, isDirect: false)
            }
        } catch {
            throw DriveError(error, "open", path)
        }
    }

    private init(_ descriptor: consuming Descriptor, path: String, byteCount: UInt64, isDirect: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.byteCount = byteCount
        self.isDirect = isDirect
    }

    deinit {
        // What was read and nobody asked for again.
        if !isDirect { try? descriptor.forgetCached() }
    }

    func read(at offset: UInt64, count: Int) throws(DriveError) -> ByteBuffer {
        let bytes = try naming("read", path) { () throws(Errno) in
            isDirect
                ? try descriptor.readDirectly(at: offset, count: count)
                : try descriptor.read(at: offset, count: count)
        }
        guard bytes.readableBytes == count else {
            throw DriveError(.truncated, "\(path) ends before byte \(offset) + \(count)")
        }
        return bytes
    }

    func readCached(at offset: UInt64, count: Int) -> ByteBuffer? { nil }
}
