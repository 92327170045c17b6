/// Decides whose row is wrong where members, at the same batch, differ.
///
/// More than half of the members are right: they wrote the same bytes independently. Without such a majority only bytes
/// that are no record are known to be wrong, and only where all others agree on what is. Nothing else is decided: an
/// operator must look.
enum RowVote {
    enum Verdict: Hashable, Sendable {
        case agreed
        /// These members are wrong.
        case outvoted(Set<Int>)
        case undecided
    }

    /// - Parameters:
    ///   - values: by slot; nil: the member has no such row.
    ///   - isRecord: whether bytes are what the row can hold.
    static func verdict(_ values: [Int: [UInt8]?], isRecord: ([UInt8]) -> Bool) -> Verdict {
        let groups = Dictionary(grouping: values.keys) { values[$0] ?? nil }
        guard groups.count > 1 else { return .agreed }
        if let majority = groups.first(where: { 2 * $0.value.count > values.count }) {
            return .outvoted(Set(values.keys).subtracting(majority.value))
        }
        let sound = groups.filter { $0.key.map(isRecord) ?? true }
        guard sound.count == 1, let right = sound.first, right.key != nil else { return .undecided }
        return .outvoted(Set(values.keys).subtracting(right.value))
    }
}
