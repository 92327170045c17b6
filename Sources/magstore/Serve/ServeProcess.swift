import DriveIO
import ErasureStore
import Glibc
import HTTPService
import Logging
import StorageAPI
import Synchronization

/// The process around a server: what it prints, which signals it obeys, how it ends.
final class ServeProcess: Sendable {
    /// Puts the settings together again for a reload.
    typealias Resolve = @Sendable () throws(SettingsError) -> ResolvedSettings

    private let plan: ServePlan
    private let server: Server
    private let resolve: Resolve
    private let clock: SystemClock
    private let log: ServerLog
    private let logger: Logger
    private let lines: LineWriter
    private let output: LineWriter
    private let accessLog: LineWriter?
    private let notifier: ServiceNotifier?
    private let stop = FirstAnswer()
    private let isStarted = Atomic(false)

    /// - Throws: when a log cannot be written or the limit of open files is too low.
    init(plan: ServePlan, environment: [String: String], resolve: @escaping Resolve) throws(SettingsError) {
        self.plan = plan
        self.resolve = resolve
        let settings = plan.settings
        clock = SystemClock()
        lines = LineWriter(descriptor: STDERR_FILENO)
        let output = LineWriter(descriptor: STDOUT_FILENO)
        self.output = output
        log = ServerLog(writer: lines, format: settings.logFormat, level: settings.logLevel)
        logger = log.logger("magstore")
        if let path = settings.accessLog {
            accessLog = path == "-" ? output : try LineWriter(path: path)
        } else {
            accessLog = nil
        }
        notifier = ServiceNotifier(environment: environment)
        let descriptors = try DescriptorBudget(
            limit: DescriptorLimit.raise().soft, driveCount: plan.driveCount, setSize: plan.largestSetSize,
            wantedConnections: settings.maximumConnections)
        server = Server(
            plan: plan, descriptors: descriptors, clock: clock, logger: logger,
            accessLog: accessLog.map { AccessLog(writer: $0, format: settings.logFormat) })
    }

    /// Serves until a signal ends it. Never returns: the process ends from whatever thread knows that it must.
    func run(acceptLoss: Bool, signals: consuming ProcessSignals) -> Never {
        for warning in plan.warnings { logger.warning("\(warning)") }
        Task { await self.serve(acceptLoss: acceptLoss) }
        var stopCount = 0
        while true {
            let signal = signals.next()
            if signal == SIGHUP {
                reload()
                continue
            }
            stopCount += 1
            // A start that is cut short has changed nothing that anyone saw.
            if stopCount > 1 || !isStarted.load(ordering: .acquiring) { end(stopCount > 1 ? 128 + signal : 0) }
            logger.notice("stopping: requests in flight may end", metadata: ["signal": "\(signal)"])
            notifier?.notify("STOPPING=1")
            stop.answer()
        }
    }

    private func serve(acceptLoss: Bool) async {
        do {
            let banner = try await server.start(acceptLoss: acceptLoss)
            isStarted.store(true, ordering: .releasing)
            await announce(banner)
        } catch {
            lines.write("magstore: \((error as? StoreError)?.message ?? "\(error)")")
            end(1)
        }
        await stop.wait()
        await server.shutDown(drain: true)
        logger.notice("stopped")
        end(0)
    }

    /// Ready means ready: a set that cannot serve yet is waited for.
    private func announce(_ banner: Banner) async {
        if !server.isReady {
            logger.warning("not ready: a set of drives cannot serve; its keys answer 503")
            notifier?.notify("STATUS=waiting for drives")
        }
        let clock = clock
        Task {
            while !server.isReady { await clock.sleep(milliseconds: 500) }
            switch plan.settings.logFormat {
            case .text: for line in banner.lines { output.write(line) }
            case .json: output.write(banner.json)
            }
            notifier?.notify("READY=1\nSTATUS=ready")
        }
    }

    /// Reads certificates and the log level again and opens logs by their names again. What cannot be read stays as it
    /// was.
    private func reload() {
        notifier?.notifyReloading()
        do {
            log.level = try resolve().settings.logLevel
            try accessLog?.reopen()
        } catch {
            logger.error("cannot reload: \(error)")
        }
        do {
            try server.reloadCertificates()
            logger.notice("reloaded certificates, log level and logs")
        } catch {
            logger.error("cannot reload the certificate, the old one stays: \(error)")
        }
        notifier?.notify("READY=1")
    }

    /// Ends without waiting for any thread: one of them may hang on a drive.
    private func end(_ code: Int32) -> Never {
        for writer in [lines, output, accessLog] { writer?.flush(clock: clock.uptimeMilliseconds) }
        _exit(code)
    }
}
