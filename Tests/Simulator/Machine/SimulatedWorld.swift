import DriveIO
import ErasureStore
import FoundationEssentials
import Logging
import MetadataIndex
import SimulatedDrives
import StorageAPI
import Synchronization

/// A machine with drives on which stores are started, crashed and started again, all from one seed.
final class SimulatedWorld: Sendable {
    struct Machine: Sendable {
        let drive: InMemoryDriveMedium
        let index: InMemoryIndexMedium
    }

    let scheduler: SimulatedScheduler
    let paths: [String]
    let driveCount: Int
    let broken: BrokenRule?
    private let machines: Mutex<[String: Machine]>
    private let executors = Mutex<[String: [SimulatedDriveExecutor]]>([:])
    private let hung = Mutex<Set<String>>([])
    private let wallOffset = Mutex<Int64>(epoch)

    /// - Parameter driveCount: of all sets together.
    init(seed: UInt64, driveCount: Int, broken: BrokenRule? = nil) {
        scheduler = SimulatedScheduler(seed: seed)
        self.broken = broken
        self.driveCount = driveCount
        let paths = (0..<driveCount).map { "/drive\($0)" }
        self.paths = paths
        machines = Mutex(
            Dictionary(
                uniqueKeysWithValues: paths.map {
                    ($0, Machine(drive: InMemoryDriveMedium(path: $0), index: InMemoryIndexMedium()))
                }))
        connectQuarantine()
    }

    /// Another machine, with what a crash would leave on the drives of this one.
    func fork(seed: UInt64) -> SimulatedWorld {
        let fork = SimulatedWorld(seed: seed, driveCount: driveCount, broken: broken)
        let copies = machines.withLock { $0.mapValues { Machine(drive: $0.drive.copy(), index: $0.index.copy()) } }
        fork.machines.withLock { $0 = copies }
        fork.moveClock(milliseconds: Int64(scheduler.uptimeMilliseconds) + wallOffset.withLock { $0 } - Self.epoch)
        fork.connectQuarantine()
        return fork
    }

    private static let epoch: Int64 = 1_700_000_000_000

    /// A drive's index begins anew when it is set aside.
    private func connectQuarantine() {
        for path in paths {
            machine(path).drive.setQuarantineIndex { [weak self] in
                guard let self else { return false }
                machines.withLock { machines in
                    guard let old = machines[path] else { return }
                    machines[path] = Machine(drive: old.drive, index: InMemoryIndexMedium())
                }
                return true
            }
        }
    }

    func drive(_ number: Int) -> InMemoryDriveMedium { machine(paths[number]).drive }
    func index(_ number: Int) -> InMemoryIndexMedium { machine(paths[number]).index }
    /// Of the newest handle of the drive.
    func executor(_ number: Int) -> SimulatedDriveExecutor? { executors.withLock { $0[paths[number]]?.last } }

    /// Every handle of the drive hangs, also those that are made from now on.
    func hang(_ number: Int) {
        hung.withLock { _ = $0.insert(paths[number]) }
        for executor in executors.withLock({ $0[paths[number], default: []] }) { executor.hang() }
    }

    func resume(_ number: Int) {
        hung.withLock { _ = $0.remove(paths[number]) }
        for executor in executors.withLock({ $0[paths[number], default: []] }) { executor.resume() }
    }

    private func machine(_ path: String) -> Machine {
        guard let machine = machines.withLock({ $0[path] }) else { preconditionFailure("no drive at \(path)") }
        return machine
    }

    /// Takes a drive out, with what a crash would leave on it, and puts an empty one in its place.
    @discardableResult
    func replace(_ number: Int) -> Machine {
        let path = paths[number]
        let old = machine(path)
        machines.withLock { $0[path] = Machine(drive: InMemoryDriveMedium(path: path), index: InMemoryIndexMedium()) }
        connectQuarantine()
        return Machine(drive: old.drive.copy(), index: old.index.copy())
    }

    /// Puts a drive back that was taken out.
    func insert(_ machine: Machine, at number: Int) {
        machines.withLock { $0[paths[number]] = machine }
        connectQuarantine()
    }

    /// Removes all files of a drive, under whoever has them open.
    func wipe(_ number: Int) {
        machine(paths[number]).drive.wipe()
        machines.withLock { machines in
            guard let old = machines[paths[number]] else { return }
            machines[paths[number]] = Machine(drive: old.drive, index: InMemoryIndexMedium())
        }
    }

    /// Gives the machine at one place to another, as when device names change.
    func swapPlaces(_ one: Int, _ other: Int) {
        machines.withLock { machines in
            (machines[paths[one]], machines[paths[other]]) = (machines[paths[other]], machines[paths[one]])
        }
    }

