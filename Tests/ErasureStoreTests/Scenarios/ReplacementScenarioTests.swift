import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct ReplacementScenarioTests {
    static let shapes = [
        SimulatedShape(1, 1), SimulatedShape(2, 1), SimulatedShape(2, 2), SimulatedShape(4, 2), SimulatedShape(4, 4),
        SimulatedShape(1, 1, sets: 2), SimulatedShape(4, 2, sets: 2),
    ]

    @Test(arguments: shapes)
    func `18: wiped drives are replaced and rebuilt, and the old ones refused`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.replacedDrives() }
    }

    @Test(arguments: shapes)
    func `18: a new drive that failed before its index was marked is begun again`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.newDriveIsNotMarked() }
    }

    /// With a drive away the others must still write.
    @Test(arguments: shapes.filter { $0.setSize > $0.writeFloor })
    func `18: a drive and the one that replaced it do not both count`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.bothClaimTheSlot() }
    }

    @Test(arguments: shapes.filter { $0.setSize > $0.writeFloor })
    func `18: a drive wiped while it serves is rebuilt`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.wipedWhileServing() }
    }
}
