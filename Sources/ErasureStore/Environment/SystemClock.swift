import DriveIO
import Glibc
package import StorageAPI

/// The clocks of the operating system, and one thread that keeps all timers.
///
/// Most timers here are limits that never matter: set for every call on a drive, and past when the call has long been
/// answered. So setting one must be cheap, and firing may be late by a tick: timers of one tick share a bucket.
///
/// `@unchecked Sendable`: the stored variables are used under `condition` only.
package final class SystemClock: StoreClock, @unchecked Sendable {
    private typealias Action = @Sendable () -> Void

    private static let tickMilliseconds: UInt64 = 10

    private let condition = Condition()
    private var buckets: [UInt64: [Action]] = [:]
    /// The next tick with a bucket; `.max` when there is none.
    private var nextTick = UInt64.max
    private var hasThread = false

    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec / 1_000_000))
    }

    package func uptimeMilliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec / 1_000_000)
    }

    package func schedule(afterMilliseconds milliseconds: UInt64, _ action: @escaping @Sendable () -> Void) {
        let (end, isBeyond) = uptimeMilliseconds().addingReportingOverflow(milliseconds)
        // A tick later than rounded up: never early, whatever part of a millisecond has passed.
        let tick = isBeyond ? UInt64.max - 1 : end / Self.tickMilliseconds + 1
        condition.withLock {
            buckets[tick, default: []].append(action)
            if !hasThread { startThread() }
            if tick < nextTick {
                nextTick = tick
                condition.signal()
            }
        }
    }

    /// The thread lives as long as the process: there is one clock.
    private func startThread() {
        hasThread = true
        Thread.start(name: "clock") { [self] in
            while true {
                for action in due() { action() }
            }
        }
    }

    /// Waits for the next tick that has timers, and takes them.
    private func due() -> [Action] {
        condition.withLock {
            while true {
                let now = uptimeMilliseconds() / Self.tickMilliseconds
                if nextTick <= now {
                    let tick = nextTick
                    let actions = buckets.removeValue(forKey: tick) ?? []
                    nextTick = buckets.keys.min() ?? .max
                    return actions
                }
                if nextTick == .max {
                    condition.wait()
                } else {
                    // A day at most at a time: a timer may be beyond what fits.
                    let next = min(nextTick, now + 86_400_000 / Self.tickMilliseconds)
                    condition.wait(untilMilliseconds: next * Self.tickMilliseconds)
                }
            }
        }
    }
}
