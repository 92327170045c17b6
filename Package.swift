// swift-tools-version:6.2
import PackageDescription

/// One list for every Swift target. Dependencies are spared: these are settings of our targets only.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil, exclude: [String] = [])
    -> Target
{
    .target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil, exclude: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies, exclude: exclude, resources: resources,
        swiftSettings: strict)
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// For `magstore --version`. A build without a repository, as in an image, may be told by a variable.
let commit: String = {
    guard let git = Context.gitInformation else { return Context.environment["MAGSTORE_COMMIT"] ?? "unknown" }
    return "\(git.currentCommit.prefix(12))\(git.hasUncommittedChanges ? "+" : "")"
}()

let package = Package(
    name: "magstore",
    products: [.executable(name: "magstore", targets: ["magstore"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // C
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(name: "CRocksDB", linkerSettings: [.linkedLibrary("rocksdb")]),
        .target(name: "CPosix"),
        .target(name: "CDigests"),
        .target(name: "CBuildInformation", cSettings: [.define("MAGSTORE_COMMIT", to: "\"\(commit)\"")]),

        // leaves
        module("Digests", ["COpenSSL", "CISAL", "CDigests", nioCore]),
        module("ErasureCoding", ["CISAL", nioCore]),
        module("DriveIO", ["CPosix", "Digests", nioCore]),
        module("MetadataIndex", ["CRocksDB", "Digests", nioCore], exclude: ["Records/Records.proto"]),

        // waist
        module("StorageAPI", [nioCore]),

        // engine
        module("ErasureStore", ["StorageAPI", "DriveIO", "ErasureCoding", "MetadataIndex", "Digests", nioCore, logging]),

        // front
        module("SigV4", ["Digests"]),
        module("AccessControl", ["SigV4", "StorageAPI"]),
        module("S3Protocol", ["CLibXML2", "StorageAPI", "SigV4", "Digests", nioCore, nioHTTP1]),
        module("HTTPService", ["StorageAPI", nioCore, nioHTTP1, nioPosix, nioSSL, logging]),

        // services
        module(
            "S3Server",
            [
                "StorageAPI", "S3Protocol", "SigV4", "AccessControl", "HTTPService", "Digests", nioCore, nioHTTP1,
                nioPosix, logging,
            ]),
        module("AdminAPI", exclude: ["openapi.yaml"]),
        module(
            "AdminServer",
            [
                "StorageAPI", "AdminAPI", "AccessControl", "SigV4", "HTTPService", "Digests", nioCore, nioHTTP1,
                logging,
            ]),

        // program
        .executableTarget(
            name: "magstore",
            dependencies: [
                "StorageAPI", "ErasureStore", "DriveIO", "MetadataIndex", "S3Server", "AdminServer", "AdminAPI",
                "HTTPService", "AccessControl", "SigV4", "S3Protocol", "Digests", "CBuildInformation", nioCore, nioPosix,
                nioHTTP1, nioSSL, logging, arguments, yams,
            ],
            swiftSettings: strict),

        // tools
        .executableTarget(
            name: "LoadGenerator", dependencies: ["SigV4", "Digests", arguments], swiftSettings: strict),

        // tests
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
        .target(
            name: "StorageTestSupport", dependencies: ["StorageAPI", "Digests", "SeededRandom", nioCore],
            path: "Tests/StorageTestSupport", swiftSettings: strict),
        .target(
            name: "StorageContract", dependencies: ["StorageAPI", "StorageTestSupport", "SeededRandom", nioCore],
            path: "Tests/StorageContract", swiftSettings: strict),
        .target(
            name: "SimulatedDrives", dependencies: ["DriveIO", "MetadataIndex", "SeededRandom", nioCore],
            path: "Tests/SimulatedDrives", swiftSettings: strict),
        .executableTarget(
            name: "Simulator",
            dependencies: [
                "ErasureStore", "StorageAPI", "DriveIO", "ErasureCoding", "MetadataIndex", "StorageTestSupport",
                "SimulatedDrives", "SeededRandom", nioCore, logging, arguments,
            ],
            path: "Tests/Simulator", swiftSettings: strict),
        tests("Digests", ["Digests", "CDigests", "SeededRandom", nioCore]),
        tests("ErasureCoding", ["ErasureCoding", "SeededRandom", nioCore]),
        tests("DriveIO", ["DriveIO", "SimulatedDrives", "SeededRandom", nioCore]),
        tests("MetadataIndex", ["MetadataIndex", "SimulatedDrives", "SeededRandom", "Digests", nioCore]),
        tests("StorageAPI", ["StorageAPI", "StorageTestSupport", "StorageContract", nioCore]),
        tests(
            "ErasureStore",
            [
                "ErasureStore", "StorageAPI", "DriveIO", "ErasureCoding", "MetadataIndex", "Digests", "StorageTestSupport",
                "StorageContract", "SimulatedDrives", "Simulator", nioCore, logging,
            ],
            // Read from beside the test's source: a drive is not a resource of the program.
            exclude: ["Fixtures"]),
        tests("SigV4", ["SigV4", "SeededRandom", "Digests"]),
        tests("AccessControl", ["AccessControl", "StorageAPI", "StorageTestSupport", "SeededRandom"]),
        tests("S3Protocol", ["S3Protocol", "StorageAPI", "SigV4", "SeededRandom", "Digests", nioCore, nioHTTP1]),
        tests("HTTPService", ["HTTPService", "StorageAPI", nioCore, nioHTTP1, nioPosix, nioSSL, logging]),
        tests(
            "S3Server",
            [
                "S3Server", "S3Protocol", "SigV4", "AccessControl", "HTTPService", "StorageAPI", "Digests",
                "StorageTestSupport", nioCore, nioHTTP1, nioPosix, logging,
            ]),
        tests(
            "AdminServer",
            [
                "AdminServer", "AdminAPI", "StorageAPI", "AccessControl", "SigV4", "HTTPService", "Digests", nioCore,
                nioHTTP1, logging, yams,
            ]),
        tests(
            "magstore",
            [
                "magstore", "StorageAPI", "HTTPService", "AdminServer", "AdminAPI", "ErasureStore", "SigV4",
                "StorageTestSupport", "SeededRandom", nioCore, nioHTTP1, logging, arguments,
            ]),
        tests("Tidy", []),
    ],
    cxxLanguageStandard: .cxx17
)
