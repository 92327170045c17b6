import StorageAPI
import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct PoolScenarioTests {
    static let shapes = [
        SimulatedShape(1, 0, sets: 2, pools: 2), SimulatedShape(2, 1, sets: 2, pools: 2),
        SimulatedShape(4, 2, sets: 2, pools: 2), SimulatedShape(1, 1, sets: 4, pools: 2),
    ]

    @Test(arguments: shapes)
    func `30: a pool is drained under load, with power cuts`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.drainUnderLoad() }
    }

    @Test(arguments: [SimulatedShape(1, 0, sets: 2, pools: 2), SimulatedShape(2, 1, sets: 2, pools: 2)])
    func `30: a move may be cut at any step`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.moveCutAnywhere() }
    }

    @Test(arguments: shapes)
    func `a pool is added by naming it, and the power may fail at any step`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.addPoolCutAnywhere() }
    }
}
