import Synchronization

/// A value that comes later, from a drive's thread or a timer: the first to fulfil it wins, later ones are ignored.
///
/// This is how the engine waits for a drive without depending on it: a hung drive's answer may come never or late.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case fulfilled(Value)
        /// The value is its waiter's alone: a timer that still holds the promise must not keep what was read.
        case delivered
    }

    private let state = Mutex<State>(.empty)

    /// Answers whether this was the first.
    @discardableResult
    func fulfil(_ value: Value) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .empty:
                state = .fulfilled(value)
                return (true, nil)
            case .awaited(let continuation):
                state = .delivered
                return (true, continuation)
            case .fulfilled, .delivered:
                return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }

    /// Awaited by one task at most.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state -> Value? in
                switch state {
                case .empty:
                    state = .awaited(continuation)
                    return nil
                case .awaited, .delivered:
                    preconditionFailure("a promise has one waiter")
                case .fulfilled(let value):
                    state = .delivered
                    return value
                }
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
