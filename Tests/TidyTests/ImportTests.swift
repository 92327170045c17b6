import Foundation
import Testing

/// The hourglass of the design: front and back meet only at `StorageAPI`. The manifest says what a target may link;
/// this list says what it may import, system modules included.
enum AllowedImports {
    /// Part of the language's own library, without I/O.
    static let everywhere: Set<String> = ["Synchronization"]

    static let byTarget: [String: Set<String>] = [
        // leaves
        "Digests": ["COpenSSL", "CISAL", "CDigests", "NIOCore"],
        "ErasureCoding": ["CISAL", "NIOCore"],
        "DriveIO": ["CPosix", "Digests", "NIOCore", "Glibc"],
        "MetadataIndex": ["CRocksDB", "Digests", "NIOCore", "Glibc"],

        // waist
        "StorageAPI": ["NIOCore"],

        // engine
        "ErasureStore": [
            "StorageAPI", "DriveIO", "ErasureCoding", "MetadataIndex", "Digests", "NIOCore", "Logging",
            "FoundationEssentials", "Glibc",
        ],

        // front
        "SigV4": ["Digests"],
        "AccessControl": ["SigV4", "StorageAPI"],
        "S3Protocol": ["CLibXML2", "StorageAPI", "SigV4", "Digests", "NIOCore", "NIOHTTP1"],
        "HTTPService": ["StorageAPI", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "Logging", "Glibc"],

        // services
        "S3Server": [
            "StorageAPI", "S3Protocol", "SigV4", "AccessControl", "HTTPService", "Digests", "NIOCore", "NIOHTTP1",
            "NIOPosix", "Logging",
        ],
        // Shared with clients: it says what goes over the wire, and nothing about any server.
        "AdminAPI": [],
        "AdminServer": [
            "StorageAPI", "AdminAPI", "AccessControl", "SigV4", "HTTPService", "Digests", "NIOCore", "NIOHTTP1",
            "Logging", "FoundationEssentials",
        ],

        // program: it wires, so it alone sees both sides of the waist
        "magstore": [
            "StorageAPI", "ErasureStore", "DriveIO", "MetadataIndex", "S3Server", "AdminServer", "AdminAPI",
            "HTTPService", "AccessControl", "SigV4", "S3Protocol", "Digests", "CBuildInformation", "NIOCore",
            "NIOPosix", "NIOHTTP1", "NIOSSL", "Logging", "ArgumentParser", "Yams", "FoundationEssentials", "Glibc",
        ],
        // tools
        "LoadGenerator": ["SigV4", "Digests", "ArgumentParser", "Glibc"],
    ]

    /// Targets in C or C++, or that only name a system library.
    static let foreign: Set<String> = [
        "CISAL", "COpenSSL", "CLibXML2", "CRocksDB", "CPosix", "CDigests", "CBuildInformation",
    ]

    static func contains(_ module: String, in target: String) -> Bool {
        everywhere.contains(module) || byTarget[target]?.contains(module) == true
    }
}

@Suite struct ImportTests {
    /// The modules that a source file imports.
    static func imports(of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ")[...]
            while let word = words.first, word.hasPrefix("@") || ["package", "public", "internal"].contains(word) {
                words = words.dropFirst()
            }
            guard words.popFirst() == "import" else { return nil }
            if let kind = words.first, ["struct", "class", "enum", "protocol", "func", "var"].contains(kind) {
                words = words.dropFirst()
            }
            return words.first?.split(separator: ".").first.map(String.init)
        }
    }

    @Test(arguments: SourceTree.sources)
    func `A target imports only what its place in the hourglass allows`(file: SourceTree.File) {
        for module in Self.imports(of: file.text) where !AllowedImports.contains(module, in: file.target) {
            Issue.record("\(file.path) imports \(module): see AllowedImports in Tests/TidyTests/ImportTests.swift")
        }
    }

    @Test func `Every target below Sources has its line in the list`() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: SourceTree.root.appendingPathComponent("Sources").path)
        let listed = AllowedImports.foreign.union(AllowedImports.byTarget.keys)
        let unlisted = folders.filter { !$0.hasPrefix(".") && !listed.contains($0) }
        #expect(unlisted == [])
    }

    @Test func `No engine is imported above the waist, and no front module below it`() {
        let engines: Set = ["ErasureStore", "DriveIO", "ErasureCoding", "MetadataIndex"]
        let fronts: Set = [
            "SigV4", "AccessControl", "S3Protocol", "HTTPService", "S3Server", "AdminServer", "NIOHTTP1",
        ]
        for (target, modules) in AllowedImports.byTarget where target != "magstore" {
            let isBelow = engines.contains(target) || target == "Digests" || target == "StorageAPI"
            #expect(modules.isDisjoint(with: isBelow ? fronts : engines), "\(target)")
        }
    }

    @Test(arguments: [
        ("import NIOCore", ["NIOCore"]),
        ("package import NIOCore", ["NIOCore"]),
        ("@testable import Digests\n@preconcurrency package import NIOSSL", ["Digests", "NIOSSL"]),
        ("import struct Foundation.Date", ["Foundation"]),
        ("// import Foundation", []),
    ])
    func `Imports are found in every spelling`(text: String, expected: [String]) {
        #expect(Self.imports(of: text) == expected)
    }
}
