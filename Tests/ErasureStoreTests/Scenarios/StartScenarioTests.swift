import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct StartScenarioTests {
    static let shapes = [
        SimulatedShape(1, 1), SimulatedShape(2, 1), SimulatedShape(2, 2), SimulatedShape(4, 2),
        SimulatedShape(4, 2, sets: 2),
    ]
    static let tolerant = SimulatedShape.writingDegraded.filter { $0.dataShards > 1 }

    @Test(arguments: tolerant)
    func `6: the tail of a drive that alone had the newest batch is reverted`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.loneNewestBatch() }
    }

    @Test(arguments: SimulatedShape.all)
    func `7: starts with random drives, cut at any step, do not diverge`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.randomStarts() }
    }

    /// Drives that were out, and drives that are lost.
    static let outAndLost: [(SimulatedShape, Int, Int)] = [
        (SimulatedShape(2, 1), 1, 1), (SimulatedShape(2, 2), 1, 1), (SimulatedShape(2, 2), 1, 2),
        (SimulatedShape(4, 2), 1, 1), (SimulatedShape(4, 2), 2, 1), (SimulatedShape(4, 2), 1, 2),
        (SimulatedShape(4, 2, sets: 2), 2, 1), (SimulatedShape(4, 2, sets: 2), 1, 1), (SimulatedShape(8, 4), 3, 2),
        (SimulatedShape(8, 4), 2, 2),
    ]

    @Test(arguments: outAndLost)
    func `8: without its newest drives a set serves, or refuses and names them`(
        _ shape: SimulatedShape, _ out: Int, _ lost: Int
    ) {
        ScenarioRuns.run(shape) { try $0.newestDrivesMissing(outCount: out, lostCount: lost) }
    }

    @Test(arguments: SimulatedShape.all.filter { $0.readFloor < $0.dataShards })
    func `9: an undecided batch keeps a set from writing until its drives return`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.undecidedBatch() }
    }

    @Test(arguments: SimulatedShape.redundant)
    func `10: a drive that fell back is counted and caught up`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.rolledBackDrive() }
    }

    @Test(arguments: [SimulatedShape(1, 1), SimulatedShape(1, 1, sets: 2)])
    func `11: either drive of a mirror alone reads and does not write`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.lonelyMirror() }
    }

    @Test(arguments: SimulatedShape.all.filter { $0.setSize <= 6 })
    func `13: what a reader saw during a commit stays`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.readerDuringCommit() }
    }

    @Test(arguments: tolerant)
    func `16: a crash at any step of a catch-up leaves no voter that is not equal`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.crashInCatchUp() }
    }

    @Test(arguments: SimulatedShape.all)
    func `19: a first format that was cut is completed`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.formatIsCut() }
    }
}
