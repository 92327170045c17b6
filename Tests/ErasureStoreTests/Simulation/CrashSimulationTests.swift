import Foundation
import Testing

@testable import Simulator

/// Random runs, few of them: `Scripts/simulate` has thousands.
@Suite struct CrashSimulationTests {
    @Test(arguments: CrashSimulation.shapes)
    func `Nothing acknowledged is lost when the power fails`(_ shape: SimulatedShape) throws {
        try run(shape, faults: false)
    }

    @Test(arguments: CrashSimulation.shapes)
    func `Nothing acknowledged is lost when drives fail, hang and come back, and the power fails`(
        _ shape: SimulatedShape
    ) throws {
        try run(shape, faults: true)
    }

    private func run(_ shape: SimulatedShape, faults: Bool) throws {
        for seed in ScenarioRuns.firstSeed..<ScenarioRuns.firstSeed + ScenarioRuns.seedCount {
            do {
                var simulation = try CrashSimulation(seed: seed, shape: shape, faults: faults)
                _ = try simulation.run()
            } catch {
                Issue.record("seed \(seed), \(shape): \(error)")
                return
            }
        }
    }
}
