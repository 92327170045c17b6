import DriveIO
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization
import Testing

@testable import ErasureStore
@testable import Simulator

/// A scrub finds what is wrong on the drives of a serving store, and what it finds is repaired.
@Suite struct ScrubTests {
    @Test(arguments: [SimulatedShape(2, 1), SimulatedShape(2, 2), SimulatedShape(4, 2)], [1, 30])
    func `Rotten blocks, at most m with one number, are all repaired`(_ shape: SimulatedShape, _ percent: Int) {
        ScenarioRuns.run(shape) { trial in
            let store = try trial.create()
            let contents = try trial.fill(store)
            let shards = try trial.scrub(store)[0]
            guard shards.found == 0, shards.damagedObjects == 0 else { throw Violation("sound drives: \(shards)") }
            let rotten = try trial.rotBlocks(percent: percent)
            // No reader notices: the page cache has what was written.
            let found = try trial.scrub(store)[0]
            guard found.found == UInt64(rotten), found.repaired == UInt64(rotten) else {
                throw Violation("\(rotten) shards rotten: \(found)")
            }
            guard found.shardsVerified == shards.shardsVerified else { throw Violation("\(shards), then \(found)") }
            for (key, content) in contents { try trial.expect(store, key, oneOf: [content], "after the scrub") }
            let online = try trial.examineOnline(store)
            guard online.examination.isClean else { throw Violation("\(online.findings)") }
            try trial.audit(store)
            let findings = try trial.examineStopped()
            guard findings.isEmpty else { throw Violation("\(findings)") }
        }
    }

    @Test func `Rotten, lost and misplaced rows of small objects are repaired`() throws {
        let trial = try Trial(SimulatedShape(4, 2), seed: 3)
        let store = try trial.create()
        let contents = try trial.fill(store)
        let tiny = try trial.payload(of: "tiny")
        let inline = try trial.payload(of: "inline")
        func row(_ drive: Int, _ id: DataID) -> [UInt8]? { trial.world.index(drive).durable[.payloads].value(id.bytes) }
        var rotten = try #require(row(tiny.slots[0], tiny.id))
        rotten[rotten.count - 1] ^= 1
        trial.replaceRow(drive: tiny.slots[0], .payloads, tiny.id.bytes, rotten)
        trial.replaceRow(drive: 1, .payloads, inline.id.bytes, nil)
        trial.replaceRow(drive: 2, .payloads, inline.id.bytes, row(3, inline.id))
        let scrub = try trial.scrub(store)[0]
        #expect(scrub.found == 3)
        #expect(scrub.repaired == 3)
        for (key, content) in contents { try trial.expect(store, key, oneOf: [content], "after the scrub") }
        try trial.audit(store)
        #expect(try trial.examineStopped() == [])
    }

    @Test(arguments: [Family.heads, .refs, .documents, .state, .manifests], [0, 3])
    func `A member with another row is made equal, and keeps its shards`(family: Family, drive: Int) throws {
        let trial = try Trial(SimulatedShape(4, 2), seed: 4)
        let store = try trial.create()
        let contents = try trial.fill(store)
        let row = try #require(trial.world.index(drive).durable[family].all.last)
        trial.replaceRow(drive: drive, family, row.key, row.value + [0])
        let scrub = try trial.scrub(store)[0]
        #expect(scrub.found == 1)
        try trial.settle(store)
        for (key, content) in contents { try trial.expect(store, key, oneOf: [content], "after the scrub") }
        try trial.audit(store)
        #expect(store.status.sets[0].shardsRepaired == 0)
        #expect(try trial.examineStopped() == [])
    }

    @Test func `Of two that differ nobody is made equal to the other, unless one of them holds no record`() throws {
        let trial = try Trial(SimulatedShape(1, 1), seed: 4)
        let store = try trial.create()
        _ = try trial.fill(store)
        let row = try #require(trial.world.index(0).durable[.refs].all.first)
        var references = try ReferencesRecord(decoding: row.value)
        references.count += 1
        trial.replaceRow(drive: 1, .refs, row.key, references.encoded())
        let scrub = try trial.scrub(store)[0]
        #expect(scrub.found == 1)
        #expect(store.status.sets[0].memberCount == 2)
        #expect(trial.world.index(1).durable[.refs].value(row.key) == references.encoded())
        #expect(try trial.examineOnline(store).findings.contains { $0.kind == "row" })
    }

    @Test func `A rotten index is found before anybody needs its rows, and built anew`() throws {
        let trial = try Trial(SimulatedShape(4, 2), seed: 5)
        let store = try trial.create()
        let contents = try trial.fill(store)
        for row in trial.world.index(4).durable[.uploads].all + trial.world.index(4).durable[.refs].all {
            trial.world.index(4).corrupt(.refs, row.key)
        }
        let scrub = try trial.scrub(store)[0]
        #expect(scrub.found == 1)
        try trial.settle(store)
        for (key, content) in contents { try trial.expect(store, key, oneOf: [content], "after the scrub") }
        try trial.audit(store)
        #expect(try trial.examineStopped() == [])
    }

