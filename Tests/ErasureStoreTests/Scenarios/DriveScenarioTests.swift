import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct DriveScenarioTests {
    /// Those that write while a drive is away.
    static let shapes = [
        SimulatedShape(2, 1), SimulatedShape(4, 2), SimulatedShape(8, 4), SimulatedShape(4, 2, sets: 2),
    ]

    @Test(arguments: shapes)
    func `17: drives that were away past the end of the log become equal, and keep no orphan`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.awayPastTheEndOfTheLog() }
    }

    @Test(arguments: shapes, Trial.FullStep.allCases)
    func `23: a drive that is full at any step costs nothing, and comes back`(
        _ shape: SimulatedShape, _ step: Trial.FullStep
    ) {
        ScenarioRuns.run(shape) { try $0.driveIsFull(at: step) }
    }

    @Test(arguments: [SimulatedShape(1, 0), SimulatedShape(1, 1)] + shapes)
    func `23: full drives refuse writes before they fail, read and delete, and take writes again`(
        _ shape: SimulatedShape
    ) {
        ScenarioRuns.run(shape) { try $0.allDrivesFillUp() }
    }

    @Test(arguments: shapes, Trial.HangMoment.allCases)
    func `25: drives that hang hold up nobody, and harm nothing when they answer late`(
        _ shape: SimulatedShape, _ moment: Trial.HangMoment
    ) {
        ScenarioRuns.run(shape) { try $0.driveHangs(during: moment) }
    }

    @Test(arguments: shapes)
    func `5: a drive that fails in the batch that says its shards are back lacks them`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.failsWhileHealed() }
    }

    @Test(arguments: [SimulatedShape(1, 0)] + shapes, [SimulatedLayout.tiny, .striped])
    func `26: without descriptors there are defined errors and no drive is out`(
        _ shape: SimulatedShape, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.descriptorsRunOut(layout) }
    }

    @Test(arguments: [SimulatedShape(1, 0), SimulatedShape(1, 1)] + shapes)
    func `26: a clock that jumps changes no order`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.clockJumps() }
    }
}
