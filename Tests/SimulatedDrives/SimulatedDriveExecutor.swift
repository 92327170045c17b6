package import DriveIO
import Synchronization

/// The threads of a simulated drive: jobs run on the scheduler, those of the commit lane in order, all others in any.
package final class SimulatedDriveExecutor: DriveExecutor {
    private typealias Job = @Sendable () -> Void

    private let scheduler: SimulatedScheduler
    private let state: Mutex<State>

    private struct State {
        var latencyMilliseconds: ClosedRange<UInt64>
        var commits: [Job] = []
        /// Whether the first of `commits` is on its way.
        var commitIsDue = false
        var holdsCommits = false
        /// Jobs whose time came while the drive hung.
        var held: [Job] = []
        var isHung = false
        var isAbandoned = false
    }

    /// - Parameter latencyMilliseconds: between a job and its turn, in simulated time; each is drawn anew.
    package init(_ scheduler: SimulatedScheduler, latencyMilliseconds: ClosedRange<UInt64> = 0...0) {
        self.scheduler = scheduler
        state = Mutex(State(latencyMilliseconds: latencyMilliseconds))
    }

    package func submit(_ lane: DriveLane, _ job: @escaping @Sendable () -> Void) {
        if state.withLock({ $0.isAbandoned }) { return }
        switch lane {
        case .commit:
            state.withLock { $0.commits.append(job) }
            dispatchCommit()
        case .access, .background:
            dispatch(job)
        }
    }

    package func abandon() {
        let released = state.withLock { state in
            state.isAbandoned = true
            defer { (state.commits, state.held) = ([], []) }
            return state.commits + state.held
        }
        _ = consume released
    }

    // MARK: Faults

    /// No job begins until `resume`. Those under way are: a job is one step.
    package func hang() {
        state.withLock { $0.isHung = true }
    }

    package func resume() {
        let held = state.withLock { state in
            state.isHung = false
            defer { state.held = [] }
            return state.held
        }
        for job in held { dispatch(job) }
    }

    /// No commit begins until `releaseCommits`; everything else goes on.
    package func holdCommits() {
        state.withLock { $0.holdsCommits = true }
    }

    package func releaseCommits() {
        state.withLock { $0.holdsCommits = false }
        dispatchCommit()
    }

    /// From now on.
    package func setLatency(milliseconds: ClosedRange<UInt64>) {
        state.withLock { $0.latencyMilliseconds = milliseconds }
    }

    package var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    // MARK: Turns

    private func dispatch(_ job: @escaping Job) {
        let turn: Job = { [self] in
            let mayRun = state.withLock { state in
                if state.isAbandoned { return false }
                if state.isHung { state.held.append(job) }
                return !state.isHung
            }
            if mayRun { job() }
        }
        let range = state.withLock { $0.latencyMilliseconds }
        let milliseconds = range.lowerBound + scheduler.random() % (range.upperBound - range.lowerBound + 1)
        if milliseconds == 0 {
            scheduler.post(turn)
        } else {
            scheduler.schedule(afterMilliseconds: milliseconds, turn)
        }
    }

    private func dispatchCommit() {
        let isNext = state.withLock { state in
            if state.commitIsDue || state.holdsCommits || state.commits.isEmpty { return false }
            state.commitIsDue = true
            return true
        }
        guard isNext else { return }
        dispatch { [self] in
            let job = state.withLock { $0.commits.isEmpty || $0.holdsCommits ? nil : $0.commits.removeFirst() }
            job?()
            state.withLock { $0.commitIsDue = false }
            dispatchCommit()
        }
    }
}
