import Glibc

/// Small files of text.
enum TextFile {
    private static let byteLimit = 1 << 20

    static func read(_ path: String) throws(SettingsError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            guard count > 0 else { throw failure("read", path) }
            bytes += chunk[..<count]
            guard bytes.count <= byteLimit else { throw SettingsError("\(path) is larger than a file of text") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError("\(path) is not UTF-8")
        }
        return text
    }

    /// Nil when there is no such file.
    static func readIfPresent(_ path: String) throws(SettingsError) -> String? {
        guard access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        return try read(path)
    }

    /// Replaces a file that only its owner may read, at once and durably.
    static func writePrivately(_ text: String, to path: String) throws(SettingsError) {
        let new = path + ".new"
        unlink(new)
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", new) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw failure("write", new)
        }
        guard rename(new, path) == 0 else { throw failure("replace", path) }
    }

    /// Makes a directory that only its owner may enter, and those above it.
    static func makeDirectory(_ path: String) throws(SettingsError) {
        var current = path.hasPrefix("/") ? "" : "."
        for component in path.split(separator: "/") {
            current += "/" + component
            guard mkdir(current, 0o700) == 0 || errno == EEXIST else { throw failure("make", current) }
        }
    }

    /// The path from the root, so that it means the same from any directory.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return String(cString: here) + "/" + path
    }

    private static func failure(_ verb: String, _ path: String) -> SettingsError {
        let reason = String(cString: strerror(errno))
        return SettingsError("cannot \(verb) \(path): \(reason)")
    }
}
