import HTTPService
import NIOCore

/// The access log: a line for every request. Secrets in targets were taken out before they come here.
struct AccessLog: AccessLogSink {
    let writer: LineWriter
    let format: LogFormat

    func record(_ entry: AccessLogEntry) {
        writer.write(format == .json ? Self.json(entry) : Self.text(entry))
    }

    private static func text(_ entry: AccessLogEntry) -> String {
        var line = LogText.time(milliseconds: entry.startMilliseconds)
        line += " \(entry.clientAddress) \(entry.requestID) \(entry.method) \(LogText.word(entry.target))"
        line += " \(entry.status) in=\(entry.bytesIn) out=\(entry.bytesOut) us=\(entry.duration.microseconds)"
        if !entry.isComplete { line += " incomplete" }
        for field in entry.fields { line += " \(field.name)=\(LogText.word(field.value))" }
        return line
    }

    private static func json(_ entry: AccessLogEntry) -> String {
        let head: [(name: String, json: String)] = [
            ("time", LogText.quoted(LogText.time(milliseconds: entry.startMilliseconds))),
            ("request", LogText.quoted(entry.requestID)), ("client", LogText.quoted(entry.clientAddress)),
            ("method", LogText.quoted(entry.method)), ("target", LogText.quoted(entry.target)),
            ("status", "\(entry.status)"), ("bytesIn", "\(entry.bytesIn)"), ("bytesOut", "\(entry.bytesOut)"),
            ("microseconds", "\(entry.duration.microseconds)"), ("complete", "\(entry.isComplete)"),
        ]
        return LogText.object(head + entry.fields.map { ($0.name, LogText.quoted($0.value)) })
    }
}

/// Tells several sinks.
struct AccessLogs: AccessLogSink {
    let sinks: [any AccessLogSink]

    func record(_ entry: AccessLogEntry) {
        for sink in sinks { sink.record(entry) }
    }
}

extension TimeAmount {
    fileprivate var microseconds: Int64 { nanoseconds / 1000 }
}
