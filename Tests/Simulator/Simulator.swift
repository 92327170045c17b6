import ArgumentParser
import ErasureStore
import FoundationEssentials
import Glibc

/// Runs the engine on drives in memory from many seeds, one after the other, and says which went wrong.
/// Scripts/simulate runs as many of it as there are processors.
@main
struct Simulator: ParsableCommand {
    @Option(help: "The first seed.")
    var firstSeed: UInt64 = 0

    @Option(help: "How many seeds.")
    var seeds: UInt64 = 12

    @Option(help: "Only on this shape, like '1 × 4+2'; otherwise each seed has its own, all in turn.")
    var shape: String?

    @Flag(inversion: .prefixedNo, help: "With faults of drives, when a shape is chosen.")
    var faults = true

    @Option(help: "Leave out this rule: the seeds should go wrong.")
    var broken: BrokenRule?

    @Option(help: "Instead: for this broken build (a number from 0), the first seed at which its scenario notices.")
    var scenarioOfBrokenBuild: Int?

    @Flag(help: "Instead: the arguments that try each broken build, by its scenarios and by random runs.")
    var listBrokenBuilds = false

    @Flag(help: "Stop at the first seed that goes wrong.")
    var once = false

    func run() throws {
        // Another order of a set's elements would be another run from the same seed.
        guard ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] != nil else {
            throw ValidationError("SWIFT_DETERMINISTIC_HASHING=1 must be set: otherwise no seed can be repeated")
        }
        if let number = scenarioOfBrokenBuild { return try tryBrokenBuild(number) }
        if listBrokenBuilds {
            for number in BrokenBuild.all.indices { say("--scenario-of-broken-build \(number)") }
            for rule in BrokenRule.allCases { say("--once --broken \(rule.rawValue)") }
            return
        }
        var tally = SimulationTally()
        var failures = 0
        for seed in firstSeed..<firstSeed + seeds {
            // Of a run that traps, this line says which it was.
            say("seed \(seed)")
            do {
                var simulation = try simulation(seed)
                tally += try simulation.run()
            } catch {
                failures += 1
                say("WRONG: seed \(seed): \(error)")
                if once { break }
            }
        }
        for (name, count) in tally.all { say("tally \(count) \(name)") }
        say("tally \(clock() * 1000 / CLOCKS_PER_SEC) milliseconds of a processor")
        say("trace \(String(tally.trace, radix: 16))")
        if failures > 0 { throw ExitCode.failure }
    }

    private func simulation(_ seed: UInt64) throws -> CrashSimulation {
        guard let shape else { return try CrashSimulation(seed: seed, broken: broken) }
        guard let chosen = CrashSimulation.shapes.first(where: { $0.description == shape }) else {
            throw ValidationError("--shape takes one of \(CrashSimulation.shapes.map(\.description))")
        }
        return try CrashSimulation(seed: seed, shape: chosen, faults: faults, broken: broken)
    }

    private func tryBrokenBuild(_ number: Int) throws {
        guard BrokenBuild.all.indices.contains(number) else { throw ExitCode.failure }
        let build = BrokenBuild.all[number]
        guard let caught = build.firstFailure(within: seeds) else {
            say("NOT CAUGHT within \(seeds) seeds: \(build)")
            throw ExitCode.failure
        }
        say("caught: \(build), seed \(caught.seed): \(caught.failure)")
    }
}

/// At once, also when a run traps.
private func say(_ text: String) {
    print(text)
    fflush(nil)
}

extension BrokenRule: ExpressibleByArgument {}
