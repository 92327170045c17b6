import ArgumentParser
import DriveIO
import ErasureStore
import Glibc
import Logging
import MetadataIndex

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Prove that stopped drives hold every object whole, or say what is wrong.",
        discussion: """
            Reads every record and every shard, so it takes as long as reading the drives. Name all drives of the \
            store, as for serve, while no server runs on them. Findings go to standard output, one a line. Ends with 0 \
            only when all of this was seen: every drive is here, the indexes are whole and agree row by row, every \
            object has every shard and each matches its checksums, reference counts and usage counters are those of a \
            recount, and nothing is left over. Otherwise it ends with 1.
            """)

    @Argument(help: ArgumentHelp("Directories that hold the data, one for each drive.", valueName: "path"))
    var drives: [String] = []

    @Option(help: ArgumentHelp("The settings file of the server.", valueName: "file"))
    var config: String?

    func run() throws {
        let (paths, descriptors, memory) = try oneLine(prepare)
        let clock = SystemClock()
        let doctor = Doctor(
            environment: OpenStore.environment(
                IndexMemory(byteCount: memory.index, writeBufferByteCount: memory.writeBuffers), descriptors, clock,
                Logger(label: "magstore", factory: { _ in SwiftLogNoOpLogHandler() })),
            makeDrive: { FileDrive(path: $0) },
            verifyIndex: { index throws(IndexError) in _ = try (index as? RocksDBIndex)?.verify() },
            report: { print("\($0.place): \($0.kind): \($0.text)") })
        Task(executorPreference: EngineThread()) {
            let summary = await doctor.examine(paths)
            print(summary.text)
            fflush(nil)
            // Without waiting for any thread: one of them may hang on a drive.
            _exit(summary.isClean ? 0 : 1)
        }
        while true { pause() }
    }

    private func prepare() throws(SettingsError) -> ([String], DescriptorBudget, MemoryBudget) {
        let options = SettingOptions(file: config, values: [:])
        let settings = try options.resolve(arguments: ["drives": drives]).settings
        let paths = try DrivePaths.pools(settings.drives).flatMap { $0 }
        guard !paths.isEmpty else {
            throw SettingsError("name the drives: magstore doctor PATH…", isUsage: true)
        }
        let descriptors = try DescriptorBudget(
            limit: DescriptorLimit.raise().soft, driveCount: paths.count, setSize: min(16, paths.count),
            wantedConnections: nil)
        let limit = settings.memoryLimit?.bytes
        return (
            paths, descriptors,
            MemoryBudget(limit: limit ?? MemoryBudget.defaultLimit(machineByteCount: MachineMemory.byteCount))
        )
    }
}

extension DoctorSummary {
    fileprivate var text: String {
        let seen =
            "\(objects) objects, \(shards) shards of \(shardBytes) bytes and \(rows) rows on \(drives) drives in "
            + "\(sets) \(sets == 1 ? "set" : "sets")"
        if isClean { return "clean: \(seen), every one looked at" }
        return "NOT CLEAN: \(findings) \(findings == 1 ? "finding" : "findings"); looked at \(seen)"
    }
}
