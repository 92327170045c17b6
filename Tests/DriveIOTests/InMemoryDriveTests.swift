import DriveIO
import NIOCore
import SeededRandom
import SimulatedDrives
import Testing

@Suite struct InMemoryDriveTests {
    let medium = InMemoryDriveMedium(path: "memory")
    let drive: InMemoryDrive

    init() throws {
        drive = medium.open()
        try drive.setIdentity([1])
    }

    // MARK: Crashes

    @Test func `a crash keeps what was synced and nothing else`() throws {
        try drive.lock()
        try drive.write(shardName(1), "finished")
        let unfinished = try drive.createShard(shardName(2))
        try unfinished.append(buffer("bytes"))
        medium.crash()
        let next = medium.open()
        try next.lock()
        #expect(try next.identity() == [1])
        #expect(try next.allNames() == [shardName(1)])
        #expect(try next.text(shardName(1)) == "finished")
        #expect(medium.incomingCount == 0)
    }

    @Test func `the handles of a process that ended do nothing`() throws {
        let writer = try drive.createShard(shardName(1))
        medium.crash()
        #expect(code { () throws(DriveError) in _ = try drive.identity() } == .closed)
        #expect(code { () throws(DriveError) in try writer.append(buffer("bytes")) } == .closed)
        #expect(code { () throws(DriveError) in try writer.finish() } == .closed)
        #expect(try medium.open().allNames() == [])
    }

    @Test func `a directory entry that was not synced is lost, or not, by the seed`() throws {
        var outcomes: Set<[ShardName]> = []
        for seed in 0..<20 as Range<UInt64> {
            let medium = InMemoryDriveMedium(path: "memory")
            let drive = medium.open()
            try drive.setIdentity([1])
            medium.inject(.init(.syncDirectory))
            #expect(code { () throws(DriveError) in try drive.createShard(shardName(1)).finish() } == .inputOutput)
            var generator = SeededGenerator(seed: seed)
            medium.crash(using: &generator)
            outcomes.insert(try medium.open().allNames())
        }
        #expect(outcomes == [[], [shardName(1)]])
    }

    @Test func `a removal that was not synced comes back in a crash`() throws {
        try drive.write(shardName(1), "bytes")
        medium.inject(.init(.syncDirectory))
        #expect(code { () throws(DriveError) in try drive.removeShards([shardName(1)]) } == .inputOutput)
        #expect(try drive.allNames() == [])
        medium.crash()
        #expect(try medium.open().text(shardName(1)) == "bytes")
    }

    @Test func `a quarantined index is whatever the simulation has beside the drive`() throws {
        #expect(code { () throws(DriveError) in try drive.quarantineIndex() } == .notFound)
        let log = OperationLog()
        medium.setQuarantineIndex {
            log.note("moved")
            return true
        }
        try drive.quarantineIndex()
        #expect(log.entries.count == 1)
    }

    // MARK: Faults

