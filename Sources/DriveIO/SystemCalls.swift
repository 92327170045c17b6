internal import CPosix
internal import Glibc
internal import NIOCore

// Every call to the operating system that a drive needs, and nothing else: above this file all is typed.

/// The number that a failed call left.
struct Errno: Error, Hashable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    /// What the last call on this thread left. Read at once, before anything else can change it.
    static var last: Errno { Errno(errno) }

    var text: String { String(cString: strerror(number)) }

    static let notFound = Errno(ENOENT)
    static let notDirectory = Errno(ENOTDIR)
    static let exists = Errno(EEXIST)
    static let notEmpty = Errno(ENOTEMPTY)
    static let wouldBlock = Errno(EWOULDBLOCK)
    static let unsupported = Errno(ENOSYS)
    static let invalid = Errno(EINVAL)
}

/// Repeats a call that a signal interrupted.
private func retrying<Result: FixedWidthInteger & SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let failure = Errno.last
        if failure.number != EINTR { throw failure }
    }
}

/// What of a file's status matters here.
struct FileStatus: Hashable {
    var place: FilePlace
    var byteCount: UInt64
    var isDirectory: Bool

    fileprivate init(_ status: stat) {
        place = FilePlace(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        byteCount = UInt64(max(0, status.st_size))
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
    }
}

/// Which file a path leads to.
struct FilePlace: Hashable {
    var device: UInt64
    var inode: UInt64
}

/// The owner of an open file or directory.
struct Descriptor: ~Copyable, Sendable {
    enum Purpose {
        case read
        /// Past the page cache: offsets, counts and memory are multiples of `directAlignment`.
        case readDirectly
        case directory
        /// A file that must not exist yet.
        case create
        /// A lock file: made when needed, kept otherwise.
        case lock

        fileprivate var flags: Int32 {
            switch self {
            case .read: O_RDONLY
            case .readDirectly: O_RDONLY | magstore_direct_flag()
            case .directory: O_RDONLY | O_DIRECTORY
            case .create: O_WRONLY | O_CREAT | O_EXCL
            case .lock: O_RDWR | O_CREAT
            }
        }
    }

    private let number: Int32

    init(opening path: String, for purpose: Purpose) throws(Errno) {
        number = try retrying { open(path, purpose.flags | O_CLOEXEC, 0o600) }
    }

    deinit {
        // What must be durable was synced before, so there is nothing to learn from the result. Never repeated: Linux
        // has released the number even when it reports an interruption.
        _ = Glibc.close(number)
    }

    func status() throws(Errno) -> FileStatus {
        var status = stat()
        _ = try retrying { fstat(number, &status) }
        return FileStatus(status)
    }

    /// Writes all bytes behind those already written.
    func write(_ bytes: ByteBuffer) throws(Errno) {
        try bytes.withUnsafeReadableBytes { bytes in
            Result { () throws(Errno) in try write(bytes) }
        }.get()
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let slice = UnsafeRawBufferPointer(rebasing: rest)
            rest = rest.dropFirst(try retrying { Glibc.write(number, slice.baseAddress, slice.count) })
        }
    }

