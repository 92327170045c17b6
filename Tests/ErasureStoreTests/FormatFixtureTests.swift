import DriveIO
import Foundation
import Logging
import MetadataIndex
import NIOCore
import StorageAPI
import StorageTestSupport
import Testing

@testable import ErasureStore
@testable import Simulator

/// A drive of format 1, made by the release program of its time: every later build must open it and read everything.
@Suite struct FormatFixtureTests {
    private static let archive = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/format1.tar.gz")

    /// As `Fixtures/make.py` makes it.
    private static func content(_ size: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 / 256 + size) })
    }

    private func unpack(into folder: URL) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xzf", Self.archive.path, "-C", folder.path]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        return folder.appendingPathComponent("drive1").path
    }

    private func open(_ path: String) async throws -> ErasureStore {
        let memory = IndexMemory(byteCount: 16 << 20)
        let environment = StoreEnvironment(
            clock: SystemClock(), random: SystemRandom(), makeExecutor: { _ in DriveThreads(name: "drive1") },
            openIndex: { (drive, _) throws(IndexError) in
                try RocksDBIndex.open(
                    at: drive.path + "/index", quarantine: drive.path + "/quarantine", memory: memory)
            }, logger: Logger(label: "fixture") { _ in SwiftLogNoOpLogHandler() })
        return try await ErasureStore.open(DeploymentRequest(pools: [[path]]), environment: environment) {
            FileDrive(path: $0)
        }
    }

    @Test func `a drive of format 1 is opened and every byte of it read`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("magstore-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try await open(try unpack(into: folder))
        async let running: Void = store.run()
        let bucket = try BucketName("fixture")
        let sizes = ["empty": [0], "tiny": [100], "inline": [20_000], "striped": [300_000], "late": [50]]
        for (key, parts) in sizes.merging(["parts": [5 << 20, 777]], uniquingKeysWith: { $1 }) {
            let object = try await store.object(bucket, try ObjectKey(key))
            var expected = ByteBuffer()
            for size in parts { expected.writeImmutableBuffer(Self.content(size)) }
            #expect(try await object.read(0..<object.info.size).collect() == expected, "\(key)")
            if parts.count == 1, key != "late" { #expect(object.info.metadata.user.map(\.value) == [key]) }
        }
        let page = try await store.list(bucket, ListQuery(limit: 10))
        #expect(page.entries.count == 6)
        // The open upload goes on where it was.
        let uploads = try await store.listUploads(bucket, ListQuery(limit: 10), afterUpload: nil)
        guard case .item(let upload)? = uploads.entries.first else { throw Violation("the upload is gone") }
        _ = try await store.completeUpload(
            CompleteRequest(bucket: bucket, key: upload.key, upload: upload.id, parts: [1])
        ) { _, _ in ContentSeal(etag: ETag("parts")) }
        let object = try await store.object(bucket, try ObjectKey("open"))
        #expect(try await object.read(0..<object.info.size).collect() == Self.content(1234))
        store.close()
        await running
    }
}
