package import MetadataIndex

/// A drive that says it belongs into a slot, and what its index holds.
package struct Claim: Hashable, Sendable {
    package var voter: Voter
    /// It was made for a slot whose drive was gone, and its identity does not say yet that it was taken in.
    package var isJoining: Bool
    /// Its index is being made equal to another: no voter.
    package var isMarked: Bool
    /// Whose the slots are, as its index knows it. A slot that is not named is its first drive's.
    package var slots: [Int: DriveUUID]

    package init(voter: Voter, isJoining: Bool = false, isMarked: Bool = false, slots: [Int: DriveUUID] = [:]) {
        self.voter = voter
        self.isJoining = isJoining
        self.isMarked = isMarked
        self.slots = slots
    }

    var drive: DriveUUID { voter.member.drive }

    func belongs(_ slots: [Int: DriveUUID]) -> Bool {
        slots[Int(voter.member.slot)].map { $0 == drive } ?? !isJoining
    }
}

/// What a drive is to the set that it claims to be of (rule 12).
package enum Standing: Hashable, Sendable {
    /// The slot's drive.
    case belongs
    /// Made for the slot and never taken in: nothing on it counts.
    case unfinished
    /// Another drive took its slot: it is neither asked nor written.
    case replaced
}

extension StartRules {
    /// Rule 7 where slots may have been given to other drives: a drive that was replaced has no vote.
    ///
    /// Whose a slot is, is a row that a batch wrote, and that batch may be one to discard. So the newest index is
    /// believed first, and its word holds if the point that is found by it says the same. A replaced drive can not win:
    /// `R` voters with it are at least `R - 1` others, of which one was a member of the batch that replaced it.
    package static func standings(
        shape: SetShape, claims: [Claim], acceptLoss: Bool = false, broken: BrokenRule? = nil
    ) -> (verdict: RecoveryVerdict, standings: [DriveUUID: Standing]) {
        let unmarked = claims.filter { !$0.isMarked }.sorted { right, left in
            (left.voter.last.epoch, left.voter.last.sequence, left.drive.text)
                < (right.voter.last.epoch, right.voter.last.sequence, right.drive.text)
        }
        var believed: [[Int: DriveUUID]] = []
        for authority in unmarked where !believed.contains(authority.slots) {
            let slots = authority.slots
            believed.append(slots)
            let voters = unmarked.filter { $0.belongs(slots) }
            let verdict = recoveryPoint(
                shape: shape, voters: voters.map(\.voter), acceptLoss: acceptLoss, broken: broken)
            var source: Claim?
            if case .recover(let point) = verdict {
                source = voters.first { $0.voter.last == point }
                if let source, source.slots != slots { continue }
            }
            return (verdict, standings(claims, slots, source: source))
        }
        return (.tooFewVoters, standings(claims, unmarked.first?.slots ?? [:], source: nil))
    }

    private static func standings(
        _ claims: [Claim], _ slots: [Int: DriveUUID], source: Claim?
    ) -> [DriveUUID: Standing] {
        let pairs = claims.map { claim -> (DriveUUID, Standing) in
            if claim.belongs(slots) { return (claim.drive, .belongs) }
            let isUnfinished =
                claim.isJoining && (claim.isMarked || wasNeverTaken(claim.voter, source?.voter.chain ?? []))
            return (claim.drive, isUnfinished ? .unfinished : .replaced)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Whether the batch that took a drive in was discarded: the chain reaches back to it and does not know it. Or
    /// there was none: its index was made and not yet marked.
    package static func wasNeverTaken(_ drive: Voter, _ chain: [BatchHeader]) -> Bool {
        if drive.last == .none { return true }
        guard let oldest = chain.last?.id, !drive.last.precedes(oldest) else { return false }
        return !chain.contains { $0.id == drive.last || $0.members.contains(drive.member) }
    }
}
