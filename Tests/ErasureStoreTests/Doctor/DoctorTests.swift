import DriveIO
import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization
import Testing

@testable import Simulator

/// What `doctor` says of stopped drives: nothing of sound ones, and each kind of damage by its name.
@Suite struct DoctorTests {
    private static let setSize = 4

    /// A stopped store of two sets with every kind of payload, an overwrite, a copy, a multipart object and an upload.
    private func filledWorld() throws -> SimulatedWorld {
        let world = SimulatedWorld(seed: 11, driveCount: 2 * Self.setSize)
        try world.scheduler.run {
            let store = try await world.start(parity: 2, setSize: Self.setSize)
            let bucket = try BucketName("bucket")
            _ = try await store.createBucket(bucket, region: "")
            for (number, size) in ([0, 100, 100, 60_000, 60_000, 3_000_000, 3_000_000] as [UInt64]).enumerated() {
                for key in ["key\(number)", "other\(number)"] {
                    let content = SeededContent(seed: UInt64(number), size: size)
                    _ = try await store.put(
                        PutRequest(bucket: bucket, key: try ObjectKey(key), length: size), body: BytesBody(content))
                }
            }
            _ = try await store.put(
                PutRequest(bucket: bucket, key: try ObjectKey("key3"), length: 5),
                body: BytesBody(SeededContent(seed: 9, size: 5)))
            _ = try await store.delete(bucket, try ObjectKey("other1"), precondition: Precondition())
            // Long enough for the trash to be emptied.
            await world.scheduler.sleep(milliseconds: 200_000)
            store.close()
        }
        world.crash()
        return world
    }

    private func examine(
        _ world: SimulatedWorld, present: [Int]? = nil
    ) throws -> (summary: DoctorSummary, findings: [DoctorFinding]) {
        let findings = Mutex<[DoctorFinding]>([])
        let present = present ?? Array(0..<world.driveCount)
        let summary = try world.scheduler.run {
            await Doctor(
                environment: world.environment, makeDrive: world.openDrive, verifyIndex: { _ in },
                report: { finding in findings.withLock { $0.append(finding) } }
            ).examine(present.map { world.paths[$0] })
        }
        return (summary, findings.withLock { $0 })
    }

    /// A shard file and the drive that has it.
    private func someShard(_ world: SimulatedWorld) throws -> (drive: Int, name: ShardName) {
        for drive in 0..<world.driveCount {
            let names = try world.drive(drive).open().shardNames(after: nil, limit: 1)
            if let name = names.first { return (drive, name) }
        }
        throw DriveError(.notFound, "no shard anywhere")
    }

    @Test func `sound drives are clean, and everything on them was looked at`() throws {
        let (summary, findings) = try examine(try filledWorld())
        #expect(findings == [])
        #expect(summary.isClean)
        #expect(summary.sets == 2)
        #expect(summary.drives == 8)
        #expect(summary.objects == 13)
        // Four tiny objects have three copies, three inline and four striped ones four shards, two are empty.
        #expect(summary.shards == 4 * 3 + 7 * 4)
        #expect(summary.shardBytes > 4 * 2 * 3_000_000)
    }

    @Test func `a flipped bit in a shard, a lost shard and an orphan are named`() throws {
        let world = try filledWorld()
        let (drive, name) = try someShard(world)
        #expect(world.drive(drive).rot(name, at: 70_000))
        let rotten = try examine(world)
        #expect(rotten.findings.map(\.kind) == [.shard])
        #expect(rotten.findings[0].place == world.paths[drive])
        #expect(rotten.findings[0].text.contains(name.text))
        #expect(!rotten.summary.isClean)

        world.drive(drive).lose(name)
        let lost = try examine(world)
        #expect(lost.findings.map(\.kind) == [.shard])
        #expect(lost.findings[0].text.contains("not there"))

        let other = (0..<world.driveCount).first { world.paths[$0] != world.paths[drive] } ?? 0
        let handle = world.drive(other).open()
        let orphan = try handle.createShard(ShardName("0000000000000001-00000000000000aa-0000000000000bbb"))
        try orphan.append(ByteBuffer(string: "left over"))
        try orphan.finish()
        handle.close()
        #expect(try examine(world).findings.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [.orphan, .shard])
    }

    @Test func `a footer of another shard is damage even when all its checksums fit`() throws {
        let world = try filledWorld()
        let (drive, name) = try someShard(world)
        let other = drive / Self.setSize * Self.setSize + (drive + 1) % Self.setSize
        let reader = try world.drive(drive).open().openShard(name)
        let bytes = try reader.read(at: 0, count: Int(reader.byteCount))
        let handle = world.drive(other).open()
        let writer = try handle.createShard(name)
        try writer.append(bytes)
        try writer.finish()
        handle.close()
        let findings = try examine(world).findings
        #expect(findings.map(\.kind) == [.shard])
        #expect(findings[0].place == world.paths[other])
        #expect(findings[0].text.contains("footer"))
    }

    @Test(arguments: [Family.heads, .refs, .documents])
    func `a row that differs on one drive is named`(family: Family) throws {
        let world = try filledWorld()
        var contents = world.index(2).durable
        let row = try #require(contents[family].all.first)
        var batch = IndexBatch()
        batch.put(family, row.key, row.value + [0])
        contents.apply(batch)
        world.index(2).replaceContents(contents)
        let findings = try examine(world).findings
        #expect(findings.contains { $0.kind == .row && $0.place == world.paths[2] && $0.text.contains("\(family)") })
    }

    @Test func `counters and counts that no recount gives are named, though all drives agree`() throws {
        let world = try filledWorld()
        for drive in 0..<Self.setSize {
            var contents = world.index(drive).durable
            var batch = IndexBatch()
            for row in contents[.state].all where row.key.starts(with: StateKey.usagePrefix) {
                var usage = try UsageRecord(decoding: row.value)
                usage.objects += 1
                batch.put(.state, row.key, usage.encoded())
            }
            let counted = try #require(contents[.refs].all.first)
            var references = try ReferencesRecord(decoding: counted.value)
            references.count += 1
            batch.put(.refs, counted.key, references.encoded())
            contents.apply(batch)
            world.index(drive).replaceContents(contents)
        }
        #expect(try examine(world).findings.map(\.kind) == [.counter, .counter])
    }

    @Test func `a drive that is not here, is empty, or has a damaged index is named`() throws {
        let world = try filledWorld()
        let absent = try examine(world, present: Array(1..<world.driveCount))
        #expect(absent.findings.map(\.kind) == [.drive])
        #expect(!absent.summary.isClean)

        world.index(3).failOpening(IndexError(.corrupt, "flipped"))
        let damaged = try examine(world)
        #expect(damaged.findings.map(\.kind) == [.index])
        #expect(damaged.findings[0].text.contains("flipped"))

        world.replace(3)
        #expect(Set(try examine(world).findings.map(\.kind)) == [.drive])
    }

    @Test func `no drive at all is not clean`() throws {
        #expect(try !examine(try filledWorld(), present: []).summary.isClean)
    }
}
