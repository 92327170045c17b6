import AdminAPI
import ArgumentParser

struct ScrubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub", abstract: "Verify everything that is stored, and repair what can be repaired.",
        discussion: "A scrub runs by itself from time to time; these commands look at it and hasten or stop it.",
        subcommands: [Status.self, Start.self, Stop.self, Damaged.self])

    struct Status: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how far the scrub is and what it found.", discussion: ClientExit.text)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var watching: WatchOptions

        func run() throws {
            try asking { client in
                try repeating(every: watching.seconds) {
                    output.show(try client.ask(.getScrub, for: ScrubOverview.self))
                }
            }
        }
    }

    struct Start: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin to verify everything now, or go on with what was stopped.",
            discussion: """
                With --wait it ends when the scrub does, and with 1 if objects are damaged beyond repair. \
                \(ClientExit.text)
                """)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var waiting: WaitOptions

        func run() throws {
            let total = try asking { client in
                let before = try client.ask(.getScrub, for: ScrubOverview.self).message.total
                var answer = try client.ask(.startScrub, for: ScrubOverview.self)
                if waiting.wait {
                    var isBegun = answer.message.total.phase == "running"
                    try waiting.until { progress in
                        answer = try client.ask(.getScrub, for: ScrubOverview.self)
                        let total = answer.message.total
                        switch total.phase {
                        case "running":
                            isBegun = true
                            progress.show(total.fraction, "\(Readable.bytes(total.verifiedByteCount)) verified")
                            return false
                        case "stopped": throw ClientError("the scrub was stopped by somebody else")
                        // A short one may be over before it was seen to run.
                        default: return isBegun || total.finishedAt != before.finishedAt
                        }
                    }
                }
                output.show(answer)
                return answer.message.total
            }
            if waiting.wait, total.damagedObjects > 0 { throw ClientExit.unwell }
        }
    }

    struct Stop: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify nothing until it is started again, also over a restart.", discussion: ClientExit.text)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try asking { client in
                output.show(try client.ask(.stopScrub, for: ScrubOverview.self))
            }
        }
    }

    struct Damaged: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List objects that have lost more than parity can replace; ends with 1 if there are any.",
            discussion: ClientExit.text)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            var count = 0
            try asking { client in
                var after: String?
                repeat {
                    let query = after.map { "after=\($0)" } ?? ""
                    let page = try client.ask(.listDamagedObjects, query: query, for: DamagedObjectPage.self).message
                    for object in page.objects {
                        print(output.json ? try JSONLine.text(object) : object.line)
                    }
                    count += page.objects.count
                    after = page.next
                } while after != nil
            }
            if count > 0 { throw ClientExit.unwell }
            if !output.json { print("no object is damaged") }
        }
    }
}

extension DamagedObjectReport {
    /// One line, whatever the key holds.
    var line: String {
        let name = "\(bucket)/\(key)".unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7f ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return "\(name.joined()): \(reason)"
    }
}

extension ScrubOverview: ReadableReport {
    var lines: [String] {
        var table = TextTable("SET", "SCRUB", "VERIFIED", "SHARDS", "ROWS", "FOUND", "REPAIRED", "DAMAGED OBJECTS")
        for set in sets {
            let scrub = set.scrub
            table.add(
                set.set, scrub.summary, Readable.bytes(scrub.verifiedByteCount), "\(scrub.shardsVerified)",
                "\(scrub.rowsCompared)", "\(scrub.found)", "\(scrub.repaired)", "\(scrub.damagedObjects)")
        }
        var lines = [result]
        if let startedAt = total.startedAt {
            lines.append("  started \(startedAt)" + (total.finishedAt.map { ", finished \($0)" } ?? ""))
        }
        return lines + [""] + table.lines
    }

    private var result: String {
        switch total.phase {
        case "running":
            "the scrub is running: \(ProgressLine.bar(total.fraction)) \(Readable.percent(total.fraction))"
        case "stopped": "the scrub is stopped: `magstore scrub start` goes on"
        default: total.nextAt.map { "the scrub waits for its next time, \($0)" } ?? "the scrub waits for its next time"
        }
    }
}