    @Test func `A scrub that a crash cut short goes on where it was`() throws {
        let trial = try Trial(SimulatedShape(2, 1), seed: 6)
        let store = try trial.create()
        try trial.run {
            for number in 0..<12 {
                try await trial.put(store, "object\(number)", SeededContent(seed: UInt64(number), size: 300_000))
            }
        }
        let shards = try trial.scrub(store)[0].shardsVerified
        // Slow drives: a minute passes, and the position is written, within the run.
        for drive in 0..<3 { trial.world.executor(drive)?.setLatency(milliseconds: 900...1000) }
        try trial.run { try await store.startScrub() }
        let reached = trial.go(milliseconds: 600_000) {
            let record = try? trial.world.index(0).durable[.state].value(StateKey.scrub.bytes)
                .map { try ScrubRecord(decoding: $0) }
            return record.map { $0.isUnderWay && $0.shards > 0 } ?? false
        }
        #expect(reached)
        trial.crash()
        let stored = try #require(trial.world.index(0).durable[.state].value(StateKey.scrub.bytes))
        let record = try ScrubRecord(decoding: stored)
        #expect(record.family == Family.heads.rawValue && record.shards < shards)
        let inspections = Mutex(0)
        for drive in 0..<3 {
            trial.world.drive(drive).observe { step in if step == .inspect { inspections.withLock { $0 += 1 } } }
        }
        let again = try trial.start()
        try trial.sleep(milliseconds: 1000)
        let end = try trial.scrub(again, starting: false)[0]
        #expect(end.shardsVerified == shards, "none twice, none left out")
        #expect(end.startedAt == Timestamp(milliseconds: record.started))
        // A shard takes a look at its footer, its table and its bytes.
        #expect(inspections.withLock { $0 } == 3 * Int(shards - record.shards))
    }

    @Test func `Stopped by the operator it waits, also over a restart, until it is started again`() throws {
        let trial = try Trial(SimulatedShape(2, 1), seed: 7)
        let store = try trial.create()
        _ = try trial.fill(store)
        for drive in 0..<3 { trial.world.executor(drive)?.setLatency(milliseconds: 900...1000) }
        try trial.run { try await store.startScrub() }
        try trial.sleep(milliseconds: 8000)
        #expect(store.status.sets[0].scrub.phase == .running)
        try trial.run { try await store.stopScrub() }
        #expect(store.status.sets[0].scrub.phase == .stopped)
        try trial.sleep(milliseconds: 20_000)
        trial.crash()
        let again = try trial.start()
        try trial.sleep(milliseconds: 100_000)
        #expect(again.status.sets[0].scrub.phase == .stopped)
        #expect(again.status.sets[0].scrub.finishedAt == nil)
        let scrub = try trial.scrub(again)[0]
        #expect(scrub.finishedAt != nil)
    }

    @Test func `It begins by itself after thirty days, and not before`() throws {
        let trial = try Trial(SimulatedShape(2, 1), seed: 8)
        let store = try trial.create()
        _ = try trial.fill(store)
        try trial.sleep(milliseconds: 700_000)
        let day: UInt64 = 24 * 3_600_000
        let next = try #require(store.status.sets[0].scrub.nextAt)
        let first = try trial.run { trial.world.environment.clock.now().milliseconds }
        #expect(next.milliseconds - first < 30 * Int64(day) && next.milliseconds - first > 29 * Int64(day))
        trial.world.moveClock(milliseconds: 29 * Int64(day))
        try trial.sleep(milliseconds: 10_000)
        #expect(store.status.sets[0].scrub.startedAt == nil)
        trial.world.moveClock(milliseconds: Int64(day))
        let scrub = try trial.scrub(store, starting: false)[0]
        #expect(scrub.shardsVerified > 0)
        #expect(try #require(scrub.nextAt).milliseconds == scrub.startedAt!.milliseconds + 30 * Int64(day))
    }

    @Test func `Between its runs it touches no drive`() throws {
        let trial = try Trial(SimulatedShape(2, 1), seed: 9)
        let store = try trial.create()
        _ = try trial.fill(store)
        try trial.scrub(store)
        try trial.sleep(milliseconds: 120_000)
        let steps = Mutex<Set<InMemoryDriveMedium.Step>>([])
        let before = (0..<3).map { (trial.world.index($0).writeCount, trial.world.index($0).rowsRead) }
        for drive in 0..<3 { trial.world.drive(drive).observe { step in steps.withLock { _ = $0.insert(step) } } }
        try trial.sleep(milliseconds: 3_000_000)
        // The watch for vanished drives, which reads no data.
        #expect(steps.withLock { $0 } == [.checkPlace, .space])
        for drive in 0..<3 { #expect(trial.world.index(drive).writeCount == before[drive].0) }
    }

    @Test(arguments: [SimulatedShape(2, 1), SimulatedShape(4, 2)])
    func `34: what is missing while all drives are healthy is put back, and doctor agrees`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { trial in
            let store = try trial.create()
            let contents = try trial.fill(store)
            // Gone without anybody's knowledge, on as many drives as may be lost.
            let slots = trial.chooseSlots(shape.parityShards)
            for slot in slots {
                for name in trial.world.drive(slot).durableShards.keys { trial.world.drive(slot).lose(name) }
            }
            try trial.run { try await store.startScrub() }
            guard trial.go(milliseconds: 60_000, until: { store.status.sets[0].heal.missingShards > 0 }) else {
                throw Violation("nobody misses what is gone")
            }
            try trial.audit(store, isWhole: false)
            try trial.scrub(store, starting: false)
            try trial.settle(store)
            for (key, content) in contents { try trial.expect(store, key, oneOf: [content], "healed") }
            try trial.audit(store)
            let findings = try trial.examineStopped()
            guard findings.isEmpty else { throw Violation("\(findings)") }
        }
    }
}
