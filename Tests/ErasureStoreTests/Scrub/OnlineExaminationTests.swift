import DriveIO
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import ErasureStore
@testable import Simulator

/// `doctor` on a store that serves: clean only if all was seen, and what is wrong by its name.
@Suite struct OnlineExaminationTests {
    @Test func `A sound store is clean while clients write, copy and delete`() throws {
        let trial = try Trial(SimulatedShape(2, 2), seed: 31)
        let store = try trial.create()
        _ = try trial.fill(store)
        for drive in 0..<4 { trial.world.executor(drive)?.setLatency(milliseconds: 0...3) }
        let (world, bucket) = (trial.world, trial.bucket)
        let clients = SimulatedClients(store: store, model: ClientModel(), bucket: bucket, world: world)
        let work = trial.begin { await clients.run(clients: 4, operations: 60) { world.scheduler.random() } }
        for _ in 0..<8 {
            let (examination, findings) = try trial.examineOnline(store)
            #expect(findings == [])
            #expect(examination.isClean)
            #expect(examination.objects >= 7 && examination.shards > 20 && examination.rows > 30)
        }
        #expect(trial.go(milliseconds: 60_000) { work.isDone })
    }

    @Test func `Rot, a lost row, a row that differs and a drive that is out are named, and nothing is repaired`()
        throws
    {
        let trial = try Trial(SimulatedShape(2, 2), seed: 32)
        let store = try trial.create()
        _ = try trial.fill(store)
        let striped = try trial.payload(of: "striped")
        trial.world.drive(1).rotOnDisk(striped.shardName, at: 5000)
        let inline = try trial.payload(of: "inline")
        trial.replaceRow(drive: 2, .payloads, inline.id.bytes, nil)
        let row = try #require(trial.world.index(3).durable[.refs].all.first)
        trial.replaceRow(drive: 3, .refs, row.key, row.value + [0])
        // Published with the next batch.
        try trial.run { try await trial.put(store, "another", trial.content(.empty)) }
        let (examination, findings) = try trial.examineOnline(store)
        #expect(!examination.isClean && examination.findings == 3)
        #expect(Set(findings.map(\.kind)) == ["shard", "row"])
        #expect(Set(findings.map(\.place)) == ["/drive1", "/drive2", "/drive3"])
        #expect(store.status.sets[0].heal.missingShards == 0)

        trial.world.drive(0).inject(.init(.checkPlace, error: .init(.vanished, "pulled")))
        trial.world.index(0).failOpening(IndexError(.inputOutput, "kept out"))
        try trial.sleep(milliseconds: 3000)
        let degraded = try trial.examineOnline(store)
        #expect(degraded.findings.contains { $0.kind == "drive" && $0.text.contains("slot 0") })
    }

    @Test func `One that nobody waits for any more ends early, and proves nothing`() throws {
        let trial = try Trial(SimulatedShape(2, 2), seed: 34)
        let store = try trial.create()
        _ = try trial.fill(store)
        for drive in 0..<4 { trial.world.executor(drive)?.setLatency(milliseconds: 10...10) }
        let scheduler = trial.world.scheduler
        let began = scheduler.uptimeMilliseconds
        _ = try trial.examineOnline(store)
        let whole = scheduler.uptimeMilliseconds - began
        let outcome = try trial.run {
            await withTaskGroup(of: Result<HealthExamination, any Error>.self) { group in
                group.addTask {
                    do {
                        return .success(try await store.examine { _ in })
                    } catch {
                        return .failure(error)
                    }
                }
                await scheduler.sleep(milliseconds: 50)
                group.cancelAll()
                return await group.next()
            }
        }
        #expect(scheduler.uptimeMilliseconds - began - whole < whole / 2)
        #expect(throws: StoreError.self) { try outcome?.get() }
    }

    @Test func `A store that does not serve is no proof of anything`() throws {
        let trial = try Trial(SimulatedShape(2, 1), seed: 33)
        let store = try trial.create()
        _ = try trial.fill(store)
        try trial.close(store)
        #expect(throws: StoreError.self) { try trial.examineOnline(store) }
    }
}
