import MetadataIndex
import Testing

@testable import ErasureStore

/// What a scrub decides without touching a drive.
@Suite struct ScrubRulesTests {
    private static let right: [UInt8] = [1]
    private static let other: [UInt8] = [2]
    private static let garbage: [UInt8] = [0xFF]

    private func verdict(_ values: [[UInt8]?]) -> RowVote.Verdict {
        RowVote.verdict(Dictionary(uniqueKeysWithValues: values.enumerated().map { ($0, $1) })) { $0 != Self.garbage }
    }

    @Test func `More than half of the members are right, about rows that are there and rows that are not`() {
        let (right, other) = (Self.right, Self.other)
        #expect(verdict([right, right, right]) == .agreed)
        #expect(verdict([nil, nil]) == .agreed)
        #expect(verdict([right, right, other]) == .outvoted([2]))
        #expect(verdict([nil, right, right]) == .outvoted([0]))
        #expect(verdict([nil, right, nil]) == .outvoted([1]))
        #expect(verdict([right, right, right, right, other, nil]) == .outvoted([4, 5]))
    }

    @Test func `Without a majority, only what is no record is wrong, and only where the others agree`() {
        let (right, other, garbage) = (Self.right, Self.other, Self.garbage)
        #expect(verdict([right, garbage]) == .outvoted([1]))
        #expect(verdict([right, right, garbage, garbage]) == .outvoted([2, 3]))
        #expect(verdict([right, other]) == .undecided)
        #expect(verdict([right, nil]) == .undecided)
        #expect(verdict([nil, garbage]) == .undecided)
        #expect(verdict([right, right, other, other]) == .undecided)
        #expect(verdict([right, other, garbage]) == .undecided)
        // They agree, whatever it is: nobody is made equal to anybody.
        #expect(verdict([garbage, garbage, garbage]) == .agreed)
    }

    @Test func `A scrub rests three times as long as it works, fifteen times while clients are served`() {
        var pace = ScrubPace()
        #expect(pace.rest(afterWorking: 10) == 30)
        #expect(pace.rest(afterWorking: 0) == 1)
        pace.look(now: 1000, calls: 0, driveCount: 6)
        // The store's own looks at its drives are no load.
        pace.look(now: 2000, calls: 12, driveCount: 6)
        #expect(!pace.isBusy)
        pace.look(now: 2100, calls: 1000, driveCount: 6)
        #expect(!pace.isBusy, "too short to say")
        pace.look(now: 3000, calls: 2000, driveCount: 6)
        #expect(pace.isBusy)
        #expect(pace.rest(afterWorking: 10) == 150)
        #expect(pace.rest(afterWorking: 60_000) == 9990)
        // A drive was opened anew and counts from zero.
        pace.look(now: 4000, calls: 10, driveCount: 6)
        #expect(!pace.isBusy)
    }

    private func outcome(bad: Set<UInt64> = [], useless: Bool = false) -> ShardInspection.Outcome {
        var outcome = ShardInspection.Outcome()
        outcome.badBlocks = bad
        outcome.isUseless = useless
        if !bad.isEmpty || useless { outcome.note("bad") }
        return outcome
    }

    @Test func `A striped payload is lost where fewer than k blocks of one number are good`() {
        let id = DataID(epoch: 1, run: 1, counter: 1)
        let payload = Payload(
            id: id, size: 100_000,
            layout: .striped(dataShards: 2, parityShards: 2, rotation: 1, unitByteCount: 4096))
        var census = PayloadCensus(payload)
        for slot in 0..<4 { census.note(slot: slot, outcome(bad: [UInt64(slot)])) }
        #expect(census.loss == nil && census.isReadable, "each in another place")
        census.note(slot: 0, outcome(bad: [0, 1, 2]))
        #expect(census.loss == nil, "two good blocks are left everywhere")
        census.note(slot: 3, outcome(bad: [1, 3]))
        #expect(census.loss == "1 of its 4 shards are good at block 1, 2 are needed")
        var two = PayloadCensus(payload)
        two.note(slot: 0, outcome())
        two.note(slot: 1, outcome(bad: [7]))
        // The drives of the others are not here.
        #expect(two.loss == "1 of its 4 shards are good at block 7, 2 are needed")
        two.isUnknown(slot: 2)
        #expect(two.loss == nil && !two.isReadable, "it may have been good")
        two.isKnown(slot: 1)
        #expect(two.damaged.isEmpty, "it is in missing already")
    }

    @Test func `What a drive lacks is no news while its shards are still to be listed`() {
        let id = DataID(epoch: 1, run: 1, counter: 1)
        var census = PayloadCensus(
            Payload(id: id, size: 9, layout: .inline(dataShards: 2, parityShards: 1, rotation: 0)))
        var absent = ShardInspection.Outcome()
        absent.note("the row is not there", isRot: false)
        absent.isUseless = true
        for slot in 0..<2 { census.note(slot: slot, absent) }
        census.note(slot: 2, outcome(bad: [0]))
        for slot in 1...2 { census.isUnlisted(slot: slot) }
        #expect(census.damaged.map(\.slot) == [0, 2], "rot is not looked for by the listing")
    }

    @Test func `A small payload is lost when too few rows are good`() {
        let id = DataID(epoch: 1, run: 1, counter: 1)
        var tiny = PayloadCensus(Payload(id: id, size: 1, layout: .tiny(slots: [0, 3])))
        tiny.note(slot: 0, outcome(useless: true))
        tiny.note(slot: 3, outcome())
        #expect(tiny.loss == nil && tiny.damaged.map(\.slot) == [0])
        tiny.note(slot: 3, outcome(useless: true))
        #expect(tiny.loss == "0 of its 2 shards are good, 1 are needed")
        var inline = PayloadCensus(
            Payload(id: id, size: 9, layout: .inline(dataShards: 2, parityShards: 1, rotation: 0)))
        inline.note(slot: 0, outcome())
        inline.note(slot: 1, outcome())
        #expect(inline.loss == nil)
        inline.note(slot: 1, outcome(useless: true))
        #expect(inline.loss == "1 of its 3 shards are good, 2 are needed")
    }

    @Test func `The next run is counted from the beginning of the last one, whatever the clock did`() {
        let control = ScrubControl()
        control.intervalMilliseconds = 1000
        #expect(control.nextAt(now: 5000) == nil, "not read yet")
        var record = ScrubRecord()
        control.record = record
        #expect(control.nextAt(now: 5000) == nil)
        record.scheduled = 4500
        control.record = record
        #expect(control.nextAt(now: 5000) == 5500)
        #expect(control.nextAt(now: 2000) == 3000, "set back, it would be waited for too long")
        record.started = 6000
        control.record = record
        #expect(control.nextAt(now: 6000) == nil, "under way")
        record.finished = 6500
        control.record = record
        #expect(control.nextAt(now: 6600) == 7000)
        record.stopped = 1
        control.record = record
        #expect(control.nextAt(now: 6600) == nil)
        control.intervalMilliseconds = nil
        record.stopped = 0
        control.record = record
        #expect(control.nextAt(now: 6600) == nil)
    }
}
