import Glibc

/// What is written beside a command's result: only where somebody watches.
final class ProgressLine {
    private let isShown: Bool
    private var hasLine = false

    init(isShown: Bool = isatty(STDERR_FILENO) == 1) {
        self.isShown = isShown
    }

    func show(_ fraction: Double, _ text: String) {
        guard isShown else { return }
        write("\r\u{1B}[K" + Self.bar(fraction) + " " + text)
        hasLine = true
    }

    /// Takes the line away, so that the result stands alone.
    func clear() {
        if hasLine { write("\r\u{1B}[K") }
        hasLine = false
    }

    static func bar(_ fraction: Double, width: Int = 30) -> String {
        let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded(.down))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]"
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}

enum Terminal {
    /// Begins the screen anew, where standard output is one.
    static func clearScreen() {
        if isatty(STDOUT_FILENO) == 1 { print("\u{1B}[H\u{1B}[2J", terminator: "") }
    }

    /// A line from standard input; on a terminal after a question, and unseen.
    static func secret(prompt: String) -> String? {
        var old = termios()
        let isTerminal = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &old) == 0
        if isTerminal {
            var silent = old
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
            let bytes = Array(prompt.utf8)
            _ = write(STDERR_FILENO, bytes, bytes.count)
        }
        defer {
            if isTerminal {
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
                _ = write(STDERR_FILENO, "\n", 1)
            }
        }
        return readLine().flatMap { $0.isEmpty ? nil : $0 }
    }
}
