import AdminAPI
import ArgumentParser

struct DriveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drive", abstract: "Look at the drives of a store.", subcommands: [List.self, Status.self])

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the drives of every set, with their space and state.", discussion: ClientExit.text)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var watching: WatchOptions

        func run() throws {
            try asking { client in
                try repeating(every: watching.seconds) {
                    let answer = try client.ask(.listDrives, for: DriveListReport.self)
                    output.show(answer)
                }
            }
        }
    }

    struct Status: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say everything about a drive, or about all; ends with 1 if one of them is no member.",
            discussion: ClientExit.text)

        @Argument(
            help: ArgumentHelp("Its path, the beginning of its uuid, or SET/SLOT, like 1/3.", valueName: "drive"))
        var drive: String?

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let drives = try asking { client in
                let answer = try client.ask(.listDrives, for: DriveListReport.self)
                let chosen = answer.message.drives.filter { drive.map($0.isCalled) ?? true }
                guard !chosen.isEmpty else {
                    throw ClientError(
                        "there is no drive \"\(drive ?? "")\": `magstore drive list` shows those there are")
                }
                if output.json {
                    for drive in chosen { print(try JSONLine.text(drive)) }
                } else {
                    print(chosen.map { $0.paragraph.joined(separator: "\n") }.joined(separator: "\n\n"))
                }
                return chosen
            }
            if drives.contains(where: { $0.state != "member" }) { throw ClientExit.unwell }
        }
    }
}

extension DriveListReport: ReadableReport {
    var lines: [String] {
        var table = TextTable("SET", "SLOT", "STATE", "PATH", "SIZE", "FREE", "REASON")
        for drive in drives {
            table.add(
                drive.set, "\(drive.slot)", Words.driveState(drive.state), drive.path.isEmpty ? "-" : drive.path,
                drive.size, drive.free, drive.reason)
        }
        return table.lines
    }
}

extension DriveReport {
    func isCalled(_ name: String) -> Bool {
        if name == path || (name.count >= 4 && uuid.hasPrefix(name)) { return true }
        return name == "\(set.drop { !$0.isNumber })/\(slot)"
    }

    fileprivate var size: String { capacityByteCount == 0 ? "-" : Readable.bytes(capacityByteCount) }
    fileprivate var free: String { capacityByteCount == 0 ? "-" : Readable.bytes(freeByteCount) }

    var paragraph: [String] {
        var lines = [
            "\(set), slot \(slot): \(Words.driveState(state))",
            "  path   \(path.isEmpty ? "not known" : path)",
            "  uuid   \(uuid.isEmpty ? "not known" : uuid)",
            "  size   \(size)",
            "  free   \(free)",
        ]
        if !reason.isEmpty { lines.append("  reason \(reason)") }
        return lines
    }
}
