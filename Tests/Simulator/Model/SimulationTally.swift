/// What happened in runs of the simulation, to say how much they show.
struct SimulationTally: Sendable {
    /// What clients began: uploads, copies, deletions.
    var operations = 0
    /// Those of which the client learned that they were done.
    var acknowledged = 0
    /// Objects read, byte for byte, and held to what clients were told.
    var reads = 0
    var powerCuts = 0
    /// Errors and hangs of drives.
    var faults = 0
    /// Drives that were away from one power cut to the next.
    var hidden = 0
    /// Drives taken out at a power cut for empty ones.
    var replaced = 0
    /// Replaced drives put back for a cycle.
    var reinserted = 0
    /// Drives emptied while they served.
    var wiped = 0
    /// Pieces of work of the program that were run one after the other.
    var steps = 0
    /// Of all choices: equal for equal runs.
    var trace: UInt64 = 0

    var all: [(String, Int)] {
        [
            ("operations", operations), ("acknowledged", acknowledged), ("reads", reads), ("power cuts", powerCuts),
            ("faults", faults), ("hidden drives", hidden), ("replaced drives", replaced),
            ("returned old drives", reinserted), ("wiped drives", wiped), ("steps", steps),
        ]
    }

    static func += (left: inout Self, right: Self) {
        left.operations += right.operations
        left.acknowledged += right.acknowledged
        left.reads += right.reads
        left.powerCuts += right.powerCuts
        left.faults += right.faults
        left.hidden += right.hidden
        left.replaced += right.replaced
        left.reinserted += right.reinserted
        left.wiped += right.wiped
        left.steps += right.steps
        left.trace ^= right.trace
    }
}
