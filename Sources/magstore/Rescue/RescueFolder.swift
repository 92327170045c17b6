import DriveIO
import Glibc
import NIOCore
import StorageAPI

/// The directory that a rescue fills: `BUCKET/KEY` files, `manifest.jsonl`, and `.rescue/` while it is being filled.
///
/// A file gets its name when all of its bytes are written, and its line in the journal when it is on the disk: a rescue
/// that was interrupted goes on where it was.
final class RescueFolder {
    private static let manifestName = "manifest.jsonl"
    private static let ownNames: Set<String> = [".", "..", ".rescue", manifestName, "lost+found"]
    /// Little enough to be done again after a crash.
    private static let checkpointByteCount: UInt64 = 256 << 20
    private static let checkpointFileCount = 512

    private let path: String
    private let directory: CInt
    private let lock: CInt
    private let journal: CInt
    private var journalByteCount = 0
    /// What earlier runs wrote, by the bytes of its path (as text, two forms of an "é" are one): the line and where it
    /// is in the journal.
    private var known: [[UInt8]: (line: ManifestLine, place: Range<Int>)] = [:]
    /// The places of the lines that this run has written or found right.
    private var confirmed: [Range<Int>] = []
    private var waiting: [ManifestLine] = []
    private var waitingByteCount: UInt64 = 0
    private var madeDirectories: Set<[UInt8]> = []

    /// - Parameter drives: The directory must not be on one of them.
    convenience init(_ path: String, sparing drives: [String]) throws(SettingsError) {
        for drive in drives where Self.isWithin(path, drive) {
            throw SettingsError("\(path) is on the drive \(drive), which is only to be read")
        }
        try Self.makeDirectory(path)
        let names = try Self.names(in: path)
        guard names.isSubset(of: Self.ownNames) || names.contains(Self.manifestName) || names.contains(".rescue") else {
            throw SettingsError("\(path) is not empty: name an empty directory, or one that a rescue has begun to fill")
        }
        try Self.makeDirectory(path + "/.rescue")
        try Self.requireDistinctNames(path + "/.rescue")
        try self.init(opening: path, names)
    }

