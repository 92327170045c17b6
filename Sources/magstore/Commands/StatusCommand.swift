import AdminAPI
import ArgumentParser

struct StatusCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how a store is doing, what is wrong and what to do about it.",
        discussion: """
            \(ClientExit.text)

            The server is that of --endpoint, of MAGSTORE_ENDPOINT, of a profile (see magstore profile), or the one of \
            this machine, whose key is read from its state directory.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var watching: WatchOptions

    func run() throws {
        var health = ""
        try asking { client in
            try repeating(every: watching.seconds) {
                let answer = try client.ask(.getStatus, for: StoreReport.self)
                health = answer.message.health
                output.show(answer)
            }
        }
        if health != "healthy" { throw ClientExit.unwell }
    }
}

extension StoreReport: ReadableReport {
    var lines: [String] {
        var table = TextTable("SET", "POOL", "SHARDS", "SERVICE", "DRIVES", "FREE", "TO REBUILD", "SCRUB")
        for set in sets {
            let members = set.drives.count { $0.state == "member" }
            table.add(
                set.name, "\(set.pool + 1)", "\(set.dataShards)+\(set.parityShards)", Words.service(set.service),
                "\(members) of \(set.drives.count)", Readable.bytes(set.freeByteCount), "\(set.heal.missingShards)",
                set.scrub.summary)
        }
        var lines = ["\(Words.health(health)): store \(deployment), magstore \(version)", ""] + table.lines
        guard !problems.isEmpty else { return lines }
        lines += ["", Readable.count(problems.count, "problem") + ":"]
        for problem in problems {
            lines.append("  \(problem.place): \(problem.text)")
            lines.append("    -> \(problem.advice)")
        }
        return lines
    }
}

/// The words of programs as people say them. What a later server says is shown as it is.
enum Words {
    static func health(_ code: String) -> String { code == "readOnly" ? "read-only" : code }
    static func service(_ code: String) -> String { code == "readOnly" ? "read-only" : code }
    static func driveState(_ code: String) -> String { code == "catchingUp" ? "catching up" : code }
}

extension ScrubReport {
    /// In a few words.
    var summary: String {
        switch phase {
        case "running": "running, \(Readable.percent(fraction))"
        case "waiting": nextAt.map { "next \($0)" } ?? "waiting"
        default: phase
        }
    }
}
