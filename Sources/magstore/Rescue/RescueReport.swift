import Glibc
import Synchronization

/// What a rescue tells its operator: sentences and a line of progress on standard error, a list on standard output.
final class RescueReport: Sendable {
    private struct State {
        var expectedObjects: UInt64 = 0
        var expectedBytes: UInt64 = 0
        var objects: UInt64 = 0
        var bytes: UInt64 = 0
        /// Of those, what an earlier run had written.
        var oldObjects: UInt64 = 0
        var oldBytes: UInt64 = 0
        var failures = 0
        var shownAt: UInt64 = 0
        var hasLine = false
    }

    private static let periodMilliseconds: UInt64 = 500

    private let state = Mutex(State())
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let uptimeMilliseconds: @Sendable () -> UInt64
    private let start: UInt64

    init(uptimeMilliseconds: @escaping @Sendable () -> UInt64) {
        self.uptimeMilliseconds = uptimeMilliseconds
        start = uptimeMilliseconds()
    }

    /// Objects that could not be read, and lists that broke off.
    var failures: Int { state.withLock { $0.failures } }

    func remark(_ sentence: String) {
        state.withLock { state in
            clear(&state)
            printError(sentence)
        }
    }

    func fail(_ sentence: String) {
        state.withLock { state in
            clear(&state)
            state.failures += 1
            // A key may hold a line break, or whatever moves a terminal.
            printError("NOT RESCUED: " + LogText.quoted(sentence).dropFirst().dropLast())
        }
    }

    func list(_ line: ManifestLine) {
        print(line.text, terminator: "")
        add(byteCount: line.size, isNew: true)
    }

    func expect(objects: UInt64, bytes: UInt64) {
        state.withLock { state in
            state.expectedObjects += objects
            state.expectedBytes += bytes
        }
    }

    func add(byteCount: UInt64, isNew: Bool) {
        state.withLock { state in
            state.objects += 1
            state.bytes += byteCount
            if !isNew {
                state.oldObjects += 1
                state.oldBytes += byteCount
            }
            let now = uptimeMilliseconds()
            guard isTerminal, now >= state.shownAt + Self.periodMilliseconds else { return }
            state.shownAt = now
            clear(&state)
            state.hasLine = true
            write(progress(state, now))
        }
    }

    /// The last words.
    func finish(verb: String) {
        state.withLock { state in
            clear(&state)
            let old = state.oldObjects == 0 ? "" : " (\(state.oldObjects) were there already)"
            let end = state.failures == 0 ? "" : "; NOT RESCUED: \(state.failures), named above"
            printError("\(verb) \(state.objects) objects of \(state.bytes) bytes\(old)\(end)")
        }
    }

    private func progress(_ state: State, _ now: UInt64) -> String {
        let seconds = max(1, (now - start) / 1000)
        let rate = (state.bytes - state.oldBytes) / seconds
        var text =
            "\(state.objects) of \(state.expectedObjects) objects, "
            + "\(state.bytes >> 20) of \(state.expectedBytes >> 20) MiB, \(rate >> 20) MiB/s"
        if rate > 0, state.expectedBytes > state.bytes {
            text += ", about \((state.expectedBytes - state.bytes) / rate / 60 + 1) min left"
        }
        return text
    }

    private func clear(_ state: inout State) {
        guard state.hasLine else { return }
        state.hasLine = false
        write("\r\u{1B}[K")
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
