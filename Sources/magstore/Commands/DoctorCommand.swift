import AdminAPI
import ArgumentParser
import DriveIO
import ErasureStore
import Glibc
import Logging
import MetadataIndex

struct DoctorCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Prove that every object is whole, or say what is wrong.",
        discussion: """
            Reads every record and every shard, so it takes as long as reading the drives. Name all drives of the \
            store, as for serve, while no server runs on them; or name none, and a server is asked to look at its own \
            while it serves, which proves the same of what was stored before. Findings go to standard output, one a \
            line. Ends with 0 only when all of this was seen: every drive is here, the indexes are whole and agree row \
            by row, every object has every shard and each matches its checksums, reference counts and usage counters \
            are those of a recount, and nothing is left over. Otherwise it ends with 1, and with 2 when a server does \
            not answer.
            """)

    @Argument(help: ArgumentHelp("Directories that hold the data, one for each drive.", valueName: "path"))
    var drives: [String] = []

    @Option(
        help: ArgumentHelp("The settings file of the server, to look at the drives that it names.", valueName: "file"))
    var config: String?

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if connection.isGiven, !drives.isEmpty || config != nil {
            throw ValidationError("name drives to look at, or a server to ask, and not both")
        }
    }

    func run() throws {
        if connection.isGiven || (drives.isEmpty && config == nil) { return try askServer() }
        try examineDrives()
    }

    private func askServer() throws {
        let json = output.json
        let summary = try asking { client in
            try client.examine { line, text in
                if json {
                    print(text)
                } else if let finding = line.finding {
                    print("\(finding.place): \(finding.kind): \(finding.text)")
                }
                fflush(nil)
            }
        }
        if !json { print(summary.text) }
        if !summary.isClean { throw ClientExit.unwell }
    }

    private func examineDrives() throws {
        let (paths, descriptors, memory) = try oneLine(prepare)
        let json = output.json
        let clock = SystemClock()
        let doctor = Doctor(
            environment: OpenStore.environment(
                IndexMemory(byteCount: memory.index, writeBufferByteCount: memory.writeBuffers), descriptors, clock,
                Logger(label: "magstore", factory: { _ in SwiftLogNoOpLogHandler() })),
            makeDrive: { FileDrive(path: $0) },
            verifyIndex: { index throws(IndexError) in _ = try (index as? RocksDBIndex)?.verify() },
            report: { finding in
                guard json else { return print("\(finding.place): \(finding.kind): \(finding.text)") }
                let report = FindingReport(place: finding.place, kind: finding.kind.rawValue, text: finding.text)
                if let line = try? JSONLine.text(ExaminationLine(finding: report)) { print(line) }
            })
        Task(executorPreference: EngineThread()) {
            let summary = await doctor.examine(paths)
            let line = json ? try? JSONLine.text(ExaminationLine(summary: summary.report)) : nil
            print(line ?? summary.text)
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

extension ExaminationReport {
    fileprivate var text: String {
        let seen = "\(objects) objects, \(shards) shards of \(shardByteCount) bytes and \(rows) rows"
        if isClean { return "clean: \(seen), every one looked at" }
        let unreported = unreportedFindings == 0 ? "" : ", \(unreportedFindings) of them not shown"
        return "NOT CLEAN: \(Readable.count(findings, "finding"))\(unreported); looked at \(seen)"
    }
}

extension DoctorSummary {
    /// As a server says it.
    fileprivate var report: ExaminationReport {
        ExaminationReport(
            findings: findings, unreportedFindings: 0, objects: Int(clamping: objects), rows: rows, shards: shards,
            shardByteCount: shardBytes, isClean: isClean)
    }

    fileprivate var text: String {
        let seen =
            "\(objects) objects, \(shards) shards of \(shardBytes) bytes and \(rows) rows on \(drives) drives in "
            + "\(sets) \(sets == 1 ? "set" : "sets")"
        if isClean { return "clean: \(seen), every one looked at" }
        return "NOT CLEAN: \(findings) \(findings == 1 ? "finding" : "findings"); looked at \(seen)"
    }
}
