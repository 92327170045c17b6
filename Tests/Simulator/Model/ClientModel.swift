import ErasureStore
import NIOCore
import StorageAPI
import StorageTestSupport
import Synchronization

/// What clients did and were told: which states of each key may be found after a crash.
///
/// A key has one client, so that at most one operation on it is undecided.
final class ClientModel: Sendable {
    /// The content of a key: nil when there is no object.
    typealias State = SeededContent?

    struct Expectation: Sendable {
        /// The newest acknowledged state.
        var acknowledged: State
        /// Undecided since: any of these may have taken effect, in their order.
        var undecided: [State] = []

        var possible: [State] { [acknowledged] + undecided }
    }

    private let keys = Mutex<[ObjectKey: Expectation]>([:])
    private let begun = Mutex(0)
    private let answered = Mutex(0)

    /// Operations that clients began, and those whose success they were told.
    var counts: (begun: Int, answered: Int) { (begun.withLock { $0 }, answered.withLock { $0 }) }

    var all: [(ObjectKey, Expectation)] {
        keys.withLock { $0.sorted { $0.key < $1.key } }.map { ($0.key, $0.value) }
    }

    /// What is there for certain; nil when nothing is, or when an operation on it has an unknown outcome.
    func certain(_ key: ObjectKey) -> State {
        keys.withLock { keys in
            guard let expectation = keys[key], expectation.undecided.isEmpty else { return nil }
            return expectation.acknowledged
        }
    }

    func begin(_ key: ObjectKey, _ state: State) {
        begun.withLock { $0 += 1 }
        keys.withLock { $0[key, default: Expectation(acknowledged: nil)].undecided.append(state) }
    }

    /// The client got its answer: this is the state now, and everything before it is past.
    func acknowledge(_ key: ObjectKey, _ state: State) {
        answered.withLock { $0 += 1 }
        settle(key, state)
    }

    /// A reader saw this state: it stays.
    func settle(_ key: ObjectKey, _ state: State) {
        keys.withLock { $0[key] = Expectation(acknowledged: state) }
    }

    /// The store refused: nothing was changed.
    func refused(_ key: ObjectKey) {
        keys.withLock { _ = $0[key]?.undecided.popLast() }
    }
}

/// Clients that write, overwrite, copy, delete and upload in parts, each on keys of its own, until the power fails.
struct SimulatedClients: Sendable {
    let store: ErasureStore
    let model: ClientModel
    let bucket: BucketName
    let world: SimulatedWorld
    /// Contents of every layout: empty, tiny, inline, one stripe, several.
    static let sizes: [UInt64] = [0, 1, 700, 3_000, 5_000, 20_000, 70_000]

    func run(clients: Int, operations: Int, random: @escaping @Sendable () -> UInt64) async {
        await withTaskGroup { group in
            for client in 0..<clients {
                group.addTask {
                    for _ in 0..<operations { await step(client: client, random) }
                }
            }
        }
    }

    private func step(client: Int, _ random: @Sendable () -> UInt64) async {
        let key = key(client, random() % 3)
        let content = SeededContent(seed: random(), size: Self.sizes[Int(random() % UInt64(Self.sizes.count))])
        switch random() % 10 {
        case 0...4: await put(key, content)
        case 5...6: await delete(key)
        case 7: await copy(to: key, from: self.key(client, random() % 3))
        default: await uploadInParts(key, content, parts: Int(random() % 3) + 1)
        }
    }

    private func key(_ client: Int, _ number: UInt64) -> ObjectKey {
        ObjectKey(trusted: Array("client\(client)/key\(number)".utf8))
    }

    private func attempt(_ key: ObjectKey, _ state: ClientModel.State, _ body: () async throws -> Void) async {
        model.begin(key, state)
        world.note("begun: \(key) \(state.map { "\($0.size)" } ?? "none")")
        do {
            try await body()
            world.note("answered: \(key)")
            model.acknowledge(key, state)
        } catch let error as StoreError {
            world.note("failed: \(key), \(error.code)")
            // Unknown: the model keeps both.
            if error.code != .outcomeUnknown { model.refused(key) }
        } catch {
            model.refused(key)
        }
    }

    private func put(_ key: ObjectKey, _ content: SeededContent) async {
        await attempt(key, content) {
            _ = try await store.put(
                PutRequest(bucket: bucket, key: key, length: content.size), body: BytesBody(content))
        }
    }

    private func delete(_ key: ObjectKey) async {
        await attempt(key, nil) { try await store.delete(bucket, key, precondition: .none) }
    }

    private func copy(to key: ObjectKey, from source: ObjectKey) async {
        guard source != key, let content = model.certain(source) else { return }
        await attempt(key, content) {
            let object = try await store.object(bucket, source)
            _ = try await store.copy(object, to: CopyRequest(bucket: bucket, key: key, metadata: nil))
        }
    }

    private func uploadInParts(_ key: ObjectKey, _ content: SeededContent, parts: Int) async {
        guard content.size >= 3 else { return }
        await attempt(key, content) {
            let upload = try await store.createUpload(bucket, key, metadata: ObjectMetadata(), checksum: nil)
            let step = content.size / UInt64(parts)
            for part in 0..<parts {
                let end = part == parts - 1 ? content.size : UInt64(part + 1) * step
                let bytes = content.bytes(in: UInt64(part) * step..<end)
                _ = try await store.putPart(
                    PartRequest(
                        bucket: bucket, key: key, upload: upload.id, number: part + 1,
                        length: UInt64(bytes.readableBytes)),
                    body: BytesBody(bytes))
            }
            _ = try await store.completeUpload(
                CompleteRequest(bucket: bucket, key: key, upload: upload.id, parts: Array(1...parts))
            ) { _, _ in ContentSeal(etag: ETag("parts")) }
        }
    }
}
