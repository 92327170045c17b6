import ErasureStore
import NIOCore
import SeededRandom
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization

/// One run of a scenario: drives, a store that is started and crashed on them, and what must be found.
struct Trial: Sendable {
    let shape: SimulatedShape
    let seed: UInt64
    let world: SimulatedWorld
    let bucket: BucketName
    private let choices: Choices

    init(_ shape: SimulatedShape, seed: UInt64, broken: BrokenRule? = nil) throws {
        try self.init(
            shape, seed: seed, world: SimulatedWorld(seed: seed, driveCount: shape.driveCount, broken: broken))
    }

    private init(_ shape: SimulatedShape, seed: UInt64, world: SimulatedWorld) throws {
        self.shape = shape
        self.seed = seed
        self.world = world
        bucket = try BucketName("bucket")
        choices = Choices(seed: seed ^ 0x7219)
    }

    /// The same drives as a crash would leave them, on a machine of its own.
    func fork(_ seed: UInt64) throws -> Trial {
        try Trial(shape, seed: self.seed ^ seed &* 0x9E37_79B9, world: world.fork(seed: self.seed ^ seed))
    }

    // MARK: Choices

    /// Below `count`.
    func choose(_ count: Int) -> Int {
        choices.state.withLock { Int($0.next() % UInt64(count)) }
    }

    /// `count` slots of a set.
    func chooseSlots(_ count: Int, of slots: [Int]? = nil) -> Set<Int> {
        choices.state.withLock { Set((slots ?? Array(0..<shape.setSize)).shuffled(using: &$0).prefix(count)) }
    }

    func content(_ layout: SimulatedLayout) -> SeededContent {
        SeededContent(seed: choices.state.withLock { $0.next() }, size: layout.byteCount)
    }

    /// The drives of these slots, in every set.
    func drives(_ slots: some Sequence<Int>) -> [Int] {
        slots.sorted().flatMap { slot in (0..<shape.setCount).map { $0 * shape.setSize + slot } }.sorted()
    }

    func drives(except slots: Set<Int>) -> [Int] {
        drives((0..<shape.setSize).filter { !slots.contains($0) })
    }

    // MARK: The store

    var request: DeploymentRequest {
        let perPool = shape.driveCount / shape.poolCount
        let pools = (0..<shape.poolCount).map { Array(world.paths[$0 * perPool..<($0 + 1) * perPool]) }
        var request = DeploymentRequest(pools: pools, parity: shape.parityShards, setSize: shape.setSize)
        request.unitByteCount = 4096
        request.limits.tinyByteCount = 1024
        request.limits.inlineShardByteCount = 2048
        return request
    }

    /// - Parameter without: slots whose drives are not there, in every set.
    func start(without: Set<Int> = []) throws -> ErasureStore {
        let (world, request, present) = (world, request, drives(except: without))
        return try world.scheduler.run { try await world.start(request, present: present) }
    }

    /// The first start, with a bucket.
    func create() throws -> ErasureStore {
        let store = try start()
        let bucket = bucket
        try run { _ = try await store.createBucket(bucket, region: "") }
        return store
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try world.scheduler.run(body)
    }

    /// Begins something without waiting for it.
    func begin<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) -> PendingResult<Value> {
        let pending = PendingResult<Value>()
        world.scheduler.start { await pending.take(body) }
        return pending
    }

    /// Lets the world go on, step by step, until `condition` holds or the time has passed. Answers whether it holds.
    @discardableResult
    func go(milliseconds: UInt64 = 800, until condition: () -> Bool) -> Bool {
        let end = world.scheduler.uptimeMilliseconds + milliseconds
        while !condition() {
            guard world.scheduler.uptimeMilliseconds <= end, world.scheduler.step() else { return condition() }
        }
        return true
    }

    /// A few steps, and hardly any time.
    func go(steps: Int) {
        let end = world.scheduler.uptimeMilliseconds
        for _ in 0..<steps {
            guard world.scheduler.uptimeMilliseconds == end, world.scheduler.step() else { return }
        }
    }

    func crash() { world.crash() }

    func sleep(milliseconds: UInt64) throws {
        let world = world
        try run { await world.scheduler.sleep(milliseconds: milliseconds) }
    }

    /// Waits until all drives are members and nothing is missing.
    func settle(_ store: ErasureStore) throws {
        for _ in 0..<60 {
            let isWhole = store.status.sets.allSatisfy {
                $0.service == .serving && $0.heal.missingShards == 0 && $0.memberCount == $0.drives.count
            }
            if isWhole { return }
            try sleep(milliseconds: 1000)
        }
        throw Violation("not whole after a minute: \(store.status.sets)")
    }

    /// Lets background work come to its end, and looks at what is on the drives.
    func finish(_ store: ErasureStore, isWhole: Bool = true) throws {
        try settle(store)
        try sleep(milliseconds: 3000)
        try close(store)
        try audit(isWhole: isWhole)
    }

    /// Ends the store when nothing is in flight.
    func close(_ store: ErasureStore) throws {
        let world = world
        try run {
            store.close()
            await world.scheduler.sleep(milliseconds: 1500)
        }
    }

    // MARK: Objects

    func put(_ store: ErasureStore, _ key: String, _ content: SeededContent) async throws {
        _ = try await store.put(
            PutRequest(bucket: bucket, key: try ObjectKey(key), length: content.size), body: BytesBody(content))
    }

    /// The bytes of an object, nil when there is none. Throws what reading throws.
    func get(_ store: ErasureStore, _ key: String) async throws -> ByteBuffer? {
        do {
            let object = try await store.object(bucket, try ObjectKey(key))
            return try await object.read(0..<object.info.size).collect()
        } catch let error as StoreError where error.code == .noSuchKey {
            return nil
        }
    }

    /// Reads an object and says which of these it is. Nil stands for none.
    @discardableResult
    func expect(
        _ store: ErasureStore, _ key: String, oneOf states: [SeededContent?], _ moment: @autoclosure () -> String
    ) throws -> SeededContent? {
        let found: ByteBuffer?
        do {
            found = try run { try await get(store, key) }
        } catch {
            throw Violation("\(moment()): \(key) can not be read: \(error); \(store.status.sets)")
        }
        for state in states where state?.allBytes() == found { return state }
        throw Violation("\(moment()): \(key) has \(found.map { "\($0.readableBytes)" } ?? "no") bytes, not \(states)")
    }
}

/// A seeded sequence that copies of a value share.
private final class Choices: Sendable {
    let state: Mutex<SeededGenerator>

    init(seed: UInt64) { state = Mutex(SeededGenerator(seed: seed)) }
}

/// The result of something that was begun, once there is one.
final class PendingResult<Value: Sendable>: Sendable {
    private let state = Mutex<Result<Value, any Error>?>(nil)

    var result: Result<Value, any Error>? { state.withLock { $0 } }
    var isDone: Bool { result != nil }
    /// It was answered, and with success.
    var succeeded: Bool { (try? result?.get()) != nil }

    fileprivate func take(_ body: @Sendable () async throws -> Value) async {
        do {
            let value = try await body()
            state.withLock { $0 = .success(value) }
        } catch {
            state.withLock { $0 = .failure(error) }
        }
    }
}
