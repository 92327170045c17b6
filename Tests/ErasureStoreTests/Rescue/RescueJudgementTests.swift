import MetadataIndex
import Testing

@testable import ErasureStore

@Suite struct RescueJudgementTests {
    private static let shape = SetShape(dataShards: 4, parityShards: 2)
    private static let members = (0..<6).map { MemberRecord(slot: $0, drive: DriveUUID(high: 1, low: UInt64($0))) }

    private func batch(_ sequence: UInt64) -> BatchID { BatchID(epoch: 1, run: 7, sequence: sequence) }

    /// A drive that holds the batches up to this one.
    private func candidate(
        _ slot: Int, last: UInt64, isMarked: Bool = false, slots: [Int: DriveUUID] = [:]
    ) -> Claim {
        let chain = (1...last).reversed().map { sequence in
            BatchHeader(
                id: batch(sequence), predecessor: sequence == 1 ? .none : batch(sequence - 1),
                committed: sequence < 2 ? .none : batch(sequence - 2), members: Set(Self.members))
        }
        return Claim(voter: Voter(member: Self.members[slot], chain: chain), isMarked: isMarked, slots: slots)
    }

    private func judge(_ candidates: [Claim]) -> RescueJudgement? {
        RescueJudgement(shape: Self.shape, candidates: candidates)
    }

    @Test func `what k drives hold is proven, and read from those that end with it`() throws {
        let judgement = try #require(judge([3, 3, 3, 4].enumerated().map { candidate($0, last: $1) }))
        #expect(judgement.point == batch(3))
        #expect(judgement.sources == [0, 1, 2])
        #expect(judgement.assumption == nil)
    }

    @Test func `what all present members hold may have been acknowledged, and is taken`() throws {
        let judgement = try #require(judge((0..<3).map { candidate($0, last: 5) }))
        #expect(judgement.point == batch(5))
        #expect(judgement.sources == [0, 1, 2])
        #expect(judgement.assumption?.contains("these drives would tell") == true)
    }

    @Test func `below R voters the newest batch is taken, and it is said`() throws {
        let judgement = try #require(judge([candidate(1, last: 4), candidate(5, last: 6)]))
        #expect(judgement.point == batch(6))
        #expect(judgement.sources == [1])
        #expect(judgement.assumption?.contains("3 would be needed") == true)
    }

    @Test func `a marked index is believed only when there is no other`() throws {
        let mixed = try #require(judge([candidate(0, last: 9, isMarked: true), candidate(1, last: 4)]))
        #expect(mixed.sources == [1])
        let alone = try #require(judge([candidate(0, last: 9, isMarked: true), candidate(1, last: 8, isMarked: true)]))
        #expect(alone.sources == [0])
        #expect(alone.assumption?.contains("several times") == true)
        #expect(judge([]) == nil)
    }

    @Test func `a drive that another replaced has no vote`() throws {
        let other = DriveUUID(high: 2, low: 0)
        // With the vote of the old drive of slot 0, the batches that it lacks would never have been acknowledged.
        let newer = (2...4).map { candidate($0, last: 5, slots: [0: other]) }
        let judgement = try #require(judge([candidate(0, last: 2)] + newer))
        #expect(judgement.replaced == [Self.members[0].drive])
        #expect((judgement.point, judgement.sources) == (batch(5), [1, 2, 3]))
    }
}
