import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization

@testable import ErasureStore
@testable import Simulator

// Scenarios of pools that come and go: 30, and the adding of one.

extension Trial {
    // MARK: Stores of some of the pools

    /// - Parameter pools: counted from 0, as the drives are divided.
    func start(pools: [Int]) throws -> ErasureStore {
        var request = request
        request.pools = pools.map { self.request.pools[$0] }
        let (world, asked) = (world, request)
        return try world.scheduler.run { try await world.start(asked) }
    }

    private func phase(of pool: Int, _ store: ErasureStore) -> PoolStatus.Phase? {
        store.status.pools.first { $0.number == pool }?.phase
    }

    private func waitUntil(
        _ store: ErasureStore, seconds: Int = 120, _ what: String, _ condition: () -> Bool
    ) throws {
        for _ in 0..<seconds {
            if condition() { return }
            try sleep(milliseconds: 1000)
        }
        throw Violation("\(what): not after \(seconds) s; \(store.status.pools)")
    }

    private func waitUntilEmpty(_ pool: Int, _ store: ErasureStore) throws {
        try waitUntil(store, "drained") { phase(of: pool, store) == .drained }
    }

    // MARK: What must be there all the time

    private static let standingKeys = (0..<8).map { "standing\($0)" } + ["parts", "copy"]

    /// Objects of every layout in a bucket of their own, so that its counters must never change.
    private func fillStanding(_ store: ErasureStore, _ bucket: BucketName) throws -> [String: SeededContent] {
        var contents: [String: SeededContent] = [:]
        for (number, key) in Self.standingKeys.enumerated() {
            contents[key] = content(SimulatedLayout.allCases[number % SimulatedLayout.allCases.count])
        }
        contents["copy"] = contents["standing3"]
        let all = contents
        try run {
            _ = try await store.createBucket(bucket, region: "")
            for (key, content) in all.sorted(by: { $0.key < $1.key }) where key != "copy" && key != "parts" {
                _ = try await store.put(
                    PutRequest(bucket: bucket, key: try ObjectKey(key), length: content.size),
                    body: BytesBody(content))
            }
            let source = try await store.object(bucket, try ObjectKey("standing3"))
            _ = try await store.copy(source, to: CopyRequest(bucket: bucket, key: try ObjectKey("copy"), metadata: nil))
        }
        contents["parts"] = SeededContent(seed: seed, size: 90_000)
        let parts = try upload(store, bucket, "parts", SeededContent(seed: seed, size: 90_000))
        try run {
            _ = try await store.completeUpload(
                CompleteRequest(bucket: bucket, key: try ObjectKey("parts"), upload: parts, parts: [1, 2, 3])
            ) { _, _ in ContentSeal(etag: ETag("parts")) }
        }
        return contents
    }

    /// Three parts of different layouts.
    private func upload(
        _ store: ErasureStore, _ bucket: BucketName, _ key: String, _ content: SeededContent
    ) throws -> UploadID {
        try run {
            let key = try ObjectKey(key)
            let upload = try await store.createUpload(bucket, key, metadata: ObjectMetadata(), checksum: nil).id
            for (number, range) in [0..<500, 500..<2500, 2500..<content.size].enumerated() {
                let bytes = content.bytes(in: range)
                _ = try await store.putPart(
                    PartRequest(
                        bucket: bucket, key: key, upload: upload, number: number + 1,
                        length: UInt64(bytes.readableBytes)), body: BytesBody(bytes))
            }
            return upload
        }
    }

    /// One look at everything that stands: by name, by listing, by counter.
    private func look(
        _ store: ErasureStore, _ bucket: BucketName, _ contents: [String: SeededContent], reads: Bool
    ) async throws {
        do {
            for (key, content) in contents.sorted(by: { $0.key < $1.key }) {
                let object = try await store.object(bucket, try ObjectKey(key))
                guard object.info.size == content.size else { throw Violation("\(key) has another size") }
                guard reads else { continue }
                guard try await object.read(0..<content.size).collect() == content.allBytes() else {
                    throw Violation("\(key) has other bytes")
                }
            }
            let keys = try await listed(store, bucket, limit: 4)
            guard keys == contents.keys.sorted() else { throw Violation("the listing is \(keys)") }
            let usage = try await store.usage(of: bucket)
            let expected = BucketUsage(
                objects: UInt64(contents.count), bytes: contents.values.reduce(0) { $0 + $1.size })
            guard usage == expected else { throw Violation("I6: usage is \(usage), not \(expected)") }
        } catch let error as StoreError where [.unavailable, .overloaded].contains(error.code) {
            // Nobody was told anything wrong.
        } catch let error as StoreError {
            throw Violation("\(error.code): \(error.message)")
        }
    }

