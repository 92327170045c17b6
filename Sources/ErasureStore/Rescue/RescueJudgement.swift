import MetadataIndex

/// Which batch a rescue takes the records from: that of rule 7 where it can be told, otherwise the newest that is
/// there, with a sentence that says what was assumed.
struct RescueJudgement: Hashable {
    let point: BatchID
    /// Of the claims, those to read records from: equal row by row.
    let sources: [Int]
    /// Nil when the batch is proven to be the newest that was acknowledged.
    let assumption: String?

    /// Drives that have no vote, because another took their slot: their shards are used all the same.
    let replaced: Set<DriveUUID>

    /// Nil when no drive of the set is among them.
    init?(shape: SetShape, candidates: [Claim]) {
        let standings = StartRules.standings(shape: shape, claims: candidates).standings
        replaced = Set(standings.filter { $0.value == .replaced }.keys)
        let believed = candidates.indices.filter { standings[candidates[$0].drive] == .belongs }
        let voting = believed.filter { !candidates[$0].isMarked }
        guard !voting.isEmpty else {
            guard let newest = Self.newest(believed, candidates) else { return nil }
            point = candidates[newest].voter.last
            sources = [newest]
            assumption =
                "every index here was being made equal to another one: its records may be of several times, "
                + "and some may be missing"
            return
        }
        let voters = voting.map { candidates[$0].voter }
        switch StartRules.recoveryPoint(shape: shape, voters: voters) {
        case .recover(let batch):
            point = batch
            let exact = Self.ending(with: batch, voting, candidates)
            if exact.isEmpty {
                sources = Self.nearest(to: batch, voting, candidates)
                assumption = "no index ends with batch \(batch): what is newer in it may never have been acknowledged"
            } else {
                sources = exact
                assumption = nil
            }
        case .undecided(let batch, let bringBack):
            point = batch
            let exact = Self.ending(with: batch, voting, candidates)
            sources = exact.isEmpty ? Self.nearest(to: batch, voting, candidates) : exact
            let names = bringBack.map { "\($0.drive.text) (slot \($0.slot))" }.joined(separator: ", ")
            assumption =
                "batch \(batch) may have been acknowledged or not, and is taken; these drives would tell: \(names)"
        case .tooFewVoters:
            guard let newest = Self.newest(voting, candidates) else { return nil }
            let batch = candidates[newest].voter.last
            point = batch
            sources = Self.ending(with: batch, voting, candidates)
            assumption =
                "\(voting.count) good \(voting.count == 1 ? "index is" : "indexes are") here and \(shape.readFloor) "
                + "would be needed to tell the newest batch: \(batch) is taken, later writes may be missing"
        }
    }

    private static func newest(_ indices: [Int], _ candidates: [Claim]) -> Int? {
        indices.max { candidates[$0].voter.last.precedes(candidates[$1].voter.last) }
    }

    private static func ending(with batch: BatchID, _ indices: [Int], _ candidates: [Claim]) -> [Int] {
        indices.filter { candidates[$0].voter.last == batch }
    }

    /// The candidate with the fewest batches behind this one, if any holds it.
    private static func nearest(to batch: BatchID, _ indices: [Int], _ candidates: [Claim]) -> [Int] {
        let holders = indices.filter { candidates[$0].voter.holds(batch) }
        return holders.min { candidates[$0].voter.last.precedes(candidates[$1].voter.last) }.map { [$0] } ?? []
    }
}
