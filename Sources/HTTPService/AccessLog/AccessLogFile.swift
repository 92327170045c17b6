import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Appends entries to a file, on a thread of its own.
///
/// Entries wait in a bounded queue. When the disk cannot follow they are dropped and counted: a log never holds up
/// requests.
package final class AccessLogFile: AccessLogSink {
    private struct State {
        var waiting: [AccessLogEntry] = []
        var isScheduled = false
        var isClosed = false
    }

    private let path: String
    private let format: AccessLogFormat
    private let queueLimit: Int
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let state = Mutex(State())
    /// Held while the file is written or replaced, so only by the log's thread and by ``reopen()``.
    private let descriptor: Mutex<CInt>
    private let dropped = Atomic<Int>(0)

    /// How long entries gather before they are written together.
    private static let gatheringMicroseconds: UInt32 = 20_000

    /// - Parameters:
    ///   - path: Created if missing, readable by owner and group. `-` is standard output.
    ///   - queueLimit: Entries that may wait.
    package init(path: String, format: AccessLogFormat, queueLimit: Int = 16_384) throws(HTTPServiceError) {
        self.path = path
        self.format = format
        self.queueLimit = queueLimit
        descriptor = Mutex(try Self.open(path))
        thread.start()
    }

    deinit {
        descriptor.withLock { Self.close($0) }
        thread.shutdownGracefully { _ in }
    }

    /// Entries that were lost because the queue was full or the file could not be written.
    package var droppedEntries: Int { dropped.load(ordering: .relaxed) }

    package func record(_ entry: AccessLogEntry) {
        let mustSchedule: Bool = state.withLock { state in
            guard state.waiting.count < queueLimit, !state.isClosed else {
                dropped.add(1, ordering: .relaxed)
                return false
            }
            state.waiting.append(entry)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { thread.submit { _ in self.writeWaiting() } }
    }

    /// Opens the path anew, after the file was renamed by log rotation. On an error the old file stays in use.
    package func reopen() throws(HTTPServiceError) {
        let new = try Self.open(path)
        descriptor.withLock { current in
            Self.close(current)
            current = new
        }
    }

    /// Writes what waits and takes no more.
    package func close() async {
        state.withLock { $0.isClosed = true }
        try? await thread.runIfActive { self.writeWaiting() }
    }

    private func writeWaiting() {
        usleep(Self.gatheringMicroseconds)
        let entries = state.withLock { state in
            state.isScheduled = false
            defer { state.waiting = [] }
            return state.waiting
        }
        var buffer = ByteBuffer()
        for entry in entries { format.write(entry, into: &buffer) }
        descriptor.withLock { descriptor in
            while buffer.readableBytes > 0 {
                let count = buffer.withUnsafeReadableBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    dropped.add(entries.count, ordering: .relaxed)
                    return
                }
                buffer.moveReaderIndex(forwardBy: count)
            }
        }
    }

    private static func open(_ path: String) throws(HTTPServiceError) -> CInt {
        if path == "-" { return STDOUT_FILENO }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw HTTPServiceError("cannot open the access log \(path): \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    private static func close(_ descriptor: CInt) {
        if descriptor != STDOUT_FILENO { Glibc.close(descriptor) }
    }
}
