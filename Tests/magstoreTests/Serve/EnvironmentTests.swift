import ErasureStore
import StorageAPI
import Synchronization
import Testing

@testable import magstore

/// What the engine runs on in production.
@Suite struct EnvironmentTests {
    @Test func `Timers fire in the order of their times, and none early`() async {
        let clock = SystemClock()
        let begin = clock.uptimeMilliseconds()
        let fired = Mutex<[(delay: UInt64, at: UInt64)]>([])
        let delays: [UInt64] = [60, 20, 0, 40, 20]
        let last = FirstAnswer()
        for delay in delays {
            clock.schedule(afterMilliseconds: delay) {
                fired.withLock { $0.append((delay, clock.uptimeMilliseconds())) }
            }
        }
        clock.schedule(afterMilliseconds: 100) { last.answer() }
        await last.wait()
        let seen = fired.withLock { $0 }
        #expect(seen.map(\.delay) == delays.sorted())
        for entry in seen { #expect(entry.at >= begin + entry.delay) }
    }

    @Test func `A timer set from a timer fires`() async {
        let clock = SystemClock()
        let done = FirstAnswer()
        clock.schedule(afterMilliseconds: 1) { clock.schedule(afterMilliseconds: 1) { done.answer() } }
        await done.wait()
    }

    @Test func `A timer beyond the end of time is accepted`() {
        SystemClock().schedule(afterMilliseconds: .max) {}
    }

    @Test func `The clock tells the time`() {
        // Later than when this was written.
        #expect(SystemClock().now().milliseconds > 1_770_000_000_000)
    }

    @Test func `Tasks of the engine run one at a time on its thread`() async {
        let engine = EngineThread(name: "test")
        let counters = Counters()
        await withTaskGroup { group in
            for _ in 0..<16 {
                group.addTask(executorPreference: engine) {
                    for _ in 0..<200 {
                        #expect(counters.running.add(1, ordering: .relaxed).newValue == 1)
                        counters.steps.add(1, ordering: .relaxed)
                        counters.running.subtract(1, ordering: .relaxed)
                        await Task.yield()
                    }
                }
            }
        }
        #expect(counters.steps.load(ordering: .relaxed) == 3200)
    }
}

private final class Counters: Sendable {
    let running = Atomic(0)
    let steps = Atomic(0)
}
