import Foundation
import Testing

@testable import ErasureStore
@testable import Simulator

/// How often scenarios run: `MAGSTORE_SIMULATION_SEEDS=100 swift test --filter Scenario` for longer.
enum ScenarioRuns {
    static let seedCount = number("MAGSTORE_SIMULATION_SEEDS") ?? 1
    static let firstSeed = number("MAGSTORE_SIMULATION_FIRST_SEED") ?? 0

    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init)
    }

    /// Runs a scenario for every seed. The first failure is reported with its seed.
    static func run(_ shape: SimulatedShape, _ scenario: (Trial) throws -> Void) {
        for seed in firstSeed..<firstSeed + seedCount {
            do {
                try scenario(Trial(shape, seed: seed))
            } catch {
                Issue.record("seed \(seed), \(shape): \(error)")
                return
            }
        }
    }
}
