import Logging
import Synchronization

/// The log of the server: lines on standard error, for people or for programs.
final class ServerLog: Sendable {
    private let writer: LineWriter
    private let format: LogFormat
    private let current: Mutex<Logger.Level>

    init(writer: LineWriter, format: LogFormat, level: Logger.Level) {
        self.writer = writer
        self.format = format
        current = Mutex(level)
    }

    /// Of every logger made here, also of those that exist already.
    var level: Logger.Level {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    func logger(_ label: String) -> Logger {
        Logger(label: label) { label in Handler(log: self, label: label) }
    }

    private struct Handler: LogHandler {
        let log: ServerLog
        let label: String
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        var logLevel: Logger.Level {
            get { log.level }
            // One level for all, or a signal could not change it.
            set { log.level = newValue }
        }

        func log(event: LogEvent) {
            let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            log.write(event, label, facts.map { ($0.key, "\($0.value)") })
        }
    }

    private func write(_ event: LogEvent, _ label: String, _ facts: [(name: String, value: String)]) {
        switch format {
        case .text:
            var line = "\(LogText.now()) \(event.level.rawValue) \(event.message)"
            for fact in facts { line += " \(fact.name)=\(LogText.word(fact.value))" }
            writer.write(line)
        case .json:
            let head = [
                ("time", LogText.now()), ("level", event.level.rawValue), ("message", "\(event.message)"),
                ("logger", label),
            ]
            writer.write(LogText.object((head + facts).map { ($0, LogText.quoted($1)) }))
        }
    }
}
