import DriveIO
import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import Simulator

/// Rot in many shards of one payload, each in another place: every one of them has blocks that the others need.
@Suite struct ScatteredRotTests {
    private let world = SimulatedWorld(seed: 5, driveCount: 6)
    private let content = SeededContent(seed: 3, size: 3_000_000)

    private func fill(_ store: ErasureStore) async throws -> (BucketName, ObjectKey) {
        let (bucket, key) = (try BucketName("bucket"), try ObjectKey("key"))
        _ = try await store.createBucket(bucket, region: "")
        _ = try await store.put(PutRequest(bucket: bucket, key: key, length: content.size), body: BytesBody(content))
        return (bucket, key)
    }

    private func read(_ store: ErasureStore, _ bucket: BucketName, _ key: ObjectKey) async throws -> ByteBuffer {
        let object = try await store.object(bucket, key)
        return try await object.read(0..<object.info.size).collect()
    }

    private func name(onDrive number: Int) throws -> ShardName {
        try #require(try world.drive(number).open().shardNames(after: nil, limit: 1).first)
    }

    /// Until what was found is healed: it is recorded within two seconds.
    private func settle(_ store: ErasureStore) async {
        await world.scheduler.sleep(milliseconds: 3000)
        for _ in 0..<60 {
            await world.scheduler.sleep(milliseconds: 1000)
            let isWhole = store.status.sets.allSatisfy {
                $0.memberCount == $0.drives.count && $0.heal.missingShards == 0
            }
            if isWhole { return }
        }
        Issue.record("not whole: \(store.status)")
    }

    @Test func `All six shards of an object are rotten in different stripes, and it is read and healed`() throws {
        let world = world
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            let (bucket, key) = try await fill(store)
            let whole = (0..<6).map { world.drive($0).durableShards }
            // Three stripes: two drives in each.
            for number in 0..<6 {
                #expect(world.drive(number).rot(try name(onDrive: number), at: number / 2 * 262_144 + 70_000))
            }
            #expect(try await read(store, bucket, key) == content.allBytes())
            await settle(store)
            // Readers need no parity, and saw no rot in it.
            try await store.startScrub()
            await settle(store)
            for number in 0..<6 {
                let isWhole = world.drive(number).durableShards == whole[number]
                #expect(isWhole, "drive \(number)")
            }
            #expect(try await read(store, bucket, key) == content.allBytes())
            for number in 0..<6 { #expect(world.drive(number).quarantined == [try name(onDrive: number)]) }
        }
    }

    /// All six shards are rotten in one stripe, every two of them in the same block.
    private func rotBlocks() throws {
        for number in 0..<6 {
            #expect(world.drive(number).rot(try name(onDrive: number), at: 262_144 + number / 2 * 65_536 + 7))
        }
    }

    @Test func `All six shards are rotten in one stripe, in different blocks, and it is read and healed`() throws {
        let world = world
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            let (bucket, key) = try await fill(store)
            let whole = (0..<6).map { world.drive($0).durableShards }
            try rotBlocks()
            #expect(try await read(store, bucket, key) == content.allBytes())
            await settle(store)
            for number in 0..<6 {
                let isWhole = world.drive(number).durableShards == whole[number]
                #expect(isWhole, "drive \(number)")
            }
            #expect(try await read(store, bucket, key) == content.allBytes())
        }
    }

    @Test func `The same drives give a rescue everything`() throws {
        let world = world
        try world.scheduler.run { _ = try await fill(try await world.start(parity: 2)) }
        world.crash()
        try rotBlocks()
        let found = try RescueTests.rescue(world, drives: Array(0..<6))
        #expect(try found.objects["key"]?.get() == content.allBytes())
    }

    @Test func `A sector that can not be read costs its shard, not the drive`() throws {
        let world = world
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            let (bucket, key) = try await fill(store)
            for number in 0..<6 { world.drive(number).setCached(false) }
            world.drive(3).inject(.init(.read, skip: 1))
            #expect(try await read(store, bucket, key) == content.allBytes())
            #expect(store.status.sets[0].memberCount == 6)
            #expect(store.status.sets[0].corruptionFound == 1)
            await settle(store)
            #expect(store.status.sets[0].shardsRepaired == 1)
        }
    }

    @Test func `A file of another shard is never taken for this one, though its checksums fit`() throws {
        let world = world
        try world.scheduler.run {
            let store = try await world.start(parity: 2)
            let (bucket, key) = try await fill(store)
            let name = try name(onDrive: 1)
            let reader = try world.drive(1).open().openShard(name)
            let bytes = try reader.read(at: 0, count: Int(reader.byteCount))
            for number in [2, 3] {
                let writer = try world.drive(number).open().createShard(name)
                try writer.append(bytes)
                try writer.finish()
            }
            #expect(try await read(store, bucket, key) == content.allBytes())
            await settle(store)
            #expect(store.status.sets[0].shardsRepaired == 2)
        }
    }
}
