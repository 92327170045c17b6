import ErasureStore
import NIOCore
import SeededRandom
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization

/// One random run: clients at work, drives that fail, hang, are hidden, wiped and replaced, the power cut at any step,
/// the store started again. Everything acknowledged is there, byte for byte; everything else is whole or absent; what
/// was seen stays.
///
/// At any time at most `m` drives of a set lack anything: more than that is not promised.
struct CrashSimulation {
    static let cycles = 5
    static let clients = 4
    static let operations = 12
    static let timeLeapChance = 0.01
    /// Every seed runs on one of these, with faults or without.
    static let shapes = [
        SimulatedShape(1, 0), SimulatedShape(1, 1), SimulatedShape(2, 1), SimulatedShape(2, 2), SimulatedShape(4, 2),
        SimulatedShape(4, 2, sets: 2),
    ]

    let seed: UInt64
    let shape: SimulatedShape
    let faults: Bool
    let world: SimulatedWorld
    private let model = ClientModel()
    private let bucket: BucketName
    private var random: SeededGenerator
    private var losses: Losses
    private var tally = SimulationTally()

    init(seed: UInt64, shape: SimulatedShape, faults: Bool, broken: BrokenRule? = nil) throws {
        self.seed = seed
        self.shape = shape
        self.faults = faults
        world = SimulatedWorld(seed: seed, driveCount: shape.driveCount, broken: broken)
        bucket = try BucketName("bucket")
        random = SeededGenerator(seed: seed ^ 0x5eed)
        losses = Losses(shape: shape, world: world)
    }

    /// On the shape, and with the faults, whose turn it is.
    init(seed: UInt64, broken: BrokenRule? = nil) throws {
        let turn = Int(seed % UInt64(2 * Self.shapes.count))
        try self.init(seed: seed, shape: Self.shapes[turn / 2], faults: turn % 2 == 0, broken: broken)
    }

    var title: String { "\(shape) \(faults ? "with" : "without") faults" }

    mutating func run() throws -> SimulationTally {
        var canLose = false
        for cycle in 0..<Self.cycles {
            let store = try start(isFirst: cycle == 0)
            let isHealed = try settle(store)
            try check(store, "after start \(cycle), \(losses)")
            let isWhole = try work(store, isHealed: isHealed)
            crash()
            // The next drives are lost only when these have everything again.
            canLose = isHealed && isWhole && !losses.areAway
            try losses.end()
            if canLose { try losses.choose(using: &random) }
        }
        try losses.end()
        let store = try start(isFirst: false)
        guard try settle(store) else { throw Violation("missing shards are not healed") }
        try check(store, "at the end")
        // The sweep of every drive is over, and nothing is in flight, when the drives are looked at.
        let world = world
        try world.scheduler.run {
            await world.scheduler.sleep(milliseconds: 5000)
            store.close()
            await world.scheduler.sleep(milliseconds: 10_000)
        }
        try Recount.audit(world, shape: shape)
        return finalTally()
    }

    private func finalTally() -> SimulationTally {
        var tally = tally
        (tally.operations, tally.acknowledged) = model.counts
        tally.hidden = losses.hiddenCount
        tally.replaced = losses.replacedCount
        tally.reinserted = losses.reinsertedCount
        tally.steps = world.scheduler.stepCount
        tally.trace = world.scheduler.trace
        return tally
    }

    // MARK: The life of a store

    private func start(isFirst: Bool) throws -> ErasureStore {
        let (world, bucket) = (world, bucket)
        var request = DeploymentRequest(pools: [world.paths], parity: shape.parityShards, setSize: shape.setSize)
        request.unitByteCount = 4096
        request.limits.tinyByteCount = 1024
        request.limits.inlineShardByteCount = 2048
        let asked = request
        let present = (0..<shape.driveCount).filter { !losses.absent.contains($0) }
        return try world.scheduler.run {
            let store = try await world.start(asked, present: present)
            if isFirst { _ = try await store.createBucket(bucket, region: "") }
            return store
        }
    }

