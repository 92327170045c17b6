import DriveIO
import ErasureStore
import Logging
import MetadataIndex
import StorageAPI

/// The store of this process with what it runs on.
struct OpenStore: Sendable {
    let store: ErasureStore
    let clock: SystemClock
    let memory: IndexMemory
    /// Ends when the store is closed.
    let running: Task<Void, Never>

    /// Opens the drives and starts the engine.
    ///
    /// - Throws: `DeploymentError` and `SettingsError`: one line that says what to do.
    static func open(
        _ plan: ServePlan, acceptLoss: Bool, descriptors: DescriptorBudget, clock: SystemClock, logger: Logger
    ) async throws -> OpenStore {
        await DriveDirectories.prepare(plan.pools, clock: clock)
        let memory = IndexMemory(byteCount: plan.memory.index, writeBufferByteCount: plan.memory.writeBuffers)
        var request = DeploymentRequest(
            pools: plan.pools, parity: plan.settings.parity, setSize: plan.settings.setSize)
        request.acceptLoss = acceptLoss
        request.scrubIntervalMilliseconds = plan.settings.scrubInterval.milliseconds
        request.limits.transferByteCount = plan.memory.stripes
        var note = try plan.stateDirectory.map(MountNote.init(in:))
        if let note {
            let known = plan.pools.joined().filter(note.names)
            request.formerMountPoints = FormerMountPoints(paths: Set(known), source: note.path)
        }
        let store = try await ErasureStore.open(
            request, environment: environment(memory, descriptors, clock, logger),
            makeDrive: { FileDrive(path: $0) })
        let engine = EngineThread()
        let running = Task(executorPreference: engine) { await store.run() }
        let opened = OpenStore(store: store, clock: clock, memory: memory, running: running)
        let health = store.status.sets
        if health.allSatisfy({ $0.service == .stopped }) {
            await opened.close()
            throw SettingsError(health.map(\.reason).joined(separator: "; "))
        }
        do throws(SettingsError) {
            if note?.update(served: store.servedDrives) == true { try note?.write() }
        } catch {
            logger.warning("which drives are mounted is not noted", metadata: ["reason": "\(error)"])
        }
        return opened
    }

    /// What the engine runs on in this process.
    static func environment(
        _ memory: IndexMemory, _ descriptors: DescriptorBudget, _ clock: SystemClock, _ logger: Logger
    ) -> StoreEnvironment {
        var options = RocksDBIndex.Options()
        options.openFileLimit = descriptors.tableFilesPerDrive
        return StoreEnvironment(
            clock: clock, random: SystemRandom(),
            makeExecutor: { drive in
                let name = drive.path.split(separator: "/").last.map(String.init) ?? "drive"
                return DriveThreads(name: String(name.suffix(8)))
            },
            openIndex: { [options] (drive, creates) throws(IndexError) in
                var options = options
                options.creates = creates
                return try RocksDBIndex.open(
                    at: drive.path + "/index", quarantine: drive.path + "/quarantine", memory: memory, options: options)
            }, logger: logger)
    }

    private static let closeSeconds: UInt64 = 5

    /// Commits what is queued and lets go of the drives. A drive that hangs is not waited for.
    func close() async {
        store.close()
        let done = FirstAnswer()
        Task {
            await running.value
            done.answer()
        }
        clock.schedule(afterMilliseconds: Self.closeSeconds * 1000) { done.answer() }
        await done.wait()
    }
}
