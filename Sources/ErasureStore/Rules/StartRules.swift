package import MetadataIndex

/// What a batch's header says, as a voter's `changes` holds it.
package struct BatchHeader: Hashable, Sendable {
    package var id: BatchID
    package var predecessor: BatchID
    package var committed: BatchID
    package var members: Set<MemberRecord>

    package init(id: BatchID, predecessor: BatchID, committed: BatchID, members: Set<MemberRecord>) {
        self.id = id
        self.predecessor = predecessor
        self.committed = committed
        self.members = members
    }
}

/// A present drive with the right identity, an index that opens, and no `syncing` mark.
package struct Voter: Hashable, Sendable {
    package var member: MemberRecord
    /// Its batches, newest first: an unbroken chain.
    package var chain: [BatchHeader]

    package init(member: MemberRecord, chain: [BatchHeader]) {
        self.member = member
        self.chain = chain
    }

    package var last: BatchID { chain.first?.id ?? .none }

    package func holds(_ id: BatchID) -> Bool {
        id == .none || chain.contains { $0.id == id }
    }
}

/// Rule 7: which batch the present drives agree to go on from.
package enum RecoveryVerdict: Hashable, Sendable {
    /// Fewer than `R` voters: nothing can be judged.
    case tooFewVoters
    /// Go on from here. Later batches that some voter holds were never acknowledged and are reverted.
    case recover(BatchID)
    /// This batch may have been acknowledged, and too few drives are here to keep it. Nothing may be written until
    /// the drives in these slots are back.
    case undecided(BatchID, bringBack: [MemberRecord])
}

package enum StartRules {
    /// Judges batches from the highest downward. With `acceptLoss` an undecided batch is kept, although
    /// some of its data may be unreadable: the operator has said that the drives which could decide are gone for good.
    package static func recoveryPoint(
        shape: SetShape, voters: [Voter], acceptLoss: Bool = false, broken: BrokenRule? = nil
    ) -> RecoveryVerdict {
        guard voters.count >= shape.readFloor else { return .tooFewVoters }
        var headers: [BatchID: BatchHeader] = [:]
        for header in voters.lazy.flatMap(\.chain) { headers[header.id] = header }
        let knownCommitted = knownCommitted(voters)
        let descending = headers.values.sorted { left, right in
            if (left.id.epoch, left.id.sequence) != (right.id.epoch, right.id.sequence) {
                return right.id.precedes(left.id)
            }
            return left.id.run > right.id.run
        }
        for header in descending {
            let holders = voters.filter { $0.holds(header.id) }
            if holders.count >= shape.dataShards || broken == .keepsTheHighestBatch { return .recover(header.id) }
            let votersInMembers = voters.filter { header.members.contains($0.member) }
            let lacking = votersInMembers.filter { !$0.holds(header.id) }
            if !lacking.isEmpty, !knownCommitted.contains(header.id) { continue }
            if broken == .neverRefusesToStart { continue }
            if acceptLoss { return .recover(header.id) }
            let present = Set(voters.map(\.member))
            let absent = header.members.filter { !present.contains($0) }.sorted { $0.slot < $1.slot }
            return .undecided(header.id, bringBack: absent.isEmpty ? lacking.map(\.member) : absent)
        }
        return .recover(.none)
    }

    /// Members of a committed batch that lack it: what they had made durable is gone.
    package static func rolledBack(_ voters: [Voter]) -> Set<MemberRecord> {
        let committed = knownCommitted(voters)
        var lost: Set<MemberRecord> = []
        for header in Set(voters.lazy.flatMap(\.chain)) where committed.contains(header.id) {
            for voter in voters where header.members.contains(voter.member) {
                // A batch older than the end of its chain was forgotten, not lost.
                if voter.last.precedes(header.id), !voter.holds(header.id) { lost.insert(voter.member) }
            }
        }
        return lost
    }

    /// What a batch names as committed was, and so was everything before it in the same chain.
    private static func knownCommitted(_ voters: [Voter]) -> Set<BatchID> {
        let named = Set(voters.lazy.flatMap(\.chain).map(\.committed))
        var known: Set<BatchID> = []
        for voter in voters {
            for header in voter.chain.drop(while: { !named.contains($0.id) }) { known.insert(header.id) }
        }
        return known
    }

    /// Rule 8: what may be done from a recovery point.
    package enum ServiceVerdict: Hashable, Sendable {
        /// At least `W` drives can be made equal: take the next epoch, bring them to the point, commit a start batch.
        case write(epoch: UInt64)
        /// Too few to write, but one of each shard's worth of redundancy is here (`k ≤ m`).
        case readOnly
        case unavailable
    }

    /// - Parameter markedCount: present drives that were being made equal. They judge nothing, but once they are equal
    ///   they count towards `W`: otherwise a set with k ≤ m would never write again after a crash in mid-catch-up.
    package static func service(
        shape: SetShape, voters: [Voter], markedCount: Int, highestEpoch: UInt64
    ) -> ServiceVerdict {
        if voters.count + markedCount >= shape.writeFloor { return .write(epoch: highestEpoch + 1) }
        return shape.dataShards <= shape.parityShards ? .readOnly : .unavailable
    }
}