    private func listed(_ store: ErasureStore, _ bucket: BucketName, limit: Int) async throws -> [String] {
        var query = ListQuery(limit: limit)
        var keys: [String] = []
        while true {
            let page = try await store.list(bucket, query)
            for case .item(let info) in page.entries { keys.append(info.key.description) }
            guard page.isTruncated, case .item(let last)? = page.entries.last else { return keys }
            query.after = last.key.bytes
        }
    }

    // MARK: Counting by compare and swap

    private static let counterKey = "counter"

    /// Adds one again and again, each time only if nobody else did.
    private func count(_ store: ErasureStore, _ added: SharedCount) async {
        for _ in 0..<6 {
            do {
                let object = try await store.object(bucket, try ObjectKey(Self.counterKey))
                let next = SeededContent(seed: object.info.size + 1, size: object.info.size + 1)
                let request = PutRequest(
                    bucket: bucket, key: try ObjectKey(Self.counterKey),
                    precondition: Precondition(ifMatch: .oneOf([object.info.etag])), length: next.size)
                added.value.withLock { $0.perhaps += 1 }
                _ = try await store.put(request, body: BytesBody(next))
                added.value.withLock { $0.certain += 1 }
            } catch {
                // Somebody else was quicker, or nobody knows.
                continue
            }
        }
    }

    // MARK: 30

    /// 30: a pool is drained while clients read, list, overwrite, compare and swap, delete, copy and upload, with power
    /// cuts at any step: nothing that is there is ever not found, nothing is listed twice, every counter is exact.
    func drainUnderLoad() throws {
        let created = try create()
        var store = created
        try sleep(milliseconds: 1500)
        let standing = try BucketName("standing")
        let contents = try fillStanding(store, standing)
        let model = ClientModel()
        let zero = SeededContent(seed: 0, size: 0)
        try run { try await put(created, Self.counterKey, zero) }
        let added = SharedCount()
        let late = SeededContent(seed: seed ^ 1, size: 60_000)
        let open = try upload(store, bucket, "late", late)
        let pool = choose(shape.poolCount)
        try begin(draining: pool, store)
        for cycle in 0..<3 {
            let scheduler = world.scheduler
            let serving = store
            let clients = SimulatedClients(store: store, model: model, bucket: bucket, world: world)
            var work = [
                begin { await clients.run(clients: 3, operations: 10) { scheduler.random() } },
                begin { for round in 0..<12 { try await look(serving, standing, contents, reads: round % 4 == 0) } },
            ]
            for _ in 0..<2 { work.append(begin { await count(serving, added) }) }
            let isCut = cycle < 2
            let length = choose(6000)
            var steps = 0
            while !work.allSatisfy(\.isDone), !isCut || steps < length, world.scheduler.step() { steps += 1 }
            for result in work.compactMap(\.result) { try result.get() }
            crash()
            let after = try start()
            store = after
            try settle(after)
            try decide(model, after, "cycle \(cycle)")
            try run { try await look(after, standing, contents, reads: true) }
        }
        try waitUntilEmpty(pool, store)
        try expectCounter(store, added)
        let complete = store
        try run {
            _ = try await complete.completeUpload(
                CompleteRequest(bucket: bucket, key: try ObjectKey("late"), upload: open, parts: [1, 2, 3])
            ) { _, _ in ContentSeal(etag: ETag("parts")) }
        }
        try close(store)
        try audit(isWhole: false)
        crash()
        try finish(without: pool, standing, contents, model, late)
    }

    /// The pool is left out, and nothing is missing.
    private func finish(
        without pool: Int, _ standing: BucketName, _ contents: [String: SeededContent], _ model: ClientModel,
        _ late: SeededContent
    ) throws {
        let rest = (0..<shape.poolCount).filter { $0 != pool }
        let store = try start(pools: rest)
        try settle(store)
        try decide(model, store, "without the pool")
        try expect(store, "late", oneOf: [late], "without the pool")
        try run { try await look(store, standing, contents, reads: true) }
        try sleep(milliseconds: 5000)
        try close(store)
        crash()
        // It was left out for good.
        let all = request
        let world = world
        let refused = try? world.scheduler.run { try await world.start(all) }
        guard refused == nil else { throw Violation("a pool that was left out came back") }
        crash()
        let again = try start(pools: rest)
        try settle(again)
        try run { try await look(again, standing, contents, reads: true) }
        let name = bucket
        try run { _ = try await again.createBucket(try BucketName("new-bucket"), region: "") }
        guard try run({ try await again.bucket(name) }).name == name else { throw Violation("no bucket") }
        crash()
    }

