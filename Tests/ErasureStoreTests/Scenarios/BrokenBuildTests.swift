import Testing

@testable import ErasureStore
@testable import Simulator

/// A build without one of its rules fails a scenario: otherwise the scenarios would show nothing.
@Suite struct BrokenBuildTests {
    @Test(arguments: BrokenBuild.all)
    func `A build without a rule fails its scenario`(_ build: BrokenBuild) {
        let caught = build.firstFailure(within: 1000)
        #expect(caught != nil, "nothing noticed that the build \(build.broken)")
    }

    @Test func `Every broken build is tried`() {
        #expect(Set(BrokenBuild.all.map(\.broken)) == Set(BrokenRule.allCases))
    }

    /// The disks that forget what a failed sync was to store do no harm to a build with all its rules.
    @Test(arguments: [SimulatedLayout.inline, .striped])
    func `24: a sync that fails once puts the drive out`(_ layout: SimulatedLayout) {
        ScenarioRuns.run(SimulatedShape(4, 2)) { try $0.syncFailsOnce(layout) }
    }
}
