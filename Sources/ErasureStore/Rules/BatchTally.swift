/// Counts the answers of a batch's members (rules 4 and 5).
///
/// Invariant: a batch is committed only when every member in its list has it durable.
struct BatchTally {
    enum Verdict: Equatable {
        case wait
        case commit
        /// These slots failed or are too slow: go on without them, by a batch that says so.
        case evict([Int])
        /// Fewer than `W` members are left: the set stops writing.
        case stop
    }

    let members: [Int]
    let writeFloor: Int
    let broken: BrokenRule?
    private(set) var durable: Set<Int> = []
    private(set) var failed: Set<Int> = []

    init(members: [Int], writeFloor: Int, broken: BrokenRule? = nil) {
        precondition(members.count >= writeFloor, "a batch needs its write floor")
        self.members = members
        self.writeFloor = writeFloor
        self.broken = broken
    }

    mutating func record(slot: Int, success: Bool) -> Verdict {
        precondition(members.contains(slot) && !durable.contains(slot) && !failed.contains(slot), "answered twice")
        if success { durable.insert(slot) } else { failed.insert(slot) }
        return verdict
    }

    /// The time limit passed. Slowness counts only against peers: those that have not answered are put out only when
    /// at least `W` others have the batch.
    mutating func timeOut() -> Verdict {
        if durable.count >= writeFloor {
            failed.formUnion(members.filter { !durable.contains($0) })
        }
        return verdict
    }

    private var verdict: Verdict {
        if members.count - failed.count < writeFloor { return .stop }
        if broken == .answersAtQuorum, durable.count >= writeFloor, failed.isEmpty { return .commit }
        guard durable.count + failed.count == members.count else { return .wait }
        return failed.isEmpty ? .commit : .evict(failed.sorted())
    }
}
