import ErasureStore
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import Simulator

/// What requests in flight hold is bounded, whatever clients do.
@Suite struct TransferBudgetTests {
    private let world = SimulatedWorld(seed: 5, driveCount: 6)
    private let content = SeededContent(seed: 1, size: 2_000_000)
    private let bucket: BucketName

    init() throws {
        bucket = try BucketName("bucket")
    }

    /// Room for two uploads at a time.
    private func start() async throws -> ErasureStore {
        var request = DeploymentRequest(pools: [world.paths], parity: 2)
        request.limits.transferByteCount = 16 << 20
        let store = try await world.start(request)
        _ = try await store.createBucket(bucket, region: "")
        return store
    }

    private func put(_ store: ErasureStore, _ key: String, _ body: any UploadBody) async throws {
        _ = try await store.put(PutRequest(bucket: bucket, key: try ObjectKey(key), length: content.size), body: body)
    }

    private func stalled() -> GatedBody { GatedBody(content.allBytes()) }

    @Test func `An upload beyond the budget waits for one that ends`() throws {
        try world.scheduler.run {
            let store = try await start()
            let bodies = [stalled(), stalled()]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, body) in bodies.enumerated() {
                    group.addTask { try await put(store, "stalled\(number)", body) }
                }
                for body in bodies { await body.reached.wait() }
                group.addTask { try await put(store, "waiting", BytesBody(content)) }
                await world.scheduler.sleep(milliseconds: 2000)
                await #expect(throws: StoreError.self) { try await store.object(bucket, try ObjectKey("waiting")) }
                for body in bodies { body.proceed.open() }
                try await group.waitForAll()
            }
            for key in ["stalled0", "stalled1", "waiting"] {
                #expect(try await store.object(bucket, try ObjectKey(key)).info.size == content.size)
            }
        }
    }

    @Test func `An upload that waits too long is refused, and downloads and small uploads go on meanwhile`() throws {
        try world.scheduler.run {
            let store = try await start()
            try await put(store, "stored", BytesBody(content))
            let bodies = [stalled(), stalled()]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, body) in bodies.enumerated() {
                    group.addTask { try await put(store, "stalled\(number)", body) }
                }
                for body in bodies { await body.reached.wait() }
                let object = try await store.object(bucket, try ObjectKey("stored"))
                #expect(try await object.read(0..<content.size).collect() == content.allBytes())
                let small = PutRequest(bucket: bucket, key: try ObjectKey("small"), length: 5)
                _ = try await store.put(small, body: BytesBody("small"))
                let begin = world.scheduler.uptimeMilliseconds
                let refusal = await #expect(throws: StoreError.self) {
                    try await put(store, "refused", BytesBody(content))
                }
                #expect(refusal?.code == .overloaded)
                #expect(world.scheduler.uptimeMilliseconds - begin >= 5000)
                for body in bodies { body.proceed.open() }
                try await group.waitForAll()
            }
            // Everything was given back.
            try await put(store, "afterwards", BytesBody(content))
        }
    }

    @Test func `Downloads that nobody takes up leave room for others`() throws {
        try world.scheduler.run {
            let store = try await start()
            try await put(store, "stored", BytesBody(content))
            let object = try await store.object(bucket, try ObjectKey("stored"))
            // Each could read ahead more than a MiB.
            let streams = (0..<8).map { _ in object.read(0..<content.size) }
            for stream in streams { _ = try await stream.next() }
            try await put(store, "another", BytesBody(content))
            for stream in streams { _ = try await stream.collect() }
        }
    }
}
