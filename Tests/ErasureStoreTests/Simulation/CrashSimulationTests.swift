import ErasureStore
import Foundation
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

/// Random runs: clients at work, the power fails at any step, some drives are hidden, the store starts again.
/// Everything acknowledged is there, byte for byte; everything else is whole or absent; what was seen stays.
@Suite struct CrashSimulationTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let driveCount: Int
        let setSize: Int
        let parity: Int

        var testDescription: String { "\(driveCount / setSize) × \(setSize - parity)+\(parity)" }
    }

    /// One of them by hand: `MAGSTORE_SIMULATION_SHAPE='1 × 4+2'`.
    static let shapes = allShapes.filter { shape in
        ProcessInfo.processInfo.environment["MAGSTORE_SIMULATION_SHAPE"].map { $0 == shape.testDescription } ?? true
    }

    private static let allShapes = [
        Shape(driveCount: 1, setSize: 1, parity: 0), Shape(driveCount: 2, setSize: 2, parity: 1),
        Shape(driveCount: 3, setSize: 3, parity: 1), Shape(driveCount: 4, setSize: 4, parity: 2),
        Shape(driveCount: 6, setSize: 6, parity: 2), Shape(driveCount: 12, setSize: 6, parity: 2),
    ]

    /// How many seeds each shape runs; more by hand: `MAGSTORE_SIMULATION_SEEDS=1000 swift test --filter Simulation`.
    static let seedCount = number("MAGSTORE_SIMULATION_SEEDS") ?? 1
    static let firstSeed = number("MAGSTORE_SIMULATION_FIRST_SEED") ?? 0

    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init)
    }

    @Test(arguments: shapes)
    func `Nothing acknowledged is lost when the power fails`(_ shape: Shape) throws {
        try run(shape, faults: false)
    }

    @Test(arguments: shapes)
    func `Nothing acknowledged is lost when drives fail, hang and come back, and the power fails`(
        _ shape: Shape
    ) throws {
        try run(shape, faults: true)
    }

    private func run(_ shape: Shape, faults: Bool) throws {
        for seed in Self.firstSeed..<Self.firstSeed + Self.seedCount {
            do {
                try CrashSimulation(seed: seed, shape: shape, faults: faults).run()
            } catch {
                Issue.record("seed \(seed), \(shape.testDescription): \(error)")
                return
            }
        }
    }
}

struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

struct CrashSimulation {
    static let cycles = 5
    static let timeLeapChance = 0.01

    let seed: UInt64
    let shape: CrashSimulationTests.Shape
    let world: SimulatedWorld
    let model = ClientModel()
    let bucket: BucketName

    let faults: Bool

    init(seed: UInt64, shape: CrashSimulationTests.Shape, faults: Bool) throws {
        self.seed = seed
        self.shape = shape
        self.faults = faults
        world = SimulatedWorld(seed: seed, driveCount: shape.driveCount)
        bucket = try BucketName("bucket")
    }

    private var request: DeploymentRequest {
        var request = DeploymentRequest(pools: [world.paths], parity: shape.parity, setSize: shape.setSize)
        request.unitByteCount = 4096
        request.limits.tinyByteCount = 1024
        request.limits.inlineShardByteCount = 2048
        return request
    }

    func run() throws {
        var random = StorageTestSupport.SeededGenerator(seed: seed ^ 0x5eed)
        var hidden: Set<Int> = []
        for cycle in 0..<Self.cycles {
            let store = try start(hidden: hidden, isFirst: cycle == 0)
            let isHealed = try settle(store, hidden: hidden)
            try check(store, "after start \(cycle), hidden \(hidden.sorted())")
            let cut = Int(random.next() % 4000)
            let scheduler = world.scheduler
            let clients = SimulatedClients(store: store, model: model, bucket: bucket)
            scheduler.start { await clients.run(clients: 4, operations: 12) { scheduler.random() } }
            var injector = FaultInjector(world: world, seed: random.next())
            // A time limit that passes puts a drive out, as a fault does: beside hidden drives it would be too many.
            scheduler.setTimeLeaps(chance: faults ? Self.timeLeapChance : 0)
            for _ in 0..<cut {
                guard scheduler.step() else { break }
                if faults { injector.maybeInject() }
            }
            scheduler.setTimeLeaps(chance: 0)
            injector.clear()
            // A drive that is out lacks writes: hiding another one as well would be more than the promise covers.
            // So does one that is back and not healed.
            let isWhole = store.status.sets.allSatisfy {
                $0.memberCount == $0.drives.count && $0.heal.missingShards == 0
            }
            world.crash()
            // The next drives are hidden only when these have everything again.
            hidden = isHealed && isWhole && hidden.isEmpty ? chooseHidden(&random) : []
        }
        let store = try start(hidden: [], isFirst: false)
        guard try settle(store, hidden: []) else { throw Violation("missing shards are not healed") }
        try check(store, "at the end")
        // Nothing is in flight when the indexes are compared.
        let world = world
        try world.scheduler.run {
            store.close()
            await world.scheduler.sleep(milliseconds: 10_000)
        }
        try audit()
    }

