import ErasureStore
import SimulatedDrives
import StorageAPI

/// A build without one of its rules, and a scenario that must fail on it: otherwise the scenario would show nothing.
struct BrokenBuild: Sendable, CustomStringConvertible {
    let broken: BrokenRule
    let scenario: Int
    let shape: SimulatedShape
    private let layout: SimulatedLayout?
    private let run: @Sendable (Trial) throws -> Void

    private init(
        _ broken: BrokenRule, _ scenario: Int, _ layout: SimulatedLayout? = nil,
        _ shape: SimulatedShape = SimulatedShape(4, 2), _ run: @escaping @Sendable (Trial) throws -> Void
    ) {
        self.broken = broken
        self.scenario = scenario
        self.layout = layout
        self.shape = shape
        self.run = run
    }

    var description: String {
        "\(broken.rawValue), scenario \(scenario), \(shape)\(layout.map { ", \($0)" } ?? "")"
    }

    static let all: [BrokenBuild] = [
        BrokenBuild(.answersAtQuorum, 3, .inline) { try $0.acknowledgedAndAtOnceLost(.inline) },
        BrokenBuild(.answersAtQuorum, 3, .inline, SimulatedShape(2, 1)) { try $0.acknowledgedAndAtOnceLost(.inline) },
        BrokenBuild(.keepsTheHighestBatch, 2, .inline) { try $0.tooFewDrivesHaveTheBatch(.inline) },
        BrokenBuild(.keepsTheHighestBatch, 1, .inline) { try $0.overwriteIsCutAnywhere(.inline) },
        BrokenBuild(.neverRefusesToStart, 8) { try $0.newestDrivesMissing(outCount: 2, lostCount: 1) },
        BrokenBuild(.overwritesInPlace, 1, .inline) { try $0.overwriteIsCutAnywhere(.inline) },
        BrokenBuild(.publishesBeforeCommit, 13) { try $0.readerDuringCommit() },
        BrokenBuild(.clearsTheMarkEarly, 16) { try $0.crashInCatchUp() },
        BrokenBuild(.ignoresThePredecessor, 5) { try $0.driveFallsBackWhileServing() },
        BrokenBuild(.retriesFailedSyncs, 24, .striped) { try $0.syncFailsOnce(.striped) },
        BrokenBuild(.retriesFailedSyncs, 24, .inline) { try $0.syncFailsOnce(.inline) },
        BrokenBuild(.reapsBeforeCommit, 1, .striped) { try $0.overwriteIsCutAnywhere(.striped) },
        BrokenBuild(.reapsUnderReaders, 20, .inline) { try $0.longReadOverReap(partCount: 30, .inline) },
        BrokenBuild(.reapsUnderReaders, 20, .striped) { try $0.longReadOverReap(partCount: 10, .striped) },
    ]

    /// The first of so many seeds at which the scenario fails.
    func firstFailure(within seeds: UInt64) -> (seed: UInt64, failure: any Error)? {
        for seed in 0..<seeds {
            do {
                try run(Trial(shape, seed: seed, broken: broken))
            } catch {
                return (seed, error)
            }
        }
        return nil
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