    /// `count` bytes, or fewer where the file ends.
    func read(at offset: UInt64, count: Int) throws(Errno) -> ByteBuffer {
        try buffer(count) { (target) throws(Errno) in
            guard let start = off_t(exactly: offset) else { return 0 }
            var filled = 0
            while filled < target.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
                let more = try retrying { pread(number, rest.baseAddress, rest.count, start + off_t(filled)) }
                if more == 0 { break }
                filled += more
            }
            return filled
        }
    }

    /// Like `read`, but only what the page cache holds: fewer bytes, or an error, where the disk would be needed.
    func readCached(at offset: UInt64, count: Int) throws(Errno) -> ByteBuffer {
        try buffer(count) { (target) throws(Errno) in
            guard let start = off_t(exactly: offset) else { return 0 }
            return try retrying { magstore_pread_cached(number, target.baseAddress, target.count, start) }
        }
    }

    /// What every disk takes for reads past the page cache: sectors have at most so many bytes.
    static let directAlignment = 4096

    /// The same bytes as `read` would give, from a descriptor that was opened to read directly.
    func readDirectly(at offset: UInt64, count: Int) throws(Errno) -> ByteBuffer {
        let alignment = Self.directAlignment
        let before = Int(offset % UInt64(alignment))
        let span = (before + count + alignment - 1) / alignment * alignment
        guard let start = off_t(exactly: offset - UInt64(before)), count > 0 else { return ByteBuffer() }
        var skipped = 0
        // The disk writes into memory at its own boundaries: what lies before ours is skipped.
        var bytes = try buffer(span + alignment) { (target) throws(Errno) in
            let address = UInt(bitPattern: target.baseAddress)
            skipped = Int((UInt(alignment) - address % UInt(alignment)) % UInt(alignment))
            var filled = 0
            while filled < span {
                let rest = UnsafeMutableRawBufferPointer(rebasing: target[(skipped + filled)..<(skipped + span)])
                let more = try retrying { pread(number, rest.baseAddress, rest.count, start + off_t(filled)) }
                filled += more
                // The file ends, or the rest would not be aligned: a short answer is only given there.
                if more == 0 || !filled.isMultiple(of: alignment) { break }
            }
            return skipped + filled
        }
        bytes.moveReaderIndex(forwardBy: min(skipped + before, bytes.readableBytes))
        return bytes.readSlice(length: min(count, bytes.readableBytes)) ?? ByteBuffer()
    }

    /// Asks the system to forget what it has of the file in memory, so that the disk is read next. Only clean pages go.
    func forgetCached() throws(Errno) {
        let failure = posix_fadvise(number, 0, 0, POSIX_FADV_DONTNEED)
        if failure != 0 { throw Errno(failure) }
    }

    private func buffer(
        _ capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Errno) -> Int
    ) throws(Errno) -> ByteBuffer {
        if capacity == 0 { return ByteBuffer() }
        var buffer = ByteBufferAllocator().buffer(capacity: capacity)
        var failure: Errno?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { target in
            do throws(Errno) {
                return try fill(UnsafeMutableRawBufferPointer(rebasing: target[..<capacity]))
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return buffer
    }

    /// Starts writing a range to the disk, so that the sync at the end finds little to do.
    func startWriteBack(at offset: UInt64, count: Int) throws(Errno) {
        do {
            _ = try retrying { magstore_start_write_back(number, off_t(offset), off_t(count)) }
        } catch  where [ENOSYS, EINVAL, ESPIPE, EOPNOTSUPP].contains(error.number) {
            // Only a hint, and some file systems do not take it.
        }
    }

    /// Bytes, and what is needed to find them.
    func synchronizeData() throws(Errno) {
        _ = try retrying { fdatasync(number) }
    }

    func synchronize() throws(Errno) {
        _ = try retrying { fsync(number) }
    }

    /// Of everything on the file system.
    func synchronizeFileSystem() throws(Errno) {
        _ = try retrying { magstore_sync_file_system(number) }
    }

    func truncate() throws(Errno) {
        _ = try retrying { ftruncate(number, 0) }
    }

    /// - Throws: `wouldBlock` when another open file has the lock.
    func lockExclusively() throws(Errno) {
        _ = try retrying { flock(number, LOCK_EX | LOCK_NB) }
    }

    /// As many as like may share it, and none has it exclusively.
    ///
    /// - Throws: `wouldBlock` when another open file has it exclusively.
    func lockShared() throws(Errno) {
        _ = try retrying { flock(number, LOCK_SH | LOCK_NB) }
    }
}

/// Calls on paths.
enum Paths {
    static var processNumber: Int32 { getpid() }

    static func status(_ path: String) throws(Errno) -> FileStatus {
        var status = stat()
        _ = try retrying { stat(path, &status) }
        return FileStatus(status)
    }

    static func makeDirectory(_ path: String) throws(Errno) {
        _ = try retrying { mkdir(path, 0o700) }
    }

    static func rename(_ old: String, to new: String) throws(Errno) {
        _ = try retrying { Glibc.rename(old, new) }
    }

    static func link(_ path: String, as second: String) throws(Errno) {
        _ = try retrying { Glibc.link(path, second) }
    }

    static func unlink(_ path: String) throws(Errno) {
        _ = try retrying { Glibc.unlink(path) }
    }

    static func removeDirectory(_ path: String) throws(Errno) {
        _ = try retrying { rmdir(path) }
    }

    /// Names in no order, without `.` and `..`; a name that is not UTF-8 appears with replacement characters.
    static func names(in path: String) throws(Errno) -> [String] {
        guard let directory = opendir(path) else { throw .last }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            // The end and a failure look alike but for this number.
            errno = 0
            guard let entry = readdir(directory) else {
                let failure = Errno.last
                if failure.number != 0 { throw failure }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    static func space(_ path: String) throws(Errno) -> DriveSpace {
        var status = statvfs()
        _ = try retrying { statvfs(path, &status) }
        let block = UInt64(status.f_frsize)
        return DriveSpace(total: UInt64(status.f_blocks) * block, available: UInt64(status.f_bavail) * block)
    }

    /// - Throws: `unsupported` where the kernel cannot tell.
    static func isMountRoot(_ path: String) throws(Errno) -> Bool {
        try retrying { magstore_is_mount_root(path) } == 1
    }
}
