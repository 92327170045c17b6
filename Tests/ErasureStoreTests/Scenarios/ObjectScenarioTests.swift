import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct ObjectScenarioTests {
    static let shapes = [SimulatedShape(2, 1), SimulatedShape(4, 2), SimulatedShape(4, 2, sets: 2)]

    @Test(arguments: shapes, [(SimulatedLayout.striped, true), (.striped, false), (.inline, true), (.tiny, false)])
    func `14: a drive that leaves or comes during an upload is missing exactly what it has not`(
        _ shape: SimulatedShape, _ way: (SimulatedLayout, Bool)
    ) {
        ScenarioRuns.run(shape) { try $0.membersChangeDuringUpload(way.0, outFirst: way.1) }
    }

    @Test(arguments: [
        (SimulatedShape(1, 0), 10_000, SimulatedLayout.tiny), (SimulatedShape(4, 2), 300, .inline),
        (SimulatedShape(4, 2, sets: 2), 60, .striped),
    ])
    func `20: an object of many parts is read to its end although it was overwritten and reaped`(
        _ shape: SimulatedShape, _ partCount: Int, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.longReadOverReap(partCount: partCount, layout) }
    }

    @Test(arguments: [SimulatedShape(1, 0), SimulatedShape(2, 2)] + shapes, [SimulatedLayout.inline, .striped])
    func `21: references are a recount after storms of copies and deletes`(
        _ shape: SimulatedShape, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.copyAndDeleteStorm(layout) }
    }

    @Test(arguments: [SimulatedShape(1, 0)] + shapes)
    func `22: the sweep removes what crashes left and nothing that is needed`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.sweepAgainstUploads() }
    }
}
