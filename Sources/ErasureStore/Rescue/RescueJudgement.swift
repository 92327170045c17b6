import MetadataIndex

/// Which batch a rescue takes the records from: that of rule 7 where it can be told, otherwise the newest that is
/// there, with a sentence that says what was assumed.
struct RescueJudgement: Hashable {
    /// What one drive's index says of itself.
    struct Candidate {
        let voter: Voter
        /// It was being made equal to another: its rows may be of several batches.
        let isMarked: Bool
    }

    let point: BatchID
    /// Of the candidates, those to read records from: equal row by row.
    let sources: [Int]
    /// Nil when the batch is proven to be the newest that was acknowledged.
    let assumption: String?

    /// Nil when there is no candidate.
    init?(shape: SetShape, candidates: [Candidate]) {
        let voting = candidates.indices.filter { !candidates[$0].isMarked }
        guard !voting.isEmpty else {
            guard let newest = Self.newest(candidates.indices.map { $0 }, candidates) else { return nil }
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
            let exact = voting.filter { candidates[$0].voter.last == batch }
            if exact.isEmpty {
                sources = Self.nearest(to: batch, voting, candidates).map { [$0] } ?? []
                assumption = "no index ends with batch \(batch): what is newer in it may never have been acknowledged"
            } else {
                sources = exact
                assumption = nil
            }
        case .undecided(let batch, let bringBack):
            point = batch
            sources = voting.filter { candidates[$0].voter.last == batch }
            let names = bringBack.map { "\($0.drive.text) (slot \($0.slot))" }.joined(separator: ", ")
            assumption =
                "batch \(batch) may have been acknowledged or not, and is taken; these drives would tell: \(names)"
        case .tooFewVoters:
            guard let newest = Self.newest(voting, candidates) else { return nil }
            let batch = candidates[newest].voter.last
            point = batch
            sources = voting.filter { candidates[$0].voter.last == batch }
            assumption =
                "\(voting.count) good \(voting.count == 1 ? "index is" : "indexes are") here and \(shape.readFloor) "
                + "would be needed to tell the newest batch: \(batch) is taken, later writes may be missing"
        }
    }

    private static func newest(_ indices: [Int], _ candidates: [Candidate]) -> Int? {
        indices.max { candidates[$0].voter.last.precedes(candidates[$1].voter.last) }
    }

    /// The candidate with the fewest batches behind this one.
    private static func nearest(to batch: BatchID, _ indices: [Int], _ candidates: [Candidate]) -> Int? {
        indices.filter { candidates[$0].voter.holds(batch) }
            .min { candidates[$0].voter.last.precedes(candidates[$1].voter.last) }
    }
}
