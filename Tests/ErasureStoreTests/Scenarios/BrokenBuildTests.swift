import SimulatedDrives
import StorageAPI
import Testing

@testable import ErasureStore

/// A build without one of its rules fails a scenario: otherwise the scenarios would show nothing.
@Suite struct BrokenBuildTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let broken: BrokenRule
        let scenario: Int
        let shape: SimulatedShape
        let run: @Sendable (Trial) throws -> Void

        init(
            _ broken: BrokenRule, _ scenario: Int, _ shape: SimulatedShape,
            _ run: @escaping @Sendable (Trial) throws -> Void
        ) {
            self.broken = broken
            self.scenario = scenario
            self.shape = shape
            self.run = run
        }

        var testDescription: String { "\(broken.rawValue), scenario \(scenario), \(shape.testDescription)" }
    }

    private static let large = SimulatedShape(4, 2)

    static let cases: [Case] = [
        Case(.answersAtQuorum, 3, large) { try $0.acknowledgedAndAtOnceLost(.inline) },
        Case(.answersAtQuorum, 3, SimulatedShape(2, 1)) { try $0.acknowledgedAndAtOnceLost(.inline) },
        Case(.keepsTheHighestBatch, 2, large) { try $0.tooFewDrivesHaveTheBatch(.inline) },
        Case(.keepsTheHighestBatch, 1, large) { try $0.overwriteIsCutAnywhere(.inline) },
        Case(.neverRefusesToStart, 8, large) { try $0.newestDrivesMissing(outCount: 2, lostCount: 1) },
        Case(.overwritesInPlace, 1, large) { try $0.overwriteIsCutAnywhere(.inline) },
        Case(.publishesBeforeCommit, 13, large) { try $0.readerDuringCommit() },
        Case(.clearsTheMarkEarly, 16, large) { try $0.crashInCatchUp() },
        Case(.ignoresThePredecessor, 5, large) { try $0.driveFallsBackWhileServing() },
        Case(.retriesFailedSyncs, 24, large) { try $0.syncFailsOnce(.striped) },
        Case(.retriesFailedSyncs, 24, large) { try $0.syncFailsOnce(.inline) },
        Case(.reapsBeforeCommit, 1, large) { try $0.overwriteIsCutAnywhere(.striped) },
        Case(.reapsUnderReaders, 20, large) { try $0.longReadOverReap(partCount: 30, .inline) },
        Case(.reapsUnderReaders, 20, large) { try $0.longReadOverReap(partCount: 10, .striped) },
    ]

    @Test(arguments: cases)
    func `A build without a rule fails its scenario`(_ broken: Case) {
        let caught = ScenarioRuns.catches(broken.broken, broken.shape, within: 1000, broken.run)
        #expect(caught != nil, "nothing noticed that the build \(broken.broken)")
    }

    @Test func `Every broken build is tried`() {
        #expect(Set(Self.cases.map(\.broken)) == Set(BrokenRule.allCases))
    }

    /// The disks that forget what a failed sync was to store do no harm to a build with all its rules.
    @Test(arguments: [SimulatedLayout.inline, .striped])
    func `24: a sync that fails once puts the drive out`(_ layout: SimulatedLayout) {
        ScenarioRuns.run(Self.large) { try $0.syncFailsOnce(layout) }
    }
}

extension Trial {
    /// 24, the part that needs no more than a sync: it fails once, then "succeeds", and the power is cut.
    func syncFailsOnce(_ layout: SimulatedLayout) throws {
        _ = try withObject(layout)
        let trial = try fork(24)
        let store = try trial.start()
        try trial.sleep(milliseconds: 2500)
        let victim = trial.chooseSlots(shape.setSize - shape.writeFloor)
        for drive in trial.drives(victim) {
            trial.world.drive(drive).forgiveFailedSyncs()
            trial.world.index(drive).forgiveFailedSyncs()
            if layout == .striped {
                trial.world.drive(drive).inject(.init(.syncFile))
            } else {
                trial.world.index(drive).failNextWrites(.init(.nothing))
            }
        }
        let new = trial.content(layout)
        let pending = trial.begin { try await trial.put(store, "key", new) }
        trial.go(milliseconds: 6000) { pending.isDone }
        // Who is out has been lost already; of those that count, as many more may be as are left of the promise.
        let outCount = store.status.sets.map { $0.drives.count - $0.memberCount }.max() ?? 0
        trial.crash()
        guard pending.succeeded else { throw Violation("not stored: \(String(describing: pending.result))") }
        let others = (0..<shape.setSize).filter { !victim.contains($0) }
        let lost = trial.chooseSlots(max(0, shape.parityShards - outCount), of: others)
        let after = try trial.start(without: lost)
        try trial.expect(after, "key", oneOf: [new], "\(layout), sync failed on \(victim.sorted())")
        if lost.isEmpty { try trial.audit(after, isWhole: false) }
    }
}