    /// Lets background work go on until all shards are where they belong, or now and then only a moment. Answers
    /// whether they are.
    private mutating func settle(_ store: ErasureStore) throws -> Bool {
        let world = world
        let isAway = losses.areAway
        // Clients of a store whose drives were replaced need not wait until it is whole.
        let isPatient = !losses.areReplaced || random.next() % 2 == 0
        return try world.scheduler.run {
            for _ in 0..<60 {
                await world.scheduler.sleep(milliseconds: 1000)
                if store.isWhole { return true }
                if isAway || !isPatient && store.status.sets.allSatisfy({ $0.service == .serving }) { return false }
            }
            throw Violation("not healed: \(store.status.sets)")
        }
    }

    /// Clients at work until the power is to be cut. Answers whether no drive lacks anything at that moment.
    private mutating func work(_ store: ErasureStore, isHealed: Bool) throws -> Bool {
        let cut = Int(random.next() % 4000)
        let wipes = random.next() % 3 == 0 && isHealed && !losses.areAway
        let wipe = Int(random.next() % 3000)
        // Before drives are emptied none fails, and then only so many that it is `m` together.
        var mayFail: Set<Int>? = wipes ? [] : nil
        var wiped = 0
        let scheduler = world.scheduler
        let clients = SimulatedClients(store: store, model: model, bucket: bucket, world: world)
        let areDone = Flag()
        scheduler.start {
            await clients.run(clients: Self.clients, operations: Self.operations) { scheduler.random() }
            areDone.set()
        }
        // When clients are done little happens any more: the power is cut within some steps.
        var rest = Int(random.next() % 600)
        var injector = FaultInjector(world: world, seed: random.next())
        // A time limit that passes puts a drive out, as a fault does: beside lost drives it would be too many.
        scheduler.setTimeLeaps(chance: faults && !wipes ? Self.timeLeapChance : 0)
        for step in 0..<cut {
            guard rest > 0, scheduler.step() else { break }
            if areDone.isSet { rest -= 1 }
            if faults, injector.maybeInject(among: mayFail) { tally.faults += 1 }
            if wipes, step == wipe, store.isWhole { (wiped, mayFail) = try losses.wipe(using: &random) }
        }
        tally.wiped += wiped
        scheduler.setTimeLeaps(chance: 0)
        injector.clear()
        // A drive that was emptied a moment ago may still count as one that has everything.
        return wiped == 0 && store.isWhole
    }

    private mutating func crash() {
        world.note("the power fails")
        world.crash()
        tally.powerCuts += 1
    }

    // MARK: What must hold

    /// Reads every key, by GET and by LIST, and holds it to what clients were told.
    private mutating func check(_ store: ErasureStore, _ moment: String) throws {
        let (model, bucket) = (model, bucket)
        tally.reads += try world.scheduler.run {
            let page = try await store.list(bucket, ListQuery(limit: 1000))
            let listed = Set(
                page.entries.compactMap { entry -> ObjectKey? in
                    if case .item(let info) = entry { info.key } else { nil }
                })
            for (key, expectation) in model.all {
                let found = try await read(store, bucket, key)
                guard let state = expectation.possible.last(where: { $0?.allBytes() == found }) else {
                    throw Violation(
                        "\(moment): \(key) has \(found?.readableBytes ?? -1) bytes, not \(expectation.possible)")
                }
                guard listed.contains(key) == (found != nil) else {
                    throw Violation("\(moment): \(key) is listed wrongly")
                }
                // What a reader has seen stays.
                model.settle(key, state)
            }
            let usage = try await store.usage(of: bucket)
            let present = model.all.compactMap { $0.1.acknowledged }
            let expected = BucketUsage(objects: UInt64(present.count), bytes: present.reduce(0) { $0 + $1.size })
            guard usage == expected else { throw Violation("\(moment): usage is \(usage), not \(expected)") }
            return present.count
        }
    }
}

private final class Flag: Sendable {
    private let state = Atomic(false)

    var isSet: Bool { state.load(ordering: .relaxed) }

    func set() { state.store(true, ordering: .relaxed) }
}

/// The bytes of an object; nil when there is none.
private func read(_ store: ErasureStore, _ bucket: BucketName, _ key: ObjectKey) async throws -> ByteBuffer? {
    do {
        let object = try await store.object(bucket, key)
        return try await object.read(0..<object.info.size).collect()
    } catch let error as StoreError where error.code == .noSuchKey {
        return nil
    }
}

extension ErasureStore {
    /// All drives are members and nothing is missing.
    var isWhole: Bool {
        status.sets.allSatisfy {
            $0.service == .serving && $0.heal.missingShards == 0 && $0.memberCount == $0.drives.count
        }
    }
}
