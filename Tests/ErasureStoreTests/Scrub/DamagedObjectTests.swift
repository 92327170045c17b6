import DriveIO
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import ErasureStore
@testable import Simulator

/// Objects that have lost more than parity can replace are listed by name, and stay listed while they are lost.
@Suite struct DamagedObjectTests {
    private let trial: Trial
    private let store: ErasureStore
    private let contents: [String: SeededContent]

    init() throws {
        trial = try Trial(SimulatedShape(2, 1), seed: 21)
        store = try trial.create()
        contents = try trial.fill(store)
    }

    /// Spoils the first blocks of a file on two of three drives.
    private func destroy(_ key: String) throws {
        let name = try trial.payload(of: key).shardName
        for drive in 0..<2 { #expect(trial.world.drive(drive).rot(name, at: 100)) }
    }

    @Test func `A scrub lists an object that is lost, by all of its names`() throws {
        try destroy("long")
        let scrub = try trial.scrub(store)[0]
        #expect(scrub.damagedObjects == 2)
        #expect(try trial.damagedKeys(store) == ["copy", "long"])
        for family in [Family.state, .heads] {
            let rows = (0..<3).map { drive in
                trial.world.index(drive).durable[family].all.filter { $0.key != StateKey.identity.bytes }
            }
            #expect(rows[0] == rows[1] && rows[1] == rows[2])
        }
        try trial.expect(store, "striped", oneOf: [contents["striped"]], "the others are whole")
    }

    @Test func `The list is read page by page`() throws {
        try destroy("long")
        try destroy("striped")
        try trial.scrub(store)
        let (trial, store) = (trial, store)
        try trial.run {
            var keys: [DamagedObject] = []
            while let next = try await store.damagedObjects(after: keys.last, limit: 1).first { keys.append(next) }
            #expect(keys.map(\.key) == (try ["copy", "long", "striped"].map { try ObjectKey($0) }))
            #expect(keys.allSatisfy { $0.bucket == "bucket" && $0.reason.contains("1 of its 3 shards are good") })
        }
    }

    @Test func `A reader that meets one has it listed, without a scrub`() throws {
        try destroy("striped")
        let (trial, store) = (trial, store)
        #expect(throws: StoreError.self) { try trial.run { try await trial.get(store, "striped") } }
        try trial.sleep(milliseconds: 5000)
        #expect(try trial.damagedKeys(store) == ["striped"])
    }

    @Test func `It stays listed over a crash, and goes when it is overwritten or deleted`() throws {
        try destroy("long")
        try destroy("striped")
        try trial.scrub(store)
        trial.crash()
        let again = try trial.start()
        try trial.sleep(milliseconds: 3000)
        #expect(try trial.damagedKeys(again) == ["copy", "long", "striped"])
        #expect(again.status.sets[0].scrub.damagedObjects == 3)
        let (trial, content) = (trial, try #require(contents["tiny"]))
        try trial.run {
            try await trial.put(again, "long", content)
            _ = try await again.delete(trial.bucket, try ObjectKey("striped"), precondition: .none)
        }
        #expect(try trial.damagedKeys(again) == ["copy"])
        try trial.sleep(milliseconds: 120_000)
        #expect(again.status.sets[0].scrub.damagedObjects == 1)
        let rows = trial.world.index(0).durable[.state].all.filter { $0.key.starts(with: StateKey.damagedPrefix) }
        #expect(rows.count == 1)
    }

    @Test func `It goes when a drive with good shards comes back`() throws {
        let name = try trial.payload(of: "long").shardName
        #expect(trial.world.drive(0).rot(name, at: 100))
        trial.crash()
        let degraded = try trial.start(without: [2])
        try trial.scrub(degraded)
        #expect(try trial.damagedKeys(degraded) == ["copy", "long"])
        trial.crash()
        let whole = try trial.start()
        try trial.settle(whole)
        try trial.sleep(milliseconds: 60_000)
        #expect(try trial.damagedKeys(whole) == [])
        try trial.expect(whole, "long", oneOf: [contents["long"]], "whole again")
        try trial.audit(whole)
    }

    @Test func `Rot in an object that is deleted meanwhile is nobody's loss`() throws {
        try destroy("striped")
        let (trial, store) = (trial, store)
        try trial.run { try await store.startScrub() }
        let found = trial.go(milliseconds: 60_000) { store.sets[0].damage.waitingCount > 0 }
        #expect(found)
        try trial.run { _ = try await store.delete(trial.bucket, try ObjectKey("striped"), precondition: .none) }
        try trial.scrub(store, starting: false)
        try trial.sleep(milliseconds: 100_000)
        #expect(try trial.damagedKeys(store) == [])
        try trial.audit(store)
    }
}

extension Payload {
    var shardName: ShardName { ShardName(id.text) }
}
