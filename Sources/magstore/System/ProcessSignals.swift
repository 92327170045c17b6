import Glibc

/// Signals that one thread waits for, instead of handlers that may do next to nothing.
///
/// Waiting does not depend on any other thread, so that a second SIGTERM ends even a process whose other threads hang.
struct ProcessSignals {
    private var set = sigset_t()

    /// Blocks the signals. Threads inherit that: call it while there is only one.
    init(_ signals: [Int32]) {
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A client or a reader of standard output that goes away is an error of that write.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next one.
    mutating func next() -> Int32 {
        while true {
            var signal: Int32 = 0
            if sigwait(&set, &signal) == 0 { return signal }
        }
    }
}