    private init(opening path: String, _ names: Set<String>) throws(SettingsError) {
        self.path = path
        directory = try Self.open(path, O_RDONLY | O_DIRECTORY)
        lock = try Self.open(path + "/.rescue/lock", O_RDWR | O_CREAT)
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw SettingsError("another rescue is filling \(path)") }
        let journalPath = path + "/.rescue/journal.jsonl"
        let hasJournal = access(journalPath, F_OK) == 0
        journal = try Self.open(journalPath, O_RDWR | O_CREAT | O_APPEND)
        // A finished rescue that is repeated, with more drives perhaps.
        if !hasJournal, names.contains(Self.manifestName) {
            let old = try Self.read(path + "/" + Self.manifestName)
            try Self.write(old[...], to: journal, "\(path)/.rescue/journal.jsonl")
        }
        try readJournal(journalPath)
    }

    deinit {
        for descriptor in [directory, lock, journal] { close(descriptor) }
    }

    private func readJournal(_ journalPath: String) throws(SettingsError) {
        let bytes = try Self.read(journalPath)
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let line = ManifestLine(parsing: bytes[start..<end]), let file = line.file {
                known[Array(file.utf8)] = (line, start..<end + 1)
            }
            start = end + 1
        }
        // A line that a crash cut off must not swallow the next one.
        if start < bytes.count { try Self.write([UInt8(ascii: "\n")], to: journal, journalPath) }
        journalByteCount = bytes.count + (start < bytes.count ? 1 : 0)
    }

    // MARK: Files

    /// Whether an earlier run has written this object's file; then nothing is left to do for it.
    func holds(_ line: ManifestLine, at file: String) -> Bool {
        guard let old = known[Array(file.utf8)], old.line.hasBytes(of: line) else { return false }
        var status = stat()
        guard lstat(path + "/" + file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            UInt64(status.st_size) == line.size
        else { return false }
        confirmed.append(old.place)
        return true
    }

    /// A file being written, without its name.
    final class NewFile {
        fileprivate let path: String
        fileprivate let descriptor: CInt

        fileprivate init(path: String, descriptor: CInt) {
            self.path = path
            self.descriptor = descriptor
        }

        /// - Returns: What went wrong, if anything did.
        func append(_ bytes: ByteBuffer) -> SettingsError? {
            do throws(SettingsError) {
                try RescueFolder.write(bytes.readableBytesView, to: descriptor, path)
                return nil
            } catch {
                return error
            }
        }

        deinit { close(descriptor) }
    }

    func create() throws(SettingsError) -> NewFile {
        let new = path + "/.rescue/incoming"
        unlink(new)
        return NewFile(path: new, descriptor: try Self.open(new, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666))
    }

    /// Gives a file its name and the time of its object, and takes its line.
    func finish(
        _ file: NewFile, as line: ManifestLine, modified: Timestamp
    ) throws(SettingsError) {
        guard let name = line.file else { preconditionFailure("a rescued object has a file") }
        var seconds = timespec()
        seconds.tv_sec = Int(modified.seconds)
        seconds.tv_nsec = Int(modified.milliseconds - modified.seconds * 1000) * 1_000_000
        // Of no use to the rescue itself, and not every file system takes every time.
        futimens(file.descriptor, [seconds, seconds])
        try makeDirectories(of: name)
        guard rename(file.path, path + "/" + name) == 0 else { throw Self.failure("name", path + "/" + name) }
        waiting.append(line)
        waitingByteCount += line.size
        if waitingByteCount >= Self.checkpointByteCount || waiting.count >= Self.checkpointFileCount {
            try checkpoint()
        }
    }

    private func makeDirectories(of name: String) throws(SettingsError) {
        let components = name.utf8.split(separator: UInt8(ascii: "/")).dropLast().map { String(Substring($0)) }
        let parent = Array(components.joined(separator: "/").utf8)
        if madeDirectories.contains(parent) { return }
        var current = path
        for component in components {
            current += "/" + component
            try Self.makeDirectory(current)
        }
        if madeDirectories.count > 10_000 { madeDirectories.removeAll() }
        madeDirectories.insert(parent)
    }

    /// Makes everything durable, and then says so in the journal.
    private func checkpoint() throws(SettingsError) {
        do throws(DriveError) {
            try FileSystem.synchronize(path)
        } catch {
            throw SettingsError(error.message)
        }
        for line in waiting {
            let text = Array(line.text.utf8)
            try Self.write(text[...], to: journal, path + "/.rescue/journal.jsonl")
            confirmed.append(journalByteCount..<journalByteCount + text.count)
            journalByteCount += text.count
        }
        waiting = []
        waitingByteCount = 0
    }

    /// Writes the manifest of what was rescued: a later run, with more drives perhaps, goes on from it.
    func finish() throws(SettingsError) {
        try checkpoint()
        let bytes = try Self.read(path + "/.rescue/journal.jsonl")
        let new = path + "/.rescue/manifest.jsonl"
        unlink(new)
        let manifest = try Self.open(new, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
        defer { close(manifest) }
        for place in confirmed { try Self.write(bytes[place], to: manifest, new) }
        guard fsync(manifest) == 0, rename(new, path + "/" + Self.manifestName) == 0, fsync(directory) == 0 else {
            throw Self.failure("write", path + "/" + Self.manifestName)
        }
        for name in ["journal.jsonl", "incoming", "lock"] { unlink(path + "/.rescue/" + name) }
        rmdir(path + "/.rescue")
        fsync(directory)
    }
}

// MARK: - The operating system

extension RescueFolder {
    private static func open(_ path: String, _ flags: CInt, mode: mode_t = 0o600) throws(SettingsError) -> CInt {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    fileprivate static func write(
        _ bytes: some Collection<UInt8>, to descriptor: CInt, _ path: String
    ) throws(SettingsError) {
        let isWritten = bytes.withContiguousStorageIfAvailable { buffer in
            var rest = UnsafeRawBufferPointer(buffer)[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
        guard isWritten == true else { throw failure("write", path) }
    }

    /// All of a file, which is as large as the manifest of a store.
    private static func read(_ path: String) throws(SettingsError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else { throw failure("read", path) }
            bytes += chunk[..<count]
        }
    }

    private static func makeDirectory(_ path: String) throws(SettingsError) {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    private static func names(in path: String) throws(SettingsError) -> Set<String> {
        guard let directory = opendir(path) else { throw failure("list", path) }
        defer { closedir(directory) }
        var names: Set<String> = []
        while let entry = readdir(directory) {
            names.insert(
                withUnsafeBytes(of: entry.pointee.d_name) { name in
                    String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }

    /// Whether a path, which may not be there yet, leads to a directory or into it.
    private static func isWithin(_ path: String, _ directory: String) -> Bool {
        let parent = path.hasPrefix("/") ? "/" : "."
        let above = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? parent
        guard let inner = resolved(path) ?? resolved(above), let outer = resolved(directory) else { return false }
        return (inner + "/").hasPrefix(outer + "/")
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Keys differ in case and in how an "é" is composed. A file system that takes such names for one would lose files.
    private static func requireDistinctNames(_ path: String) throws(SettingsError) {
        for (name, other) in [("probe", "PROBE"), ("\u{E9}", "e\u{301}")] {
            let first = path + "/" + name
            close(try open(first, O_WRONLY | O_CREAT))
            defer { unlink(first) }
            guard access(path + "/" + other, F_OK) != 0 else {
                throw SettingsError(
                    "\(path) is on a file system that does not tell \"\(name)\" from \"\(other)\", as keys do: "
                        + "choose another, like ext4 or xfs")
            }
        }
    }

    private static func failure(_ verb: String, _ path: String) -> SettingsError {
        SettingsError("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }
}