    func moveClock(milliseconds: Int64) {
        wallOffset.withLock { $0 += milliseconds }
    }

    /// The power fails: nothing goes on, and what was not synced is gone.
    func crash() {
        scheduler.cutPower()
        machines.withLock { machines in
            for machine in machines.values {
                machine.drive.crash()
                machine.index.crash()
            }
        }
    }

    var environment: StoreEnvironment {
        var environment = StoreEnvironment(
            clock: SimulatedClock(world: self), random: SimulatedRandom(scheduler: scheduler),
            makeExecutor: { [self] drive in
                let executor = SimulatedDriveExecutor(scheduler)
                executors.withLock { $0[drive.path, default: []].append(executor) }
                if hung.withLock({ $0.contains(drive.path) }) { executor.hang() }
                return executor
            },
            openIndex: { [self] (drive, creates) throws(IndexError) in
                try machine(drive.path).index.open(creates: creates)
            },
            logger: Self.logger)
        environment.broken = broken
        return environment
    }

    /// Silent, unless a run is looked at by hand.
    private static let logger: Logger = {
        guard ProcessInfo.processInfo.environment["MAGSTORE_SIMULATION_LOG"] != nil else {
            return Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        }
        var logger = Logger(label: "simulation") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .debug
        return logger
    }()

    /// For who reads the log: what is done to a drive.
    func note(_ event: String, drive number: Int) {
        Self.logger.notice("\(event)", metadata: ["path": "\(paths[number])", "step": "\(scheduler.stepCount)"])
    }

    func note(_ event: @autoclosure () -> String) {
        Self.logger.notice("\(event())", metadata: ["step": "\(scheduler.stepCount)"])
    }

    fileprivate func now() -> Timestamp {
        Timestamp(milliseconds: wallOffset.withLock { $0 } + Int64(scheduler.uptimeMilliseconds))
    }

    /// What is at a path.
    @Sendable func openDrive(_ path: String) -> any Drive { machine(path).drive.open() }

    /// Opens the store on the drives at these places, and lets it run.
    func start(
        _ request: DeploymentRequest? = nil, parity: Int? = nil, setSize: Int? = nil, present: [Int]? = nil
    ) async throws -> ErasureStore {
        let request = request ?? DeploymentRequest(pools: [paths], parity: parity, setSize: setSize)
        let present = present.map { Set($0.map { paths[$0] }) } ?? Set(paths)
        let store = try await ErasureStore.open(request, environment: environment) { [self] path in
            if present.contains(path) { return machine(path).drive.open() }
            return AbsentDrive(path: path)
        }
        scheduler.start { await store.run() }
        return store
    }
}

private struct SimulatedClock: StoreClock {
    let world: SimulatedWorld

    func now() -> Timestamp { world.now() }
    func uptimeMilliseconds() -> UInt64 { world.scheduler.uptimeMilliseconds }

    func schedule(afterMilliseconds milliseconds: UInt64, _ action: @escaping @Sendable () -> Void) {
        world.scheduler.schedule(afterMilliseconds: milliseconds, action)
    }
}

private struct SimulatedRandom: RandomSource {
    let scheduler: SimulatedScheduler

    func next() -> UInt64 { scheduler.random() }
}

/// A path with nothing behind it.
private final class AbsentDrive: Drive {
    let path: String

    init(path: String) { self.path = path }

    private var error: DriveError { DriveError(.notFound, "\(path): no such directory") }

    func identity() throws(DriveError) -> [UInt8]? { throw error }
    func setIdentity(_ bytes: [UInt8]) throws(DriveError) { throw error }
    func isBlank() throws(DriveError) -> Bool { throw error }
    func lock() throws(DriveError) { throw error }
    func mount() throws(DriveError) -> MountState { throw error }
    func rememberPlace() throws(DriveError) { throw error }
    func checkPlace() throws(DriveError) { throw error }
    func space() throws(DriveError) -> DriveSpace { throw error }
    func close() {}
    func createShard(_ name: ShardName) throws(DriveError) -> any ShardWriter { throw error }
    func openShard(_ name: ShardName) throws(DriveError) -> any ShardReader { throw error }
    func removeShards(_ names: [ShardName]) throws(DriveError) { throw error }
    func inspectShard(_ name: ShardName) throws(DriveError) -> any ShardReader { throw error }
    func quarantineShard(_ name: ShardName) throws(DriveError) -> Bool { throw error }
    func quarantineIndex() throws(DriveError) { throw error }
    func shardNames(after: ShardName?, limit: Int) throws(DriveError) -> [ShardName] { throw error }
}
