import Synchronization

/// Events from many threads for one task that takes them in order.
final class Mailbox<Event: Sendable>: Sendable {
    private struct State {
        var events: [Event] = []
        var waiter: CheckedContinuation<[Event], Never>?
    }

    private let state = Mutex(State())

    func post(_ event: Event) {
        let waiter = state.withLock { state -> CheckedContinuation<[Event], Never>? in
            guard let waiter = state.waiter else {
                state.events.append(event)
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: [event])
    }

    /// Everything that has arrived, at least one event.
    func take() async -> [Event] {
        await withCheckedContinuation { continuation in
            let events = state.withLock { state -> [Event] in
                precondition(state.waiter == nil, "a mailbox has one reader")
                guard !state.events.isEmpty else {
                    state.waiter = continuation
                    return []
                }
                defer { state.events = [] }
                return state.events
            }
            if !events.isEmpty { continuation.resume(returning: events) }
        }
    }

    /// Everything that has arrived, without waiting.
    func drain() -> [Event] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }
}
