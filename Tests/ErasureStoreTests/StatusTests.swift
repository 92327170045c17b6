import DriveIO
import ErasureStore
import SimulatedDrives
import StorageAPI
import Testing

@testable import Simulator

/// What an operator is told about drives.
@Suite struct StatusTests {
    @Test func `every drive of a healthy store is a member, with its place, name and space`() throws {
        let trial = try Trial(SimulatedShape(4, 2), seed: 1)
        let store = try trial.create()
        try trial.sleep(milliseconds: 3000)
        let status = store.status
        #expect(!status.deployment.isEmpty)
        let set = try #require(status.sets.first)
        #expect((set.service, set.pool, set.dataShards, set.parityShards) == (.serving, 0, 4, 2))
        #expect(set.drives.map(\.slot) == Array(0..<6))
        #expect(set.drives.map(\.path) == trial.world.paths)
        #expect(Set(set.drives.map(\.uuid)).count == 6)
        for drive in set.drives {
            #expect(drive.state == .member)
            #expect(drive.reason == "")
            #expect(drive.capacityByteCount >= drive.freeByteCount)
            #expect(drive.freeByteCount > 0)
        }
        try trial.close(store)
    }

    @Test func `a drive that fails is out, and the operator is told why until it is back`() throws {
        let trial = try Trial(SimulatedShape(4, 2), seed: 2)
        let store = try trial.create()
        try trial.sleep(milliseconds: 3000)
        let before = store.status.sets[0].drives[3]
        trial.world.index(3).failNextWrites(.init(.nothing))
        try trial.run { try await trial.put(store, "key", trial.content(.inline)) }
        trial.go(milliseconds: 5000) { store.status.sets[0].drives[3].state != .member }
        let out = store.status.sets[0].drives[3]
        #expect(out.state == .out)
        #expect(out.reason.contains("its index failed"))
        #expect(out.faults == [.index: 1])
        #expect((out.path, out.uuid) == (before.path, before.uuid))
        #expect(store.status.sets[0].memberCount == 5)
        try trial.settle(store)
        #expect(store.status.sets[0].drives[3].state == .member)
        #expect(store.status.sets[0].drives[3].reason == "")
        try trial.close(store)
    }

    @Test func `what is rebuilt on a new drive is counted`() throws {
        let trial = try Trial(SimulatedShape(4, 2), seed: 4)
        let store = try trial.create()
        try trial.run { try await trial.put(store, "key", trial.content(.striped)) }
        try trial.settle(store)
        #expect(store.status.sets[0].heal.rebuiltShards == 0)
        trial.world.wipe(2)
        trial.go(milliseconds: 5000) { store.status.sets[0].drives[2].state != .member }
        try trial.settle(store)
        let heal = store.status.sets[0].heal
        #expect(heal.rebuiltShards == 1 && heal.rebuiltByteCount > 0)
        #expect((heal.missingShards, heal.rebuildableShards, heal.remainingSeconds) == (0, 0, nil))
        try trial.close(store)
    }

    @Test func `a drive that is not there is absent, and the paths without a drive are named`() throws {
        let trial = try Trial(SimulatedShape(4, 2), seed: 3)
        try trial.close(try trial.create())
        trial.crash()
        let store = try trial.start(without: [4])
        let drive = store.status.sets[0].drives[4]
        #expect(drive.state == .absent)
        #expect(drive.path == "")
        #expect(drive.reason.contains(trial.world.paths[4]))
        try trial.close(store)
    }

    @Test func `drives of a set that only reads wait for more`() throws {
        let trial = try Trial(SimulatedShape(2, 2), seed: 4)
        try trial.close(try trial.create())
        trial.crash()
        let store = try trial.start(without: [0, 1])
        let set = store.status.sets[0]
        #expect(set.service == .readOnly)
        #expect(set.drives.map(\.state) == [.absent, .absent, .waiting, .waiting])
        try trial.close(store)
    }
}
