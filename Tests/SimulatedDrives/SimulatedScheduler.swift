import Glibc
import SeededRandom
import Synchronization

/// Runs a whole simulation on the calling thread: tasks, the jobs of drives and timers are picked from one queue by a
/// seeded generator, so that the same seed gives the same run.
///
/// A task is on the scheduler when it, or the task that it is a structured child of, was started here. `Task {}` and
/// `Task.detached {}` are not, and end up on Swift's own threads: whatever then arrives from another thread is counted
/// in `strayCount` and fails the run. Orders that come from `Set` and `Dictionary` repeat only with the environment
/// variable `SWIFT_DETERMINISTIC_HASHING=1`.
package final class SimulatedScheduler: TaskExecutor {
    package let seed: UInt64
    private let state: Mutex<State>

    private enum Work {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    private struct Timer {
        var due: UInt64
        var action: @Sendable () -> Void
    }

    private struct State {
        var choices: SeededGenerator
        var numbers: SeededGenerator
        var ready: [Work] = []
        /// By when they are due; those due at the same time in the order they were set.
        var timers: [Timer] = []
        var uptimeMilliseconds: UInt64 = 0
        var timeLeapChance: Double
        var stepCount = 0
        var trace: UInt64 = 0xCBF2_9CE4_8422_2325
        /// The thread of the run that lasts.
        var runner: pthread_t?
        var strayCount = 0
        /// What a power cut left undone. Kept: releasing it could wake tasks of the dead process.
        var lost: [Work] = []

        mutating func note(_ value: UInt64) {
            trace = (trace ^ value) &* 0x100_0000_01B3
        }

        mutating func add(_ timer: Timer) {
            var (lower, upper) = (0, timers.count)
            while lower < upper {
                let middle = (lower + upper) / 2
                if timers[middle].due <= timer.due { lower = middle + 1 } else { upper = middle }
            }
            timers.insert(timer, at: lower)
        }

        mutating func fireNextTimers() {
            guard let due = timers.first?.due else { return }
            uptimeMilliseconds = max(uptimeMilliseconds, due)
            note(due)
            var count = 0
            while count < timers.count, timers[count].due <= due {
                ready.append(.action(timers[count].action))
                count += 1
            }
            timers.removeFirst(count)
        }

        /// While a run lasts, nothing may come from elsewhere.
        mutating func countIfStray() {
            if let runner, pthread_equal(runner, pthread_self()) == 0 { strayCount += 1 }
        }
    }

    /// - Parameters:
    ///   - timeLeapChance: how likely it is, at each step, that the next timer fires although there is work to do: 0
    ///     for a machine of endless speed, more for time limits that race with drives.
    package init(seed: UInt64, timeLeapChance: Double = 0) {
        self.seed = seed
        state = Mutex(
            State(
                choices: SeededGenerator(seed: seed), numbers: SeededGenerator(seed: ~seed),
                timeLeapChance: timeLeapChance))
    }

    package func setTimeLeaps(chance: Double) {
        state.withLock { $0.timeLeapChance = chance }
    }

    // MARK: Work arrives

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        add(.job(job))
    }

    /// Runs `action` some time.
    package func post(_ action: @escaping @Sendable () -> Void) {
        add(.action(action))
    }

    /// Runs `action` once `milliseconds` of simulated time have passed. No time passes but by reaching the next timer.
    package func schedule(afterMilliseconds milliseconds: UInt64, _ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.add(Timer(due: state.uptimeMilliseconds + milliseconds, action: action))
            state.countIfStray()
        }
    }

    package func sleep(milliseconds: UInt64) async {
        await withCheckedContinuation { continuation in
            schedule(afterMilliseconds: milliseconds) { continuation.resume() }
        }
    }

    private func add(_ work: Work) {
        state.withLock { state in
            state.ready.append(work)
            state.countIfStray()
        }
    }

    // MARK: What a test sees

    package var uptimeMilliseconds: UInt64 { state.withLock { $0.uptimeMilliseconds } }
    /// Of every choice so far: equal for equal runs.
    package var trace: UInt64 { state.withLock { $0.trace } }
    package var stepCount: Int { state.withLock { $0.stepCount } }
    /// What came from other threads.
    package var strayCount: Int { state.withLock { $0.strayCount } }

    /// A number for the simulated program, from a sequence of its own.
    package func random() -> UInt64 {
        state.withLock { $0.numbers.next() }
    }

    // MARK: Running

    /// Begins a task without running anything yet.
    package func start(_ body: @escaping @Sendable () async -> Void) {
        Task(executorPreference: self) { await body() }
    }

    /// Does one piece of work.
    ///
    /// - Returns: false when there is none, now or later.
    package func step() -> Bool {
        guard let work = next() else { return false }
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .action(let action): action()
        }
        return true
    }

    /// Runs until `body` has ended, with all else that is going on. The rest stays where it is, for the next run.
    ///
    /// - Throws: what `body` throws, or ``SimulationFailure``.
    package func run<Value: Sendable>(
        stepLimit: Int = 10_000_000, limitMilliseconds: UInt64 = 3_600_000,
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        setRunner(pthread_self())
        defer { setRunner(nil) }
        let ending = Ending<Value>()
        start { await ending.set(body) }
        let (lastStep, lastMillisecond) = (stepCount + stepLimit, uptimeMilliseconds + limitMilliseconds)
        while true {
            if strayCount > 0 { throw failure("something ran on other threads") }
            if let result = ending.result { return try result.get() }
            if stepCount >= lastStep { throw failure("not done after \(stepLimit) steps") }
            if uptimeMilliseconds > lastMillisecond { throw failure("not done after \(limitMilliseconds) ms") }
            if !step() { throw failure("everything waits and nothing will happen") }
        }
    }

    /// Runs until there is nothing to do. Never returns while something sleeps again and again.
    package func runUntilIdle() {
        while step() {}
    }

    /// The power fails: nothing of what was going on goes on. Call `crash` on the media as well.
    package func cutPower() {
        state.withLock { state in
            state.lost += state.ready + state.timers.map { .action($0.action) }
            state.ready = []
            state.timers = []
        }
    }

    private func next() -> Work? {
        state.withLock { state in
            state.stepCount += 1
            let leaps =
                state.timeLeapChance > 0 && Double.random(in: 0..<1, using: &state.choices) < state.timeLeapChance
            if state.ready.isEmpty || leaps { state.fireNextTimers() }
            guard !state.ready.isEmpty else { return nil }
            let index = Int.random(in: 0..<state.ready.count, using: &state.choices)
            state.note(UInt64(index) << 32 | UInt64(state.ready.count))
            return state.ready.remove(at: index)
        }
    }

    private func setRunner(_ runner: pthread_t?) {
        state.withLock { $0.runner = runner }
    }

    private func failure(_ reason: String) -> SimulationFailure {
        state.withLock { state in
            SimulationFailure(
                reason: reason, seed: seed, stepCount: state.stepCount, uptimeMilliseconds: state.uptimeMilliseconds)
        }
    }
}

/// Where the result of a run arrives.
private final class Ending<Value: Sendable>: Sendable {
    private let state = Mutex<Result<Value, any Error>?>(nil)

    var result: Result<Value, any Error>? { state.withLock { $0 } }

    func set(_ body: @Sendable () async throws -> Value) async {
        do {
            let value = try await body()
            state.withLock { $0 = .success(value) }
        } catch {
            state.withLock { $0 = .failure(error) }
        }
    }
}

/// A run that could not come to its end.
package struct SimulationFailure: Error, CustomStringConvertible {
    package var reason: String
    package var seed: UInt64
    package var stepCount: Int
    package var uptimeMilliseconds: UInt64

    package var description: String {
        "\(reason) (seed \(seed), step \(stepCount), \(uptimeMilliseconds) ms)"
    }
}
