import AdminAPI
import ArgumentParser
import Glibc

struct HealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal", abstract: "Look at the rebuilding of lost shards, which goes on by itself.",
        subcommands: [Status.self])

    struct Status: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is to be rebuilt, how fast that goes and how long it will take.",
            discussion: """
                With --wait it ends when no shard is missing any more. \(ClientExit.text)
                """)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var watching: WatchOptions
        @OptionGroup var waiting: WaitOptions

        func run() throws {
            try asking { client in
                if waiting.wait { try wait(client) }
                try repeating(every: watching.seconds) {
                    let answer = try client.ask(.getHeal, for: HealOverview.self)
                    output.show(answer)
                }
            }
        }

        private func wait(_ client: AdminClient) throws {
            var most = 0
            try waiting.until { progress in
                let total = try client.ask(.getHeal, for: HealOverview.self).message.total
                most = max(most, total.missingShards)
                guard total.missingShards > 0 else { return true }
                progress.show(1 - Double(total.missingShards) / Double(most), total.summary)
                return false
            }
        }
    }
}

/// Waiting for long work, with its progress where somebody watches.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until it is done; progress is shown on a terminal.")
    var wait = false

    @Option(help: ArgumentHelp("With --wait: give up after so many seconds, with exit code 1.", valueName: "seconds"))
    var timeout: Int?

    /// Asks once a second until the answer is yes.
    func until(_ isDone: (ProgressLine) throws -> Bool) throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        let end = timeout.map { time(nil) + $0 }
        while try !isDone(progress) {
            if let end, time(nil) >= end {
                progress.clear()
                printError("it is not done after \(timeout ?? 0) s")
                throw ClientExit.unwell
            }
            sleep(1)
        }
    }
}

extension HealReport {
    var summary: String {
        var text = "\(Readable.count(missingShards, "shard")) to rebuild"
        if bytesPerSecond > 0 { text += ", \(Readable.bytes(UInt64(bytesPerSecond)))/s" }
        if let remainingSeconds { text += ", \(Readable.duration(remainingSeconds)) left" }
        return text
    }
}

extension HealOverview: ReadableReport {
    var lines: [String] {
        var table = TextTable("SET", "MISSING", "REBUILDABLE NOW", "REBUILT", "BYTES REBUILT", "RATE", "TIME LEFT")
        for set in sets {
            let heal = set.heal
            table.add(
                set.set, "\(heal.missingShards)", "\(heal.rebuildableShards)", "\(heal.rebuiltShards)",
                Readable.bytes(heal.rebuiltByteCount),
                heal.bytesPerSecond > 0 ? Readable.bytes(UInt64(heal.bytesPerSecond)) + "/s" : "-",
                heal.remainingSeconds.map { Readable.duration($0) } ?? "-")
        }
        let result =
            total.missingShards == 0
            ? "nothing is missing: every shard is where it belongs"
            : "\(total.summary)\(total.rebuildableShards == 0 ? "; their drives are not there" : "")"
        return [result, ""] + table.lines
    }
}
