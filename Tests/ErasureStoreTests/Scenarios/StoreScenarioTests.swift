import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct StoreScenarioTests {
    static let shapes = [
        SimulatedShape(1, 0), SimulatedShape(2, 1), SimulatedShape(4, 2), SimulatedShape(1, 1, sets: 2),
        SimulatedShape(4, 2, sets: 2), SimulatedShape(4, 2, sets: 2, pools: 2),
    ]

    @Test(arguments: shapes)
    func `27: of conditional creates one wins, and stays`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.conditionalCreates() }
    }

    @Test(arguments: shapes)
    func `28: nothing appears in a deleted bucket`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.deleteBucketAgainstWrites() }
    }

    @Test(arguments: shapes)
    func `29: counters over sets are those of a recount`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.countersOverSets() }
    }

    @Test(arguments: shapes)
    func `31: listings show writes in their order, and pages neither skip nor repeat`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.listingsDuringWrites() }
    }

    @Test(arguments: shapes)
    func `32: keys are bytes, whatever they are`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.keysAreBytes() }
    }

    @Test(arguments: [(SimulatedShape(1, 0), 400, 1000), (SimulatedShape(4, 2, sets: 2), 30, 100)])
    func `33: a page costs what it holds`(_ shape: SimulatedShape, _ partCount: Int, _ deleteCount: Int) {
        ScenarioRuns.run(shape) { try $0.pagesCostWhatTheyHold(partCount: partCount, deleteCount: deleteCount) }
    }
}
