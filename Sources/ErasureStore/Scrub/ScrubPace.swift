/// How much of the drives' time a scrub takes: a quarter while nobody needs them, a sixteenth while clients do.
///
/// A value without a clock: it is told what time it is and answers how long to rest.
struct ScrubPace {
    /// Rests of so many times the work before.
    static let idleFactor: UInt64 = 3
    static let busyFactor: UInt64 = 15
    /// After a step that hung, nobody is helped by a rest of minutes.
    static let longestRestMilliseconds: UInt64 = 10_000
    /// Calls on each drive and second that are no load: the store itself looks at its drives every second.
    static let quietCalls: UInt64 = 4
    /// Load is looked at over so long a time at least.
    static let windowMilliseconds: UInt64 = 500

    private(set) var isBusy = false
    private var lookedAt: UInt64?
    private var calls: UInt64 = 0

    /// - Parameter calls: that clients have waited for so far, on all drives together.
    mutating func look(now: UInt64, calls: UInt64, driveCount: Int) {
        guard let before = lookedAt else {
            lookedAt = now
            self.calls = calls
            return
        }
        let elapsed = now - min(before, now)
        guard elapsed >= Self.windowMilliseconds else { return }
        // A drive that was opened anew counts from zero.
        let more = calls - min(self.calls, calls)
        isBusy = more * 1000 > Self.quietCalls * UInt64(driveCount) * elapsed
        lookedAt = now
        self.calls = calls
    }

    func rest(afterWorking milliseconds: UInt64) -> UInt64 {
        let factor = isBusy ? Self.busyFactor : Self.idleFactor
        return max(1, min(milliseconds, Self.longestRestMilliseconds / factor) * factor)
    }
}
