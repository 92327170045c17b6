import DriveIO
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization
import Testing

@testable import ErasureStore
@testable import Simulator

/// What a rescue makes of bare drives.
@Suite struct RescueTests {
    /// What was found: the bytes of each key, or why there are none.
    struct Found {
        var objects: [String: Result<ByteBuffer, StoreError>] = [:]
        var buckets: Set<String> = []
        var lostSets: [String] = []
        var remarks: [String] = []
    }

    static func rescue(_ world: SimulatedWorld, drives: [Int]) throws -> Found {
        let remarks = Mutex<[String]>([])
        var found = try world.scheduler.run {
            let store = try await RescuedStore.open(
                drives.map { world.paths[$0] }, environment: world.environment, makeDrive: world.openDrive,
                remark: { sentence in remarks.withLock { $0.append(sentence) } })
            var found = Found()
            for set in store.sets {
                var after: [UInt8]?
                repeat {
                    let page = try await store.objects(of: set, after: after)
                    #expect(page.damaged == [])
                    for object in page.objects {
                        found.buckets.insert(store.bucketNames[object.bucket] ?? "\(object.bucket)")
                        found.objects[object.info.key.description] = await bytes(of: object, set)
                    }
                    after = page.next
                } while after != nil
            }
            found.lostSets = store.lostSets
            await store.close()
            return found
        }
        found.remarks = remarks.withLock { $0 }
        return found
    }

    private static func bytes(of object: RescuedObject, _ set: RescuedSet) async -> Result<ByteBuffer, StoreError> {
        do throws(StoreError) {
            var content = try await set.content(of: object)
            var bytes = ByteBuffer()
            while let more = try await content.next() { bytes.writeImmutableBuffer(more) }
            return .success(bytes)
        } catch {
            return .failure(error)
        }
    }

    /// A stopped store with an object of every layout, one of which was overwritten, and one that was deleted.
    private func filled(_ shape: SimulatedShape, seed: UInt64) throws -> (trial: Trial, expected: [String: ByteBuffer])
    {
        let trial = try Trial(shape, seed: seed)
        let store = try trial.create()
        var expected: [String: ByteBuffer] = [:]
        for (number, layout) in (SimulatedLayout.allCases + SimulatedLayout.allCases).enumerated() {
            for key in ["key\(number)", "gone\(number)"] {
                let content = trial.content(layout)
                expected[key] = content.allBytes()
                try trial.run { try await trial.put(store, key, content) }
            }
        }
        for layout in SimulatedLayout.allCases {
            let content = trial.content(layout)
            expected["key3"] = content.allBytes()
            try trial.run { try await trial.put(store, "key3", content) }
        }
        for key in expected.keys.filter({ $0.hasPrefix("gone") }) {
            expected[key] = nil
            let bucket = trial.bucket
            try trial.run { _ = try await store.delete(bucket, try ObjectKey(key), precondition: .none) }
        }
        try trial.close(store)
        trial.crash()
        return (trial, expected)
    }

    @Test(arguments: SimulatedShape.all)
    func `any k drives of each set give every object`(shape: SimulatedShape) throws {
        let (trial, expected) = try filled(shape, seed: 3)
        for _ in 0..<4 {
            let slots = trial.chooseSlots(shape.dataShards)
            let found = try Self.rescue(trial.world, drives: trial.drives(slots))
            #expect(found.objects.compactMapValues { try? $0.get() } == expected, "slots \(slots.sorted())")
            #expect(found.objects.count == expected.count)
            #expect(found.buckets == ["bucket"])
            #expect(found.lostSets == [])
            #expect(found.remarks == [], "slots \(slots.sorted())")
        }
    }

    @Test func `fewer than k give what has copies on them, and say what is missing`() throws {
        let (trial, expected) = try filled(SimulatedShape(4, 2), seed: 5)
        let found = try Self.rescue(trial.world, drives: [0, 2, 5])
        #expect(Set(found.objects.keys) == Set(expected.keys))
        var readable = 0
        for (key, result) in found.objects {
            switch result {
            case .success(let bytes):
                readable += 1
                #expect(bytes == expected[key], "\(key)")
            case .failure(let error): #expect(error.message.contains("here"), "\(key): \(error.message)")
            }
        }
        #expect(readable >= 2 && readable < expected.count)
        #expect(found.remarks.contains { $0.contains("3 drives are here and 4 are needed") })
    }