    private func begin(draining pool: Int, _ store: ErasureStore) throws {
        try run { try await store.drainPool(pool) }
        guard phase(of: pool, store) == .draining else { throw Violation("the drain has not begun") }
    }

    /// What was undecided is decided by what is there; listings and counters agree.
    private func decide(_ model: ClientModel, _ store: ErasureStore, _ moment: String) throws {
        for (key, expectation) in model.all {
            model.settle(key, try expect(store, key.description, oneOf: expectation.possible, moment))
        }
        let bucket = bucket
        let present = model.all.filter { $0.1.acknowledged != nil }.map(\.0.description)
        let keys = try run { try await listed(store, bucket, limit: 3) }
        let mine = keys.filter { $0.hasPrefix("client") }
        guard mine == present.sorted() else { throw Violation("\(moment): listed are \(mine), there are \(present)") }
        guard Set(keys).count == keys.count else { throw Violation("\(moment): a key is listed twice") }
        let infos = try run { () -> UInt64 in
            var bytes: UInt64 = 0
            for key in keys { bytes += try await store.object(bucket, try ObjectKey(key)).info.size }
            return bytes
        }
        let usage = try run { try await store.usage(of: bucket) }
        guard usage == BucketUsage(objects: UInt64(keys.count), bytes: infos) else {
            throw Violation("I6: \(moment): usage is \(usage), there are \(keys.count) objects of \(infos) bytes")
        }
    }

    private func expectCounter(_ store: ErasureStore, _ added: SharedCount) throws {
        let bucket = bucket
        let size = try run { try await store.object(bucket, try ObjectKey(Self.counterKey)).info.size }
        let (certain, perhaps) = added.value.withLock { $0 }
        guard (certain...max(certain, perhaps)).contains(size) else {
            throw Violation("counted to \(size): \(certain) were answered, \(perhaps) were asked for")
        }
    }

    /// 30, closely: the power fails at many steps of the moves of a few objects, one after the other.
    func moveCutAnywhere() throws {
        let store = try create()
        try sleep(milliseconds: 1500)
        let standing = try BucketName("standing")
        let contents = try fillStanding(store, standing)
        let pool = choose(shape.poolCount)
        try begin(draining: pool, store)
        for cut in 0..<24 where phase(of: pool, store) != .drained {
            go(milliseconds: 1100) { store.status.pools[pool].drain?.movedObjects ?? 0 > 0 }
            go(steps: 1 + choose(60))
            let trial = try fork(UInt64(cut))
            let after = try trial.start()
            try trial.settle(after)
            try trial.run { try await trial.look(after, standing, contents, reads: true) }
            guard cut % 8 == 0 else { continue }
            try trial.waitUntilEmpty(pool, after)
            try trial.run { try await trial.look(after, standing, contents, reads: true) }
            try trial.close(after)
            try trial.audit(isWhole: false)
        }
        try waitUntilEmpty(pool, store)
        try run { try await look(store, standing, contents, reads: true) }
    }

    // MARK: Adding

    /// A second pool is named while the first is full of objects, and the power fails at any step of its making.
    func addPoolCutAnywhere() throws {
        let first = try start(pools: [0])
        var store = first
        let bucket = bucket
        try run { _ = try await first.createBucket(bucket, region: "") }
        let standing = try BucketName("standing")
        let contents = try fillStanding(store, standing)
        crash()
        for attempt in 0..<6 {
            let next = try start()
            store = next
            guard attempt < 5 else { break }
            for _ in 0..<choose(1200) where !world.scheduler.step() { break }
            try run { try await look(next, standing, contents, reads: false) }
            crash()
        }
        try waitUntil(store, "added") { phase(of: 1, store) == .active }
        try sleep(milliseconds: 2500)
        try settle(store)
        let new = (0..<24).map { "new\($0)" }
        let tiny = content(.tiny)
        let serving = store
        try run { for key in new { try await put(serving, key, tiny) } }
        let counts = try store.pools.map { pool in try run { try await serving.contents(of: pool).objects.objects } }
        guard counts[1] > 0, counts[0] > UInt64(contents.count) else { throw Violation("keys went to \(counts)") }
        try run { try await look(serving, standing, contents, reads: true) }
        try close(store)
        try audit(isWhole: false)
        crash()
        // Without the new one nothing is served: some keys would seem not to exist.
        let refused = try? start(pools: [0])
        guard refused == nil else { throw Violation("a store was opened without one of its pools") }
        crash()
        let again = try start()
        try settle(again)
        for key in new { try expect(again, key, oneOf: [tiny], "started again") }
    }
}

/// A counter that several tasks share.
private final class SharedCount: Sendable {
    let value = Mutex<(certain: UInt64, perhaps: UInt64)>((0, 0))
}
