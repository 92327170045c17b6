import Glibc

/// The files of an index that is not open, looked through before RocksDB opens them.
struct IndexFiles {
    /// A torn end, to be cut off.
    struct Cut {
        let file: String
        let offset: Int
        let byteCount: Int
    }

    private let path: String
    private let names: [String]

    /// - Throws: `inputOutput`. A directory that is not there has no files.
    init(at path: String) throws(IndexError) {
        self.path = path
        names = try listFiles(path)
    }

    /// Whether there is an index.
    ///
    /// - Throws: `corrupt` when there are parts of one.
    func holdIndex() throws(IndexError) -> Bool {
        if names.contains("CURRENT") { return true }
        // A creation that was cut short has got no further than the first manifest.
        guard let remains = names.first(where: isContent) else { return false }
        throw IndexError(.corrupt, "\(path): CURRENT is missing, but \(remains) is there")
    }

    /// Checks the manifest and every log, and cuts off a torn end, of which it keeps a copy.
    ///
    /// - Throws: `corrupt` for rot.
    func cutTornEnds(quarantine: String) throws(IndexError) -> [Cut] {
        let cuts = try tornEnds()
        for cut in cuts {
            try LogFile(at: path + "/" + cut.file, writable: true)
                .cut(at: cut.offset, keepingRestAt: quarantine, "\(cut.file)-\(cut.offset).torn")
        }
        return cuts
    }

    /// Checks the manifest and every log, and changes nothing.
    ///
    /// - Throws: `corrupt` for rot.
    func tornEnds() throws(IndexError) -> [Cut] {
        let logs = names.filter { $0.hasSuffix(".log") && number($0) != nil }
            .sorted { (number($0) ?? 0, $0) < (number($1) ?? 0, $1) }
        return try tornEnds([try manifest()]) + tornEnds(logs)
    }

    /// - Parameter files: In the order of their writing: the end of one is the end only if nothing is in those behind.
    private func tornEnds(_ files: [String]) throws(IndexError) -> [Cut] {
        var cuts: [Cut] = []
        for (index, name) in files.enumerated() {
            let file = try LogFile(at: path + "/" + name)
            guard let defect = try file.scan.firstDefect() else { continue }
            guard defect.looksTorn, try !file.scan.holdsFragment(behind: defect.fragment),
                try !holdRecords(files[(index + 1)...])
            else { throw IndexError(.corrupt, "\(path)/\(name): damaged at byte \(defect.fragment)") }
            cuts.append(Cut(file: name, offset: defect.record, byteCount: file.scan.byteCount - defect.record))
        }
        return cuts
    }

    private func holdRecords(_ files: ArraySlice<String>) throws(IndexError) -> Bool {
        for name in files where try LogFile(at: path + "/" + name).scan.holdsFragment(behind: -1) { return true }
        return false
    }

    /// The manifest that CURRENT names.
    private func manifest() throws(IndexError) -> String {
        let file = try LogFile(at: path + "/CURRENT")
        let text = try file.firstBytes(64)
        let name = String(validating: text.dropLast(), as: UTF8.self) ?? ""
        guard text.last == UInt8(ascii: "\n"), name.hasPrefix("MANIFEST-"), names.contains(name) else {
            throw IndexError(.corrupt, "\(path)/CURRENT names no manifest")
        }
        return name
    }

    private func isContent(_ name: String) -> Bool {
        [".sst", ".blob", ".log"].contains(where: name.hasSuffix)
            || name.hasPrefix("MANIFEST-") && name != "MANIFEST-000001"
    }

    private func number(_ name: String) -> UInt64? { UInt64(name.prefix { $0 != "." }) }
}

/// A log, open for reading and for cutting.
private final class LogFile {
    private let path: String
    private let descriptor: CInt
    let scan: LogScan

    init(at path: String, writable: Bool = false) throws(IndexError) {
        let descriptor = Glibc.open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else { throw IndexError(systemError: "open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            defer { Glibc.close(descriptor) }
            throw IndexError(systemError: "stat", path)
        }
        let byteCount = Int(status.st_size)
        self.path = path
        self.descriptor = descriptor
        scan = LogScan(byteCount: byteCount) { number throws(IndexError) in
            let start = number * LogScan.blockByteCount
            return try read(
                descriptor, path, at: start, byteCount: min(LogScan.blockByteCount, byteCount - start))
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// At most so many.
    func firstBytes(_ count: Int) throws(IndexError) -> [UInt8] {
        try read(descriptor, path, at: 0, byteCount: min(count, scan.byteCount))
    }

    /// Durable when it returns, the copy before the cut.
    func cut(at offset: Int, keepingRestAt folder: String, _ name: String) throws(IndexError) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw IndexError(systemError: "mkdir", folder) }
        let copyPath = folder + "/" + name
        let copy = Glibc.open(copyPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard copy >= 0 else { throw IndexError(systemError: "create", copyPath) }
        defer { Glibc.close(copy) }
        var position = offset
        while position < scan.byteCount {
            let piece = try read(
                descriptor, path, at: position, byteCount: min(LogScan.blockByteCount, scan.byteCount - position))
            guard Glibc.write(copy, piece, piece.count) == piece.count else {
                throw IndexError(systemError: "write", copyPath)
            }
            position += piece.count
        }
        guard fsync(copy) == 0 else { throw IndexError(systemError: "sync", copyPath) }
        try syncDirectory(folder)
        guard ftruncate(descriptor, offset) == 0, fsync(descriptor) == 0 else {
            throw IndexError(systemError: "cut", path)
        }
    }
}

private func read(
    _ descriptor: CInt, _ path: String, at offset: Int, byteCount: Int
) throws(IndexError) -> [UInt8] {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
        while initialized < byteCount {
            let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...])
            count = pread(descriptor, rest.baseAddress, rest.count, offset + initialized)
            guard count > 0 else { break }
            initialized += count
        }
    }
    guard bytes.count == byteCount else {
        throw count < 0 ? IndexError(systemError: "read", path) : IndexError(.inputOutput, "\(path) got shorter")
    }
    return bytes
}

private func listFiles(_ path: String) throws(IndexError) -> [String] {
    guard let directory = opendir(path) else {
        guard errno == ENOENT else { throw IndexError(systemError: "list", path) }
        return []
    }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(directory) else { break }
        names.append(
            withUnsafeBytes(of: entry.pointee.d_name) { name in
                String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
    guard errno == 0 else { throw IndexError(systemError: "list", path) }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
}

private func syncDirectory(_ path: String) throws(IndexError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw IndexError(systemError: "open", path) }
    defer { Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw IndexError(systemError: "sync", path) }
}

extension IndexError {
    /// From `errno`.
    fileprivate init(systemError action: String, _ path: String) {
        let number = errno
        self.init(
            number == ENOSPC || number == EDQUOT ? .full : .inputOutput,
            "\(action) \(path): \(String(cString: strerror(number)))")
    }
}
