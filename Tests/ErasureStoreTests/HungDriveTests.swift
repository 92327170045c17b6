import ErasureStore
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import Simulator

/// A drive that hangs leaves, keeps nobody waiting, and comes back by itself.
@Suite struct HungDriveTests {
    private func memberCount(_ store: ErasureStore) -> Int { store.status.sets[0].memberCount }

    private func put(_ store: ErasureStore, _ key: String, _ content: SeededContent) async throws {
        _ = try await store.put(
            PutRequest(bucket: BucketName("bucket"), key: ObjectKey(key), length: content.size),
            body: BytesBody(content))
    }

    /// Waits in simulated time.
    private func until(
        _ world: SimulatedWorld, seconds: Int, _ condition: () -> Bool, _ comment: Comment
    ) async {
        for _ in 0..<seconds * 10 where !condition() { await world.scheduler.sleep(milliseconds: 100) }
        #expect(condition(), comment)
    }

    @Test func `An idle drive that hangs is put out, and comes back when it answers`() throws {
        let world = SimulatedWorld(seed: 5, driveCount: 6)
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            world.hang(3)
            await until(world, seconds: 14, { memberCount(store) == 5 }, "nobody noticed that it hangs")
            world.resume(3)
            await until(world, seconds: 60, { memberCount(store) == 6 }, "it did not come back")
        }
    }

    @Test func `All drives hang together, and none is put out`() throws {
        let world = SimulatedWorld(seed: 5, driveCount: 6)
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            for number in 0..<6 { world.hang(number) }
            await world.scheduler.sleep(milliseconds: 60_000)
            #expect(memberCount(store) == 6)
            for number in 0..<6 { world.resume(number) }
            _ = try await store.createBucket(BucketName("bucket"), region: "")
            #expect(memberCount(store) == 6)
        }
    }

    @Test func `A write waits for a drive that hangs no longer than its limit`() throws {
        let world = SimulatedWorld(seed: 5, driveCount: 6)
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            _ = try await store.createBucket(BucketName("bucket"), region: "")
            for (key, size) in [("tiny", 100), ("inline", 60_000), ("striped", 3_000_000)] {
                world.hang(0)
                let began = world.scheduler.uptimeMilliseconds
                try await put(store, key, SeededContent(seed: 1, size: UInt64(size)))
                #expect(world.scheduler.uptimeMilliseconds - began <= 5000, "\(key)")
                #expect(memberCount(store) == 5)
                world.resume(0)
                await until(world, seconds: 60, { memberCount(store) == 6 }, "it did not come back")
            }
        }
    }

    @Test func `A path that hangs does not keep another drive from coming back`() throws {
        let world = SimulatedWorld(seed: 5, driveCount: 6)
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            _ = try await store.createBucket(BucketName("bucket"), region: "")
            for number in [1, 2] { world.hang(number) }
            try await put(store, "key", SeededContent(seed: 1, size: 100))
            #expect(memberCount(store) == 4)
            // A look at each of them hangs now, and ends by its time limit.
            await world.scheduler.sleep(milliseconds: 30_000)
            world.resume(2)
            await until(world, seconds: 10, { memberCount(store) == 5 }, "it waited for the other")
            world.resume(1)
            await until(world, seconds: 60, { memberCount(store) == 6 }, "it did not come back")
        }
    }
}
