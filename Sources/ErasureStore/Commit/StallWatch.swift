import Synchronization

/// Notices that a batch takes too long, without a timer per batch: something calls `tick` a few times a second.
final class StallWatch: Sendable {
    private struct State {
        var beganAt: UInt64?
        var slow: (@Sendable () -> Void)?
        var stalled: (@Sendable () -> Void)?
    }

    private let clock: any StoreClock
    private let slowMilliseconds: UInt64
    private let state = Mutex(State())

    init(clock: any StoreClock, slowMilliseconds: UInt64) {
        self.clock = clock
        self.slowMilliseconds = slowMilliseconds
    }

    /// Called once when a write of a batch lasts longer than a client waits.
    func whenStalled(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.stalled = action }
    }

    /// A write of a batch begins; `slow` is called at every tick beyond the time limit.
    func begin(slow: @escaping @Sendable () -> Void) {
        let now = clock.uptimeMilliseconds()
        state.withLock {
            $0.beganAt = now
            $0.slow = slow
        }
    }

    func end() {
        state.withLock {
            $0.beganAt = nil
            $0.slow = nil
        }
    }

    func tick() {
        let now = clock.uptimeMilliseconds()
        let (slow, stalled) = state.withLock { state -> ((@Sendable () -> Void)?, (@Sendable () -> Void)?) in
            guard let beganAt = state.beganAt else { return (nil, nil) }
            let elapsed = now - beganAt
            guard elapsed >= EngineLimits.answerMilliseconds else {
                return (elapsed >= slowMilliseconds ? state.slow : nil, nil)
            }
            defer { state.stalled = nil }
            return (state.slow, state.stalled)
        }
        slow?()
        stalled?()
    }
}
