import FoundationEssentials
import Glibc

/// A server under a name, with the key to it.
struct Profile: Codable, Hashable, Sendable {
    var endpoint: String
    var accessKey: String
    var secretKey: String
    /// Path of a PEM file.
    var authority: String?
    var region: String?
}

/// The servers that a user has saved, in a file that only that user may read.
struct ProfileFile: Sendable {
    private struct Content: Codable {
        /// The profile that is used when none is named.
        var current: String?
        var profiles: [String: Profile] = [:]
    }

    let path: String

    /// In the user's own directory, as the XDG directories say.
    init(environment: [String: String]) throws(SettingsError) {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            path = folder + "/magstore/profiles.json"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = home + "/.config/magstore/profiles.json"
        } else {
            throw SettingsError("there is no home directory: set HOME or XDG_CONFIG_HOME")
        }
    }

    func profile(_ name: String) throws(SettingsError) -> Profile {
        let content = try read()
        guard let profile = content.profiles[name] else {
            let names = content.profiles.keys.sorted().joined(separator: ", ")
            throw SettingsError(
                "there is no profile \"\(name)\" (\(names.isEmpty ? "none is saved" : "there are: \(names)"))")
        }
        return profile
    }

    func current() throws(SettingsError) -> Profile? {
        let content = try read()
        return content.current.flatMap { content.profiles[$0] }
    }

    func list() throws(SettingsError) -> [(name: String, profile: Profile, isCurrent: Bool)] {
        let content = try read()
        return content.profiles.sorted { $0.key < $1.key }.map { ($0.key, $0.value, $0.key == content.current) }
    }

    /// The first one is used from then on.
    func add(_ name: String, _ profile: Profile) throws(SettingsError) {
        var content = try read()
        if content.profiles.isEmpty { content.current = name }
        content.profiles[name] = profile
        try write(content)
    }

    func use(_ name: String) throws(SettingsError) {
        _ = try profile(name)
        var content = try read()
        content.current = name
        try write(content)
    }

    func remove(_ name: String) throws(SettingsError) {
        _ = try profile(name)
        var content = try read()
        content.profiles[name] = nil
        if content.current == name { content.current = nil }
        try write(content)
    }

    private func read() throws(SettingsError) -> Content {
        var information = stat()
        guard stat(path, &information) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return Content() }
            throw SettingsError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        // Whoever made it readable may not have known what is in it.
        guard information.st_mode & 0o077 == 0 else {
            throw SettingsError("\(path) holds secrets and others may read it: chmod 600 \(path)")
        }
        let text = try TextFile.read(path)
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(text.utf8)) else {
            throw SettingsError("\(path) can not be understood: mend it, or remove it and add the profiles again")
        }
        return content
    }

    private func write(_ content: Content) throws(SettingsError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(content) else { preconditionFailure("text is always JSON") }
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try TextFile.makeDirectory("/" + folder)
        try TextFile.writePrivately(String(decoding: data, as: UTF8.self) + "\n", to: path)
    }
}
