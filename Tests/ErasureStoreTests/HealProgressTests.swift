import MetadataIndex
import SimulatedDrives
import StorageAPI
import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct HealProgressTests {
    private let world = SimulatedWorld(seed: 1, driveCount: 1)

    private func payload(_ counter: UInt64) -> Payload {
        Payload(
            id: DataID(epoch: 1, run: 1, counter: counter), size: 4 << 20,
            layout: .striped(dataShards: 4, parityShards: 2, rotation: 0, unitByteCount: 65_536))
    }

    /// A shard of 1 MiB each second.
    private func rebuild(_ count: UInt64, _ progress: HealProgress) throws {
        let world = world
        try world.scheduler.run {
            for number in 0..<count {
                progress.rebuilt(payload(number))
                await world.scheduler.sleep(milliseconds: 1000)
            }
        }
    }

    @Test func `The rate is that of the last minute, and says how long the rest takes`() throws {
        let progress = HealProgress(clock: world.environment.clock)
        var backlog = Backlog()
        backlog.count(payload(0), slot: 3, times: 30)
        backlog.count(payload(0), slot: 4, times: 7)
        let before = progress.status(backlog, members: [0, 1, 2, 3, 5])
        #expect((before.missingShards, before.rebuildableShards) == (37, 30), "a drive that is out is not healed")
        #expect(before.bytesPerSecond == 0 && before.remainingSeconds == nil)
        try rebuild(100, progress)
        let status = progress.status(backlog, members: [0, 1, 2, 3, 5])
        #expect((status.rebuiltShards, status.rebuiltByteCount) == (100, 100 << 20))
        #expect(abs(status.bytesPerSecond / Double(1 << 20) - 1) < 0.05)
        #expect(abs((status.remainingSeconds ?? 0) - 30) < 2)
    }

    @Test func `Nothing is promised while nobody knows what a drive lacks, or when all is done`() throws {
        let progress = HealProgress(clock: world.environment.clock)
        var backlog = Backlog()
        backlog.count(payload(0), slot: 3, times: 30)
        var staged = Evaluation.Staged()
        staged.listings[5] = true
        backlog.apply(staged)
        try rebuild(10, progress)
        let unlisted = progress.status(backlog, members: [3, 5])
        #expect(unlisted.missingShards == 31 && unlisted.remainingSeconds == nil)
        #expect(unlisted.bytesPerSecond > 0)
        progress.isDone()
        let done = progress.status(Backlog(), members: [3, 5])
        #expect(done.bytesPerSecond == 0 && done.remainingSeconds == nil && done.rebuiltShards == 10)
    }
}
