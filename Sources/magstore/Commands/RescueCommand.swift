import ArgumentParser
import DriveIO
import ErasureStore
import Glibc
import Logging
import MetadataIndex

struct RescueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rescue", abstract: "Take all objects from bare drives, without a server.",
        discussion: """
            Reads the drives and changes nothing on them: they may be mounted read-only, or be copies. Any k drives of \
            each set (the drives of a set less its parity) have everything; with fewer, or with damaged ones, it takes \
            what can be read, and names what can not. Every byte is verified.

            DIR gets a file BUCKET/KEY for each object, and manifest.jsonl with its metadata, one object a line. Keys \
            that are no paths are written with % (see the manifest's "file" and "key"). When it was interrupted, run \
            it again with the same DIR: what is there is kept. Ends with 0 when every object was rescued, otherwise \
            with 1.
            """)

    @Option(help: ArgumentHelp("Directory to fill: empty, or of an earlier run.", valueName: "dir"))
    var to: String?

    @Flag(help: "Only list the objects, as lines of JSON on standard output, without reading their bytes.")
    var list = false

    @Argument(help: ArgumentHelp("Directories that are drives, as for serve; those that are left.", valueName: "path"))
    var drives: [String] = []

    func run() throws {
        let paths = try oneLine(prepare)
        let clock = SystemClock()
        let report = RescueReport(uptimeMilliseconds: { clock.uptimeMilliseconds() })
        let folder = to
        Task(executorPreference: EngineThread()) {
            let isComplete = await Self.carryOut(paths, folder, clock, report)
            fflush(nil)
            // Without waiting for any thread: one of them may hang on a drive.
            _exit(isComplete ? 0 : 1)
        }
        while true { pause() }
    }

    private func prepare() throws(SettingsError) -> [String] {
        guard (to != nil) != list else {
            throw SettingsError("name a directory with --to, or give --list", isUsage: true)
        }
        let paths = try DrivePaths.pools(drives).flatMap { $0 }
        guard !paths.isEmpty else {
            throw SettingsError("name the drives: magstore rescue --to DIR PATH…", isUsage: true)
        }
        return paths
    }

    private static func carryOut(
        _ paths: [String], _ target: String?, _ clock: SystemClock, _ report: RescueReport
    ) async -> Bool {
        do {
            let store = try await RescuedStore.open(
                paths, environment: environment(paths.count, clock), makeDrive: { ReadOnlyDrive(path: $0) },
                remark: { report.remark($0) })
            let folder = try target.map { path throws(SettingsError) in try RescueFolder(path, sparing: paths) }
            try await RescueRun(store: store, folder: folder, report: report).carryOut()
            report.finish(verb: folder == nil ? "listed" : "rescued")
            return report.failures == 0 && store.lostSets.isEmpty
        } catch let error as DeploymentError {
            printError(error.description)
        } catch let error as SettingsError {
            printError(error.description)
        } catch {
            printError("\(error)")
        }
        return false
    }

    private static func environment(_ driveCount: Int, _ clock: SystemClock) -> StoreEnvironment {
        let descriptors = Int(DescriptorLimit.raise().soft)
        var options = RocksDBIndex.Options()
        options.openFileLimit = max(20, min(256, descriptors / 2 / driveCount))
        let budget = MemoryBudget(limit: MemoryBudget.defaultLimit(machineByteCount: MachineMemory.byteCount))
        let memory = IndexMemory(byteCount: budget.index, writeBufferByteCount: budget.writeBuffers)
        return StoreEnvironment(
            clock: clock, random: SystemRandom(), makeExecutor: { _ in DriveThreads(name: "drive") },
            openIndex: { [options] (drive, _) throws(IndexError) in
                try RocksDBIndex.openForReading(at: drive.path + "/index", memory: memory, options: options)
            }, logger: Logger(label: "magstore", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}
