import Synchronization

/// Waits for whichever of several things happens first.
final class FirstAnswer: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Void, Never>)
        case answered
    }

    private let state = Mutex(State.open)

    /// Any number of times, from any thread.
    func answer() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .answered }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume()
    }

    /// By one task.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isAnswered = state.withLock { state in
                if case .answered = state { return true }
                state = .awaited(continuation)
                return false
            }
            if isAnswered { continuation.resume() }
        }
    }
}