    private func start(hidden: Set<Int>, isFirst: Bool) throws -> ErasureStore {
        let (world, request, bucket) = (world, request, bucket)
        let present = (0..<shape.driveCount).filter { !hidden.contains($0) }
        return try world.scheduler.run {
            let store = try await world.start(request, present: present)
            if isFirst { _ = try await store.createBucket(bucket, region: "") }
            return store
        }
    }

    /// Lets background work go on until all shards are where they belong. False when drives are hidden.
    private func settle(_ store: ErasureStore, hidden: Set<Int>) throws -> Bool {
        let world = world
        return try world.scheduler.run {
            for _ in 0..<30 {
                await world.scheduler.sleep(milliseconds: 1000)
                let health = store.status.sets
                if health.allSatisfy({
                    $0.service == .serving && $0.heal.missingShards == 0 && $0.memberCount == $0.drives.count
                }) {
                    return true
                }
                if !hidden.isEmpty { return false }
            }
            throw Violation("not healed: \(store.status.sets)")
        }
    }

    private func chooseHidden(_ random: inout StorageTestSupport.SeededGenerator) -> Set<Int> {
        var hidden: Set<Int> = []
        // A set with k ≤ m that lacks m drives only reads: clients would do nothing.
        let most = shape.setSize - max(shape.setSize - shape.parity, shape.parity + 1)
        for set in 0..<(shape.driveCount / shape.setSize) where most > 0 {
            let count = Int(random.next() % UInt64(most + 1))
            let slots = (0..<shape.setSize).shuffled(using: &random).prefix(count)
            hidden.formUnion(slots.map { set * shape.setSize + $0 })
        }
        return hidden
    }

    /// Reads every key, by GET and by LIST, and holds it to what clients were told.
    private func check(_ store: ErasureStore, _ moment: String) throws {
        let (model, bucket) = (model, bucket)
        try world.scheduler.run {
            let page = try await store.list(bucket, ListQuery(limit: 1000))
            let listed = Set(
                page.entries.compactMap { entry -> ObjectKey? in
                    if case .item(let info) = entry { info.key } else { nil }
                })
            for (key, expectation) in model.all {
                let found: ByteBuffer?
                do {
                    let object = try await store.object(bucket, key)
                    found = try await object.read(0..<object.info.size).collect()
                } catch let error as StoreError where error.code == .noSuchKey {
                    found = nil
                }
                guard let state = expectation.possible.last(where: { $0?.allBytes() == found }) else {
                    throw Violation(
                        "\(moment): \(key) has \(found?.readableBytes ?? -1) bytes, not \(expectation.possible)")
                }
                guard listed.contains(key) == (found != nil) else {
                    throw Violation("\(moment): \(key) is listed wrongly")
                }
                // What a reader has seen stays.
                model.acknowledge(key, state)
            }
            let usage = try await store.usage(of: bucket)
            let present = model.all.compactMap { $0.1.acknowledged }
            let expected = BucketUsage(objects: UInt64(present.count), bytes: present.reduce(0) { $0 + $1.size })
            guard usage == expected else { throw Violation("\(moment): usage is \(usage), not \(expected)") }
        }
    }

    /// Members hold the same rows, outside `payloads`.
    private func audit() throws {
        let own = [StateKey.identity.bytes, StateKey.syncing.bytes]
        for set in 0..<(shape.driveCount / shape.setSize) {
            let indexes = (0..<shape.setSize).map { world.index(set * shape.setSize + $0).durable }
            for family in Family.allCases where family != .payloads {
                let rows = indexes.map { $0[family].all.filter { !own.contains($0.key) } }
                guard rows.allSatisfy({ $0 == rows[0] }) else {
                    throw Violation("members of set \(set) differ in \(family)")
                }
            }
        }
    }
}
