/// Rests between the steps of a scrub, by what the drives of its set are asked for meanwhile.
struct ScrubPacer: Sendable {
    let set: ErasureSet
    private var pace = ScrubPace()

    init(set: ErasureSet) {
        self.set = set
    }

    mutating func rest(since beganAt: UInt64) async {
        let clock = set.environment.clock
        let now = clock.uptimeMilliseconds()
        let drives = set.drives.values
        pace.look(now: now, calls: drives.reduce(0) { $0 + $1.callCount }, driveCount: drives.count)
        await clock.sleep(milliseconds: pace.rest(afterWorking: now - beganAt))
    }
}