    @Test func `a lost home set costs the names of the buckets, a lost set its objects`() throws {
        let shape = SimulatedShape(1, 1, sets: 2)
        let (trial, expected) = try filled(shape, seed: 6)
        let found = try Self.rescue(trial.world, drives: [2])
        #expect(found.buckets.count == 1 && !found.buckets.contains("bucket"))
        #expect(found.lostSets == ["pool 1, set 1"])
        #expect(!found.objects.isEmpty && found.objects.count < expected.count)
        for (key, result) in found.objects { #expect(try result.get() == expected[key], "\(key)") }
    }

    @Test func `damaged indexes below the number that judges still give everything, and it is said`() throws {
        let (trial, expected) = try filled(SimulatedShape(4, 2), seed: 7)
        for drive in [1, 3, 4, 5] { trial.world.index(drive).failOpening(IndexError(.corrupt, "rotten")) }
        let found = try Self.rescue(trial.world, drives: Array(0..<6))
        #expect(Set(found.objects.keys) == Set(expected.keys))
        let striped = expected.filter { $0.value.readableBytes > 10_000 }
        #expect(!striped.isEmpty)
        for (key, bytes) in striped { #expect(try found.objects[key]?.get() == bytes, "\(key)") }
        #expect(found.remarks.filter { $0.contains("rotten") }.count == 4)
        #expect(found.remarks.contains { $0.contains("2 good indexes are here and 3 would be needed") })
    }

    @Test func `rotten blocks, lost shards and a shard in the place of another cost nothing up to m`() throws {
        let (trial, expected) = try filled(SimulatedShape(4, 2), seed: 8)
        let world = trial.world
        for name in try world.drive(2).open().shardNames(after: nil, limit: 100) {
            #expect(world.drive(2).rot(name, at: 5000))
            let reader = try world.drive(3).open().openShard(name)
            let bytes = try reader.read(at: 0, count: Int(reader.byteCount))
            let writer = try world.drive(4).open().createShard(name)
            try writer.append(bytes)
            try writer.finish()
        }
        let found = try Self.rescue(world, drives: Array(0..<6))
        for (key, bytes) in expected { #expect(try found.objects[key]?.get() == bytes, "\(key)") }
    }

    @Test func `drives of two stores are refused, and one that somebody has`() throws {
        let (trial, _) = try filled(SimulatedShape(1, 0), seed: 9)
        let other = try filled(SimulatedShape(1, 0), seed: 10).trial
        let (world, otherWorld) = (trial.world, other.world)
        #expect(throws: DeploymentError.self) {
            try world.scheduler.run {
                _ = try await RescuedStore.open(
                    ["/one", "/two"], environment: world.environment,
                    makeDrive: { _ in otherWorld.openDrive(otherWorld.paths[0]) }, remark: { _ in })
            }
        }
        let holder = world.openDrive(world.paths[0])
        try holder.lock()
        #expect(throws: DeploymentError.self) { _ = try Self.rescue(world, drives: [0]) }
        holder.close()
    }

    /// Any k drives, at any moment of a power cut: what was acknowledged is there, and what was not is whole or not.
    @Test(arguments: SimulatedShape.redundant, [UInt64(0), 1])
    func `after a power cut k drives give what was acknowledged`(shape: SimulatedShape, seed: UInt64) throws {
        let trial = try Trial(shape, seed: 100 + seed)
        let store = try trial.create()
        let model = ClientModel()
        let clients = SimulatedClients(store: store, model: model, bucket: trial.bucket, world: trial.world)
        let scheduler = trial.world.scheduler
        scheduler.start { await clients.run(clients: 4, operations: 20) { scheduler.random() } }
        trial.go(milliseconds: .max / 2) { trial.choose(1500) == 0 }
        trial.crash()
        let slots = trial.chooseSlots(shape.dataShards)
        let found = try Self.rescue(trial.world, drives: trial.drives(slots))
        for (key, expectation) in model.all {
            let result = found.objects[key.description]
            if case .failure? = result {
                #expect(!expectation.undecided.isEmpty, "\(key) is unreadable; \(found.remarks)")
                continue
            }
            let bytes = try result?.get()
            #expect(
                expectation.possible.contains { $0?.allBytes() == bytes },
                "\(key) has \(bytes?.readableBytes ?? -1) bytes, not \(expectation); \(found.remarks)")
        }
    }
}
