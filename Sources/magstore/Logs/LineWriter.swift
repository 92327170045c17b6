import DriveIO
import Glibc

/// Writes lines to a file from a thread of its own: a log on a slow disk or a full pipe must not hold an event loop.
///
/// `@unchecked Sendable`: the stored variables are used under `condition` only.
final class LineWriter: @unchecked Sendable {
    /// Bytes that may wait. What comes then is dropped, and the number of dropped lines is written.
    private static let pendingLimit = 4 << 20

    private let condition = Condition()
    /// Nil for a standard stream, which is never opened again.
    private let path: String?
    private var descriptor: Int32
    private var pending: [UInt8] = []
    private var droppedLineCount = 0
    private var isWriting = false
    private var isWaiting = false

    /// To an open descriptor, like standard error.
    init(descriptor: Int32) {
        path = nil
        self.descriptor = descriptor
        start()
    }

    /// To the end of a file, which is made where there is none.
    init(path: String) throws(SettingsError) {
        self.path = path
        descriptor = try Self.open(path)
        start()
    }

    private static func open(_ path: String) throws(SettingsError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw SettingsError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    /// Queues a line; a line break is added.
    func write(_ line: String) {
        condition.withLock {
            guard pending.count < Self.pendingLimit else {
                droppedLineCount += 1
                return
            }
            pending += line.utf8
            pending.append(UInt8(ascii: "\n"))
            if isWaiting {
                isWaiting = false
                condition.broadcast()
            }
        }
    }

    /// Opens the file by its name again, for a tool that has moved it away.
    func reopen() throws(SettingsError) {
        guard let path else { return }
        let new = try Self.open(path)
        let old = condition.withLock {
            // A write in progress ends on the old file; its number must not be reused before.
            while isWriting { condition.wait() }
            defer { descriptor = new }
            return descriptor
        }
        close(old)
    }

    /// Waits until all lines are written, but no longer than a second: the reader of a pipe may be gone.
    func flush(clock milliseconds: () -> UInt64) {
        let end = milliseconds() + 1000
        condition.withLock {
            while isWriting || !pending.isEmpty, milliseconds() < end {
                condition.wait(untilMilliseconds: end)
            }
        }
    }

    /// The thread lives as long as the process.
    private func start() {
        Thread.start(name: "log") { [self] in
            var lines: [UInt8] = []
            while true {
                let descriptor = take(&lines)
                Self.write(lines, to: descriptor)
                lines.removeAll(keepingCapacity: true)
                condition.withLock {
                    isWriting = false
                    condition.broadcast()
                }
            }
        }
    }

    private func take(_ lines: inout [UInt8]) -> Int32 {
        condition.withLock {
            while pending.isEmpty {
                isWaiting = true
                condition.wait()
            }
            isWaiting = false
            isWriting = true
            swap(&lines, &pending)
            if droppedLineCount > 0 {
                lines += "\(droppedLineCount) lines were dropped\n".utf8
                droppedLineCount = 0
            }
            return descriptor
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                // Nowhere to complain: this is the log.
                if errno == EINTR { continue }
                return
            }
            rest = rest.dropFirst(count)
        }
    }
}
