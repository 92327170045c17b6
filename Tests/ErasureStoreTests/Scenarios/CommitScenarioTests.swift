import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct CommitScenarioTests {
    static let layouts = SimulatedLayout.allCases
    /// Every shape, and every layout on some: large sets take most of the time.
    static let shapesAndLayouts = SimulatedShape.all.flatMap { shape in
        layouts.filter { shape.driveCount <= 6 || $0 == (shape.setCount == 1 ? .inline : .striped) }
            .map { (shape, $0) }
    }

    @Test(arguments: shapesAndLayouts.filter { $0.1 == .inline || $0.1 == .striped })
    func `1: an overwrite that is cut anywhere leaves the old or the new object`(
        _ shape: SimulatedShape, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.overwriteIsCutAnywhere(layout) }
    }

    @Test(arguments: shapesAndLayouts.filter { $0.0.dataShards > 1 })
    func `2: a batch on too few drives is gone and its predecessor is whole`(
        _ shape: SimulatedShape, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.tooFewDrivesHaveTheBatch(layout) }
    }

    @Test(arguments: shapesAndLayouts)
    func `3: what is acknowledged survives the loss of any m drives at that moment`(
        _ shape: SimulatedShape, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.acknowledgedAndAtOnceLost(layout) }
    }

    @Test(arguments: shapesAndLayouts.filter { $0.0.parityShards > 0 && $0.1 != .empty })
    func `4: drives that fail one after the other are put out before the answer`(
        _ shape: SimulatedShape, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.evictionChain(layout) }
    }

    @Test(arguments: shapesAndLayouts.filter { $0.0.parityShards > 0 && $0.1 != .empty })
    func `5: a failed write that reached the disk leaves no trace when the drive is back`(
        _ shape: SimulatedShape, _ layout: SimulatedLayout
    ) {
        ScenarioRuns.run(shape) { try $0.failedWriteReachedTheDisk(layout) }
    }

    @Test(arguments: SimulatedShape.writingDegraded)
    func `A drive that falls back while it serves takes no later batch`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.driveFallsBackWhileServing() }
    }

    @Test(arguments: SimulatedShape.all)
    func `15: of a tiny write that any k drives have a copy exists`(_ shape: SimulatedShape) {
        ScenarioRuns.run(shape) { try $0.tinyCopyOnEverySubset() }
    }
}
