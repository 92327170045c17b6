import DriveIO
import ErasureStore
import MetadataIndex
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization
import Testing

@testable import Simulator

/// Must show 3: shard data, then its directory, then every member's index, then the answer.
@Suite struct SyncOrderTests {
    private static let driveCount = 6

    /// A store on recording drives, with a bucket.
    private func recorded(_ log: OperationLog, _ world: SimulatedWorld) async throws -> (ErasureStore, BucketName) {
        let drives = world.paths.map { path in
            RecordingDrive(world.drive(Int(path.dropFirst("/drive".count))!).open(), as: path, in: log)
        }
        var environment = world.environment
        let open = environment.openIndex
        environment.openIndex = { (drive, creates) throws(IndexError) in
            RecordingIndex(try open(drive, creates), as: drive.path, in: log)
        }
        var request = DeploymentRequest(pools: [world.paths], parity: 2, setSize: 6)
        request.unitByteCount = 4096
        let byPath = Dictionary(uniqueKeysWithValues: drives.map { ($0.path, $0) })
        let store = try await ErasureStore.open(request, environment: environment) { path in
            guard let drive = byPath[path] else { preconditionFailure("no drive at \(path)") }
            return drive
        }
        world.scheduler.start { await store.run() }
        let bucket = try BucketName("bucket")
        _ = try await store.createBucket(bucket, region: "")
        return (store, bucket)
    }

    private func events(ofPut byteCount: UInt64) throws -> [OperationLog.Entry] {
        let world = SimulatedWorld(seed: 5, driveCount: Self.driveCount)
        let log = OperationLog()
        return try world.scheduler.run {
            let (store, bucket) = try await recorded(log, world)
            let content = SeededContent(seed: 1, size: byteCount)
            let before = log.entries.count
            _ = try await store.put(
                PutRequest(bucket: bucket, key: try ObjectKey("key"), length: byteCount), body: BytesBody(content))
            log.note("answered")
            return Array(log.entries.dropFirst(before))
        }
    }

    @Test func `a striped PUT syncs every shard, then every index, and then answers`() throws {
        let entries = try events(ofPut: 1_000_000)
        let finished = entries.indices.filter { if case .finished = entries[$0].event { true } else { false } }
        let writing = entries.indices.filter { entries[$0].event == .indexWriting }
        let written = entries.indices.filter { entries[$0].event == .indexWritten }
        let answered = entries.firstIndex { $0.event == .note("answered") }
        #expect(Set(finished.map { entries[$0].source }).count == Self.driveCount)
        #expect(Set(written.map { entries[$0].source }).count == Self.driveCount)
        #expect(finished.max()! < writing.min()!)
        #expect(written.max()! < answered!)
    }

    @Test func `a PUT of 4 KiB costs one sync on each drive, and the answer waits for all of them`() throws {
        let entries = try events(ofPut: 4096)
        let answered = entries.firstIndex { $0.event == .note("answered") }!
        for drive in 0..<Self.driveCount {
            let mine = entries[..<answered].filter { $0.source == "/drive\(drive)" }
            #expect(mine.count { $0.event == .indexWritten } == 1)
            #expect(!mine.contains { if case .created = $0.event { true } else { false } })
        }
    }

    /// Within `finish`, as the drive contract has it: the bytes, the name, the directory.
    @Test func `a shard is synced before it gets its name, and its directory after it`() throws {
        let medium = InMemoryDriveMedium(path: "/drive")
        let steps = StepLog()
        let drive = medium.open()
        try drive.setIdentity([1])
        medium.observe { steps.add($0) }
        let writer = try drive.createShard(ShardName("a"))
        try writer.append(SeededContent(seed: 1, size: 100).allBytes())
        try writer.finish()
        #expect(steps.all == [.create, .append, .syncFile, .name, .syncDirectory])
    }
}

private final class StepLog: Sendable {
    private let steps = Mutex<[InMemoryDriveMedium.Step]>([])

    var all: [InMemoryDriveMedium.Step] { steps.withLock { $0 } }

    func add(_ step: InMemoryDriveMedium.Step) {
        steps.withLock { $0.append(step) }
    }
}
