import Synchronization

/// How far the emptying of a pool is, for the operator.
final class DrainProgress: Sendable {
    struct Moved: Hashable, Sendable {
        var objects: UInt64 = 0
        var byteCount: UInt64 = 0
    }

    struct State: Sendable {
        /// When it began, as the sets remember it.
        var total = Moved()
        /// Nil: not counted yet.
        var remaining: Moved?
        var uploads = 0
        /// By this process.
        var moved = Moved()
        /// Objects that could not be moved at the last attempt.
        var stuck = 0
        /// Why it does not go on; empty when it does.
        var reason = ""
        /// Bytes moved, second by second, oldest first.
        fileprivate var seconds: [(number: UInt64, byteCount: UInt64)] = []
        fileprivate var beganAt: UInt64?
    }

    private static let windowSeconds: UInt64 = 60

    private let state = Mutex(State())

    var value: State { state.withLock { $0 } }

    func update(_ change: (inout State) -> Void) {
        state.withLock { change(&$0) }
    }

    /// - Parameter now: milliseconds of uptime.
    func moved(_ byteCount: UInt64, now: UInt64) {
        state.withLock { state in
            state.moved.objects += 1
            state.moved.byteCount += byteCount
            let second = now / 1000
            if state.beganAt == nil { state.beganAt = second }
            if state.seconds.last?.number != second { state.seconds.append((second, 0)) }
            state.seconds[state.seconds.count - 1].byteCount += byteCount
            state.seconds.removeAll { $0.number + Self.windowSeconds < second }
        }
    }

    /// Bytes a second over the last minute.
    func rate(now: UInt64) -> Double {
        state.withLock { state in
            guard let beganAt = state.beganAt else { return 0 }
            let second = now / 1000
            let recent = state.seconds.filter { $0.number + Self.windowSeconds >= second }
            let elapsed = min(Self.windowSeconds, max(1, second - min(second, beganAt)))
            return Double(recent.reduce(0) { $0 + $1.byteCount }) / Double(elapsed)
        }
    }
}
