import ErasureStore
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import Simulator

/// A drive that is slower than its peers costs readers a moment, once.
@Suite struct SlowDriveTests {
    private let contents = [
        "tiny": SeededContent(seed: 1, size: 100), "inline": SeededContent(seed: 2, size: 60_000),
        "striped": SeededContent(seed: 3, size: 3_000_000),
    ]
    private let bucket: BucketName

    init() throws {
        bucket = try BucketName("bucket")
    }

    private func fill(_ store: ErasureStore) async throws {
        _ = try await store.createBucket(bucket, region: "")
        for (key, content) in contents.sorted(by: { $0.key < $1.key }) {
            _ = try await store.put(
                PutRequest(bucket: bucket, key: try ObjectKey(key), length: content.size), body: BytesBody(content))
        }
    }

    /// Reads and checks everything; the milliseconds it took.
    private func readAll(_ store: ErasureStore, in world: SimulatedWorld) async throws -> UInt64 {
        let start = world.scheduler.uptimeMilliseconds
        for (key, content) in contents.sorted(by: { $0.key < $1.key }) {
            let object = try await store.object(bucket, try ObjectKey(key))
            #expect(try await object.read(0..<object.info.size).collect() == content.allBytes())
        }
        return world.scheduler.uptimeMilliseconds - start
    }

    @Test(arguments: 0..<6)
    func `Two drives that hang are waited for once`(first: Int) throws {
        let world = SimulatedWorld(seed: 11, driveCount: 6)
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            try await fill(store)
            for number in 0..<6 { world.index(number).setCached { _, _ in false } }
            for number in [first, (first + 1) % 6] { world.executor(number)?.hang() }
            // Each for a tenth of a second at most: some of the records and payloads are on drives that answer.
            #expect(try await readAll(store, in: world) <= 200)
            #expect(try await readAll(store, in: world) == 0)
        }
    }

    @Test func `A drive that answers again is asked again`() throws {
        let world = SimulatedWorld(seed: 11, driveCount: 6)
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            try await fill(store)
            for number in 0..<6 { world.index(number).setCached { _, _ in false } }
            for number in 0..<2 { world.executor(number)?.hang() }
            _ = try await readAll(store, in: world)
            for number in 0..<2 { world.executor(number)?.resume() }
            // The look at every drive, once a second, notices.
            await world.scheduler.sleep(milliseconds: 3000)
            for number in 2..<4 { world.executor(number)?.hang() }
            #expect(try await readAll(store, in: world) <= 200)
        }
    }

    @Test func `When all drives are slow a read waits for them`() throws {
        let world = SimulatedWorld(seed: 11, driveCount: 6)
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            try await fill(store)
            for number in 0..<6 {
                world.index(number).setCached { _, _ in false }
                world.executor(number)?.setLatency(milliseconds: 700...800)
            }
            _ = try await readAll(store, in: world)
        }
    }
}
