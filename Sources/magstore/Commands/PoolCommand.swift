import AdminAPI
import ArgumentParser

struct PoolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool", abstract: "Look at the pools of a store, and empty one so that it can be taken away.",
        discussion: """
            A pool is added by naming its empty drives at the next start, as in \
            `magstore serve '/old{1...6}' '/new{1...6}'`. To remove one, drain it, and then start without it.
            """,
        subcommands: [List.self, Drain.self, Keep.self, Status.self])

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every pool.", discussion: ClientExit.text)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try asking { client in output.show(try client.ask(.listPools, for: PoolListReport.self)) }
        }
    }

    struct Status: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how far pools are that are drained.", discussion: ClientExit.text)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var watching: WatchOptions

        func run() throws {
            try asking { client in
                try repeating(every: watching.seconds) {
                    let answer = try client.ask(.listPools, for: PoolListReport.self)
                    if output.json {
                        print(answer.json)
                    } else {
                        for line in answer.message.drains { print(line) }
                    }
                }
            }
        }
    }

    struct Drain: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move everything from a pool to the others, so that the store can be started without it.",
            discussion: """
                It goes on over restarts, and gives way to clients. With --wait it ends when the pool is empty. \
                \(ClientExit.text)
                """)

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var waiting: WaitOptions
        @OptionGroup var choice: PoolChoice

        func run() throws {
            try asking { client in
                var answer = try client.ask(.drainPool, query: choice.query, for: PoolListReport.self)
                if waiting.wait {
                    try waiting.until { progress in
                        answer = try client.ask(.listPools, for: PoolListReport.self)
                        guard let pool = answer.message.pools.first(where: { $0.pool == choice.index }) else {
                            throw ClientError("there is no pool \(choice.number)")
                        }
                        switch pool.phase {
                        case "drained": return true
                        case "draining":
                            if let drain = pool.drain { progress.show(drain.fraction, drain.summary) }
                            return false
                        default: throw ClientError("somebody else keeps the pool")
                        }
                    }
                }
                output.show(answer)
            }
        }
    }

    struct Keep: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Use a pool again that is or was drained.",
            discussion: "What was moved stays where it is. \(ClientExit.text)")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var choice: PoolChoice

        func run() throws {
            try asking { client in
                output.show(try client.ask(.keepPool, query: choice.query, for: PoolListReport.self))
            }
        }
    }
}

struct PoolChoice: ParsableArguments {
    @Argument(help: "The number of the pool, as `magstore pool list` shows it.")
    var number: Int

    func validate() throws {
        guard number > 0 else { throw ValidationError("pools are counted from 1") }
    }

    /// As servers count.
    var index: Int { number - 1 }
    var query: String { "pool=\(index)" }
}

extension DrainReport {
    var fraction: Double {
        guard totalByteCount > 0 || totalObjects > 0 else { return 1 }
        if totalByteCount == 0 { return 1 - Double(remainingObjects) / Double(totalObjects) }
        return 1 - Double(remainingByteCount) / Double(totalByteCount)
    }

    var summary: String {
        var text = "\(Readable.count(remainingObjects, "object")), \(Readable.bytes(remainingByteCount)) to move"
        if remainingUploads > 0 { text += ", \(Readable.count(remainingUploads, "upload"))" }
        if bytesPerSecond > 0 { text += ", \(Readable.bytes(UInt64(bytesPerSecond)))/s" }
        if let remainingSeconds { text += ", \(Readable.duration(remainingSeconds)) left" }
        return reason.isEmpty ? text : text + "; it waits: \(reason)"
    }
}

extension PoolListReport: ReadableReport {
    var lines: [String] {
        var table = TextTable("POOL", "STATE", "SETS", "DRIVES", "CAPACITY", "FREE", "TO MOVE")
        for pool in pools {
            table.add(
                "\(pool.pool + 1)", pool.phase, "\(pool.sets)", "\(pool.drives)",
                Readable.bytes(pool.capacityByteCount),
                Readable.bytes(pool.freeByteCount),
                pool.phase == "draining" ? pool.drain.map { Readable.count($0.remainingObjects, "object") } ?? "-" : "-"
            )
        }
        return table.lines
    }

    /// A line for each pool that is drained.
    var drains: [String] {
        let lines = pools.compactMap { pool -> String? in
            guard let drain = pool.drain else { return nil }
            if pool.phase == "drained" { return "pool \(pool.pool + 1) is empty: start the store without it" }
            let bar = ProgressLine.bar(drain.fraction)
            return "pool \(pool.pool + 1): \(bar) \(Readable.percent(drain.fraction)), \(drain.summary)"
        }
        return lines.isEmpty ? ["no pool is drained"] : lines
    }
}
