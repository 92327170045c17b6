import Foundation

/// The repository that this test was compiled from.
struct SourceTree {
    /// A file of the repository: its path from the top, and its text.
    struct File: CustomStringConvertible {
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var description: String { path }

        /// `Sources/Digests/CRC32.swift` belongs to `Digests`.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What a build, an editor or a run of the store leaves in the work tree.
    private static let ignoredFolders: Set<String> = [
        ".git", ".venv", "data", "__pycache__", ".pytest_cache", ".swiftpm",
    ]

    /// Every readable text file below the folders and files named, sorted by path.
    static func files(in places: [String], withSuffixes suffixes: [String] = [""]) -> [File] {
        places.flatMap { paths(at: $0) }.sorted().compactMap { path in
            guard suffixes.contains(where: path.hasSuffix) else { return nil }
            return file(path)
        }
    }

    /// One file by its path from the top, or nil when it is missing or not UTF-8.
    static func file(_ path: String) -> File? {
        guard let data = try? Data(contentsOf: root.appendingPathComponent(path)),
            let text = String(data: data, encoding: .utf8)
        else { return nil }
        return File(path: path, text: text)
    }

    static let sources = files(in: ["Sources"], withSuffixes: [".swift"])
    static let tests = files(in: ["Tests"], withSuffixes: [".swift"])

    /// What is committed as text, fixtures aside.
    static let everything = files(
        in: ["Package.swift", "Dockerfile", "README.md", ".ci", ".gitignore", "Sources", "Tests", "Scripts", "config"])

    private static func paths(at path: String) -> [String] {
        var isFolder: ObjCBool = false
        let place = root.appendingPathComponent(path).path
        guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [path] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        return names.filter { !ignoredFolders.contains($0) && !$0.hasPrefix(".build") }
            .flatMap { paths(at: path + "/" + $0) }
    }
}
