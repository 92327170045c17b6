package import StorageAPI
import Synchronization

/// A wall clock that moves only when a test moves it.
package final class ManualClock: Sendable {
    private let time: Mutex<Timestamp>

    /// - Parameter start: 2026-10-01T12:00:00.250Z unless given; the fraction catches who forgets it.
    package init(_ start: Timestamp = Timestamp(milliseconds: 1_790_856_000_250)) {
        time = Mutex(start)
    }

    package var now: Timestamp { time.withLock { $0 } }

    package func advance(milliseconds: Int64) {
        time.withLock { $0 = Timestamp(milliseconds: $0.milliseconds + milliseconds) }
    }
}
