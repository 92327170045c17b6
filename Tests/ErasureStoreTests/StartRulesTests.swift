import MetadataIndex
import Testing

@testable import ErasureStore

/// Rules 5, 7 and 8 as pure functions, over every state of small sets.
@Suite struct StartRulesTests {
    static let shapes = (1...4).flatMap { size in
        (0..<size).map { SetShape(dataShards: size - $0, parityShards: $0) }
    }

    private static func member(_ slot: Int) -> MemberRecord {
        MemberRecord(slot: UInt32(slot), drive: DriveUUID(high: 1, low: UInt64(slot)))
    }

    private static func subsets(_ size: Int) -> [Set<Int>] {
        (0..<(1 << size)).map { bits in Set((0..<size).filter { bits & (1 << $0) != 0 }) }
    }

    private static let base = BatchID(epoch: 1, run: 7, sequence: 1)
    private static let first = BatchID(epoch: 1, run: 7, sequence: 2)
    private static let second = BatchID(epoch: 1, run: 7, sequence: 3)

    /// A history: everybody has `base`; `first` was written to `members` and reached `holders`; if `second` was
    /// written, it is the eviction of those that lack `first`, and reached `later`.
    struct History {
        var members: Set<Int>
        var holders: Set<Int>
        var remaining: Set<Int>
        var later: Set<Int>

        /// Rules 4 and 5: the batches that may have been acknowledged.
        var acknowledged: BatchID {
            if !remaining.isEmpty, later == remaining { return second }
            return holders == members ? first : base
        }

        func voter(_ slot: Int) -> Voter {
            func header(_ id: BatchID, _ before: BatchID, _ members: Set<Int>) -> BatchHeader {
                BatchHeader(id: id, predecessor: before, committed: base, members: Set(members.map(member)))
            }
            var chain = [header(base, .none, members)]
            if holders.contains(slot) { chain.insert(header(first, base, members), at: 0) }
            if later.contains(slot) { chain.insert(header(second, first, remaining), at: 0) }
            return Voter(member: member(slot), chain: chain)
        }
    }

    private static func histories(_ shape: SetShape) -> [History] {
        let all = Set(0..<shape.driveCount)
        return subsets(shape.driveCount).flatMap { holders -> [History] in
            let plain = [History(members: all, holders: holders, remaining: [], later: [])]
            guard holders.count >= shape.writeFloor, holders != all else { return plain }
            return plain
                + subsets(shape.driveCount).filter { $0.isSubset(of: holders) }
                .map { History(members: all, holders: holders, remaining: holders, later: $0) }
        }
    }

    @Test(arguments: shapes)
    func `No start discards what may have been acknowledged or keeps what too few hold`(_ shape: SetShape) {
        for history in Self.histories(shape) {
            for present in Self.subsets(shape.driveCount) {
                check(shape, history, present)
            }
        }
    }

    private func check(_ shape: SetShape, _ history: History, _ present: Set<Int>) {
        let voters = present.sorted().map(history.voter)
        let verdict = StartRules.recoveryPoint(shape: shape, voters: voters)
        let absent = Set(0..<shape.driveCount).subtracting(present)
        switch verdict {
        case .tooFewVoters:
            if present.count >= shape.readFloor { Issue.record("\(present.count) are too few") }
        case .recover(let point):
            if point.precedes(history.acknowledged) || voters.count(where: { $0.holds(point) }) < shape.dataShards {
                Issue.record("\(history) with \(present) goes on from \(point)")
            }
        case .undecided(let batch, let bringBack):
            let holders = voters.filter { $0.holds(batch) }
            let names = bringBack.map { Int($0.slot) }
            // Within the promise nothing is refused: those that were being put out count as lost.
            let out = history.remaining.isEmpty ? [] : Set(0..<shape.driveCount).subtracting(history.remaining)
            if holders.count >= shape.dataShards || names.isEmpty || !absent.isSuperset(of: names)
                || absent.union(out).count <= shape.parityShards
            {
                Issue.record("\(history) with \(present) is refused, to bring back \(names)")
            }
        }
    }

    @Test(arguments: shapes)
    func `A set writes with W drives, reads with fewer where k ≤ m, and never otherwise`(_ shape: SetShape) {
        for voterCount in 0...shape.driveCount {
            for markedCount in 0...(shape.driveCount - voterCount) {
                let history = History(members: [], holders: [], remaining: [], later: [])
                let verdict = StartRules.service(
                    shape: shape, voters: (0..<voterCount).map(history.voter), markedCount: markedCount,
                    highestEpoch: 41)
                if voterCount + markedCount >= shape.writeFloor {
                    #expect(verdict == .write(epoch: 42))
                } else {
                    #expect(verdict == (shape.dataShards <= shape.parityShards ? .readOnly : .unavailable))
                }
            }
        }
    }

    @Test(arguments: shapes)
    func `A batch commits when all members have it and evicts only down to W`(_ shape: SetShape) {
        let slots = Array(0..<shape.driveCount)
        for failed in Self.subsets(shape.driveCount) {
            for silent in Self.subsets(shape.driveCount) where silent.isDisjoint(with: failed) {
                var tally = BatchTally(members: slots, writeFloor: shape.writeFloor)
                var verdict = BatchTally.Verdict.wait
                for slot in slots where !silent.contains(slot) && verdict == .wait {
                    verdict = tally.record(slot: slot, success: !failed.contains(slot))
                }
                if failed.count > shape.driveCount - shape.writeFloor {
                    #expect(verdict == .stop)
                    continue
                }
                if !silent.isEmpty {
                    #expect(verdict == .wait)
                    verdict = tally.timeOut()
                    let durable = shape.driveCount - failed.count - silent.count
                    // Slowness counts only against W peers that have answered.
                    #expect((verdict == .wait) == (durable < shape.writeFloor))
                    guard verdict != .wait else { continue }
                }
                let out = failed.union(silent)
                #expect(verdict == (out.isEmpty ? .commit : .evict(out.sorted())))
            }
        }
    }

    @Test func `A member that lacks a committed batch has lost it, one that was never told has not`() {
        var history = History(members: [0, 1, 2], holders: [0, 1], remaining: [0, 1], later: [0, 1])
        var third = history.voter(0)
        third.chain.insert(
            BatchHeader(
                id: BatchID(epoch: 1, run: 7, sequence: 4), predecessor: Self.second, committed: Self.second,
                members: [Self.member(0), Self.member(1)]), at: 0)
        // Slot 1 had the committed eviction and has it no more; slot 2 was never a member of it.
        history.later = []
        let fallen = Voter(member: Self.member(1), chain: Array(history.voter(1).chain.suffix(1)))
        let lost = StartRules.rolledBack([third, fallen, history.voter(2)])
        #expect(lost.contains(Self.member(1)))
    }
}
