import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import Simulator

/// Rule 13: a damaged index is set aside and rebuilt from the members, and no reader notices.
@Suite struct DamagedIndexTests {
    private let world = SimulatedWorld(seed: 7, driveCount: 6)
    private let contents = [
        "tiny": SeededContent(seed: 1, size: 100), "inline": SeededContent(seed: 2, size: 60_000),
        "striped": SeededContent(seed: 3, size: 3_000_000),
    ]

    private func fill(_ store: ErasureStore) async throws -> BucketName {
        let bucket = try BucketName("bucket")
        _ = try await store.createBucket(bucket, region: "")
        for (key, content) in contents {
            _ = try await store.put(
                PutRequest(bucket: bucket, key: try ObjectKey(key), length: content.size), body: BytesBody(content))
        }
        return bucket
    }

    private func check(_ store: ErasureStore, _ bucket: BucketName) async throws {
        for (key, content) in contents {
            let object = try await store.object(bucket, try ObjectKey(key))
            #expect(try await object.read(0..<object.info.size).collect() == content.allBytes())
        }
    }

    private func waitUntilWhole(_ store: ErasureStore) async {
        for _ in 0..<60 {
            await world.scheduler.sleep(milliseconds: 1000)
            if store.status.sets.allSatisfy({ $0.memberCount == $0.drives.count && $0.heal.missingShards == 0 }) {
                return
            }
        }
        Issue.record("not whole: \(store.status.sets)")
    }

    @Test func `two indexes that do not open are rebuilt at the start`() throws {
        let world = world
        let bucket = try world.scheduler.run { try await fill(try await world.start(parity: 2)) }
        world.crash()
        for number in [1, 4] { world.index(number).failOpening(IndexError(.corrupt, "flipped")) }
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            try await check(store, bucket)
            await waitUntilWhole(store)
            try await check(store, bucket)
        }
    }

    @Test func `a row that rots while the store serves costs the drive its index, not the reader`() throws {
        let world = world
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            let bucket = try await fill(store)
            for number in 0..<2 {
                for family in [Family.payloads, .heads] {
                    for row in world.index(number).durable[family].all { world.index(number).corrupt(family, row.key) }
                }
                world.index(number).setCached { _, _ in false }
            }
            try await check(store, bucket)
            await waitUntilWhole(store)
            try await check(store, bucket)
        }
    }

    @Test func `an index that is gone is rebuilt, and never begun anew on one drive alone`() throws {
        let world = world
        let bucket = try world.scheduler.run { try await fill(try await world.start(parity: 2)) }
        world.crash()
        world.index(2).failOpening(IndexError(.notFound, "no index"))
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            await waitUntilWhole(store)
            try await check(store, bucket)
        }
        let alone = SimulatedWorld(seed: 7, driveCount: 1)
        _ = try alone.scheduler.run { try await fill(try await alone.start()) }
        alone.crash()
        alone.index(0).failOpening(IndexError(.notFound, "no index"))
        try alone.scheduler.run {
            let store = try await alone.start()
            #expect(store.status.sets[0].service == .stopped)
            #expect(store.status.sets[0].reason.contains("the index is gone"))
        }
    }

    @Test func `one drive alone with a damaged index serves nothing and says why`() throws {
        let world = SimulatedWorld(seed: 7, driveCount: 1)
        let bucket = try world.scheduler.run { try await fill(try await world.start()) }
        world.crash()
        world.index(0).failOpening(IndexError(.corrupt, "flipped"))
        try world.scheduler.run {
            let store = try await world.start()
            #expect(store.status.sets[0].service == .stopped)
            #expect(store.status.sets[0].reason.contains("flipped"))
            await #expect(throws: StoreError.self) { try await store.object(bucket, try ObjectKey("tiny")) }
        }
    }

    @Test func `identity files that are damaged or lost are restored from the indexes`() throws {
        let world = world
        let bucket = try world.scheduler.run { try await fill(try await world.start(parity: 2)) }
        world.crash()
        let before = (0..<6).map { world.drive($0).durableIdentity }
        world.drive(0).replaceIdentity(nil)
        world.drive(3).replaceIdentity(Array("{ \"format\": 1, \"dr".utf8))
        world.drive(5).replaceIdentity([])
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            try await check(store, bucket)
            #expect(store.status.sets[0].memberCount == 6)
            // And while it serves.
            world.drive(1).replaceIdentity(nil)
            await world.scheduler.sleep(milliseconds: 2500)
            await waitUntilWhole(store)
            try await check(store, bucket)
        }
        #expect((0..<6).map { world.drive($0).durableIdentity } == before)
    }
}