    @Test(arguments: [InMemoryDriveMedium.Step.append, .syncFile, .name, .syncDirectory])
    func `a step that failed fails the writer for good`(step: InMemoryDriveMedium.Step) throws {
        medium.inject(.init(step))
        let writer = try drive.createShard(shardName(1))
        func use() throws(DriveError) {
            try writer.append(buffer("bytes"))
            try writer.finish()
        }
        for _ in 1...2 { #expect(code { () throws(DriveError) in try use() } == .inputOutput) }
        medium.crash()
        #expect(medium.durableShards == [:])
    }

    @Test(arguments: [InMemoryDriveMedium.Step.syncFile, .syncDirectory])
    func `a failed sync ends all changes through this handle`(step: InMemoryDriveMedium.Step) throws {
        let other = try drive.createShard(shardName(2))
        medium.inject(.init(step))
        #expect(code { () throws(DriveError) in try drive.createShard(shardName(1)).finish() } == .inputOutput)
        #expect(code { () throws(DriveError) in try other.finish() } == .inputOutput)
        #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(3)) } == .inputOutput)
        #expect(code { () throws(DriveError) in try drive.removeShards([shardName(1)]) } == .inputOutput)
        #expect(code { () throws(DriveError) in try drive.setIdentity([2]) } == .inputOutput)
        #expect(try drive.identity() == [1], "reading goes on")
        try medium.open().write(shardName(3), "bytes")
    }

    @Test func `faults skip, repeat and end as told`() throws {
        medium.inject(.init(.space, skip: 1, count: 2))
        let codes = (1...4).map { _ in code { () throws(DriveError) in _ = try drive.space() } }
        #expect(codes == [nil, .inputOutput, .inputOutput, nil])
        medium.inject(.init(.space, count: nil))
        #expect((1...9).allSatisfy { _ in code { () throws(DriveError) in _ = try drive.space() } == .inputOutput })
        medium.clearFaults()
        #expect(try drive.space().available > 0)
    }

    @Test func `a write can fail and yet have happened`() throws {
        medium.inject(.init(.syncDirectory, happens: true))
        #expect(code { () throws(DriveError) in try drive.createShard(shardName(1)).finish() } == .inputOutput)
        medium.crash()
        #expect(try medium.open().allNames() == [shardName(1)])
    }

    @Test func `steps are heard in order`() throws {
        let log = OperationLog()
        medium.observe { log.note("\($0)") }
        try drive.write(shardName(1), "bytes")
        let steps = ["create", "append", "syncFile", "name", "syncDirectory"]
        #expect(log.entries.map(\.event) == steps.map { .note($0) })
    }

    @Test func `a recording drive tells a shard's story`() throws {
        let log = OperationLog()
        let recording = RecordingDrive(drive, as: "drive1", in: log)
        try recording.write(shardName(1), "bytes")
        try recording.removeShards([shardName(1)])
        #expect(
            log.entries.map(\.event) == [
                .created(shardName(1)), .appended(shardName(1), byteCount: 5), .finishing(shardName(1)),
                .finished(shardName(1)), .removed([shardName(1)]),
            ])
        #expect(log.entries.allSatisfy { $0.source == "drive1" })
    }

    // MARK: Damage

    @Test func `space runs out and comes back`() throws {
        medium.setCapacity(10)
        try drive.write(shardName(1), "01234567")
        #expect(try drive.space() == DriveSpace(total: 10, available: 2))
        let writer = try drive.createShard(shardName(2))
        #expect(code { () throws(DriveError) in try writer.append(buffer("abc")) } == .full)
        writer.discard()
        try drive.removeShards([shardName(1)])
        try drive.write(shardName(2), "abc")
    }

    @Test func `bits rot, shards are cut short and lost`() throws {
        for counter in 1...3 { try drive.write(shardName(counter), "bytes") }
        #expect(medium.rot(shardName(1), at: 1))
        #expect(!medium.rot(shardName(1), at: 5))
        medium.truncate(shardName(2), to: 2)
        medium.lose(shardName(3))
        #expect(try drive.text(shardName(1)) == "bxtes")
        #expect(try drive.text(shardName(2)) == "by")
        #expect(try drive.allNames() == [shardName(1), shardName(2)])
    }

    @Test func `an unmounted drive leaves an empty directory, and writers that seem to go on`() throws {
        try drive.write(shardName(1), "bytes")
        try drive.rememberPlace()
        let writer = try drive.createShard(shardName(2))
        medium.setUnmounted(true)
        try writer.append(buffer("bytes"))
        #expect(code { () throws(DriveError) in try writer.finish() } == .notFound)
        #expect(code { () throws(DriveError) in try drive.checkPlace() } == .vanished)
        #expect(code { () throws(DriveError) in _ = try drive.createShard(shardName(3)) } == .vanished)
        #expect(try drive.identity() == nil && drive.isBlank() && drive.allNames() == [])
        #expect(try !drive.mount().isMountPoint)
        medium.setUnmounted(false)
        try drive.checkPlace()
        #expect(try drive.allNames() == [shardName(1)])
    }

    @Test func `a wiped drive is not the same even with the same identity`() throws {
        try drive.rememberPlace()
        medium.wipe()
        #expect(code { () throws(DriveError) in try drive.checkPlace() } == .vanished)
        try medium.open().setIdentity([1])
        #expect(code { () throws(DriveError) in try drive.checkPlace() } == .vanished)
    }

    @Test func `what is not cached is not read on the spot`() throws {
        try drive.write(shardName(1), "bytes")
        let reader = try drive.openShard(shardName(1))
        #expect(reader.readCached(at: 0, count: 5) == buffer("bytes"))
        medium.setCached(false)
        #expect(reader.readCached(at: 0, count: 5) == nil)
    }
}
