import Foundation
import Testing

/// The image cannot be built where the tests run, so the Dockerfile is compared with what the build really uses.
@Suite struct DockerfileTests {
    let dockerfile: String
    let bootstrap: String
    let build: String

    init() throws {
        dockerfile = try #require(SourceTree.file("Dockerfile")?.text).replacing("\\\n", with: " ")
        bootstrap = try #require(SourceTree.file("Scripts/bootstrap")?.text)
        build = try #require(SourceTree.file("Scripts/build")?.text)
    }

    /// The Dockerfile's stages, each from its FROM line on.
    var stages: [[Substring]] {
        dockerfile.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: []) { stages, line in
            if line.hasPrefix("FROM ") { stages.append([]) }
            if !stages.isEmpty { stages[stages.count - 1].append(line) }
        }
    }

    /// The packages that a stage installs.
    func packages(in stage: [Substring]) -> Set<String> {
        Set(
            stage.flatMap { line -> [String] in
                guard let install = line.range(of: "apt-get install") else { return [] }
                let command = line[install.upperBound...].prefix { $0 != "&" && $0 != ";" }
                return command.split(separator: " ").filter { !$0.hasPrefix("-") }.map(String.init)
            })
    }

    /// The words of `NAME=( … )` in Scripts/bootstrap.
    func bootstrapPackages(_ name: String) throws -> Set<String> {
        let start = try #require(bootstrap.range(of: name + "=("))
        return Set(
            bootstrap[start.upperBound...].prefix { $0 != ")" }.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    @Test func `The builder installs what bootstrap installs for a build`() throws {
        let builder = try #require(stages.first)
        #expect(packages(in: builder) == (try bootstrapPackages("BUILD_PACKAGES")))
    }

    @Test func `Builder and runtime are the same Debian release`() throws {
        #expect(stages.count == 2)
        for stage in stages {
            #expect(try #require(stage.first).contains("bookworm"))
        }
    }

    /// Debian names a runtime library after its soname; each development package that we link needs its own.
    @Test func `The runtime installs the library behind every development package`() throws {
        let runtime = [
            "librocksdb-dev": "librocksdb7.8", "libisal-dev": "libisal2", "libssl-dev": "libssl3",
            "libxml2-dev": "libxml2",
        ]
        let development = try bootstrapPackages("BUILD_PACKAGES").filter { $0.hasSuffix("-dev") }
        #expect(development == Set(runtime.keys))
        let installed = packages(in: try #require(stages.last))
        #expect(installed.isSuperset(of: runtime.values))
    }

    @Test func `The manifest asks for the same development packages`() throws {
        let manifest = try #require(SourceTree.file("Package.swift")?.text)
        for package in try bootstrapPackages("BUILD_PACKAGES") where package.hasSuffix("-dev") {
            // RocksDB is linked by a C++ target, which has no providers of its own.
            guard package != "librocksdb-dev" else { continue }
            if !manifest.contains("\"\(package)\"") { Issue.record("no target names \(package)") }
        }
        let linksRocksDB = manifest.contains(".linkedLibrary(\"rocksdb\")")
        #expect(linksRocksDB)
    }

    @Test func `The image is built by the script that builds everywhere else`() throws {
        for text in ["Scripts/build", ".build/release/magstore"] where !dockerfile.contains(text) {
            Issue.record("the Dockerfile lacks \(text)")
        }
        for text in ["--static-swift-stdlib", "-c release", "{1:-magstore}"] where !build.contains(text) {
            Issue.record("Scripts/build lacks \(text)")
        }
    }

    @Test(arguments: [
        "USER 1000", "VOLUME /data", "MAGSTORE_STATE_DIR=/data/state", "MAGSTORE_ADDRESS=0.0.0.0:9000", "EXPOSE 9000",
        "CMD [\"serve\", \"/data/drive\"]", "CMD [\"magstore\", \"health\"]", "HEALTHCHECK",
    ])
    func `The image keeps its promises`(text: String) {
        let isKept = dockerfile.contains(text)
        #expect(isKept)
    }

    @Test func `Everything that is copied into the image exists`() throws {
        let copied = stages.flatMap { $0 }.filter { $0.hasPrefix("COPY ") && !$0.contains("--from") }
        #expect(!copied.isEmpty)
        for line in copied {
            for source in line.split(separator: " ").dropFirst().dropLast() where source != "." {
                let path = SourceTree.root.appendingPathComponent(String(source)).path
                #expect(FileManager.default.fileExists(atPath: path), "\(source)")
            }
        }
    }
}
