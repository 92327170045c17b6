import Foundation
import Synchronization
import Testing

@testable import DriveIO

/// What a hanging job waits for.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }
    func wait() { semaphore.wait() }
}

@Suite struct DriveThreadsTests {
    @Test func `jobs of the commit lane run one at a time, in order`() async {
        let threads = DriveThreads(name: "test")
        let order = Mutex<[Int]>([])
        let running = Mutex(0)
        for number in 0..<1000 {
            threads.submit(.commit) {
                running.withLock { $0 += 1 }
                #expect(running.withLock { $0 } == 1)
                order.withLock { $0.append(number) }
                running.withLock { $0 -= 1 }
            }
        }
        _ = await threads.perform(.commit) {}
        #expect(order.withLock { $0 } == Array(0..<1000))
    }

    @Test func `a hanging lane does not hold up the others`() async {
        let threads = DriveThreads(name: "test", accessThreads: 2)
        let gate = Gate()
        threads.submit(.commit) { gate.wait() }
        threads.submit(.background) { gate.wait() }
        threads.submit(.access) { gate.wait() }
        #expect(await threads.perform(.access) { 7 } == 7)
        for _ in 1...3 { gate.open() }
        #expect(await threads.perform(.commit) { 8 } == 8)
        #expect(await threads.perform(.background) { 9 } == 9)
    }

    @Test func `as many access jobs run at once as there are threads, and no more`() async {
        let threads = DriveThreads(name: "test", accessThreads: 3)
        let (gates, begun) = ((0..<4).map { _ in Gate() }, (0..<4).map { _ in Gate() })
        let count = Mutex(0)
        for number in 0..<4 {
            threads.submit(.access) {
                count.withLock { $0 += 1 }
                begun[number].open()
                gates[number].wait()
            }
        }
        for number in 0..<3 { begun[number].wait() }
        #expect(count.withLock { $0 } == 3)
        gates[1].open()
        begun[3].wait()
        #expect(count.withLock { $0 } == 4)
        for number in [0, 2, 3] { gates[number].open() }
    }

    @Test func `an abandoned drive wakes those who wait, though a job hangs`() async {
        let threads = DriveThreads(name: "test", accessThreads: 1)
        let (begun, gate) = (Gate(), Gate())
        threads.submit(.access) {
            begun.open()
            gate.wait()
        }
        begun.wait()
        async let waiting = threads.perform(.access) { 1 }
        await Task.yield()
        threads.abandon()
        #expect(await waiting == nil)
        #expect(await threads.perform(.commit) { 2 } == nil)
        await #expect(throws: DriveError(.closed, "the drive was abandoned")) {
            try await threads.run(.background) { () throws(DriveError) in 3 }
        }
        gate.open()
    }

    @Test func `a job is run or released, never both and never neither`() async {
        for round in 0..<200 {
            let threads = DriveThreads(name: "test", accessThreads: 2)
            let outcomes = Mutex<[Int]>([])
            async let abandoned: Void = Task.detached {
                for _ in 0..<round { await Task.yield() }
                threads.abandon()
            }.value
            await withTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask { await threads.perform([.commit, .access][number % 2]) { number } ?? -1 }
                }
                for await outcome in group { outcomes.withLock { $0.append(outcome) } }
            }
            await abandoned
            #expect(outcomes.withLock { $0.count } == 20)
        }
    }

    @Test func `a call's error reaches the one who waits`() async {
        let threads = DriveThreads(name: "test")
        let failure = DriveError(.inputOutput, "cannot sync /drive: Input/output error", errorNumber: EIO)
        await #expect(throws: failure) {
            try await threads.run(.commit) { () throws(DriveError) in throw failure }
        }
    }

    @Test func `a thousand tasks are all served`() async {
        let threads = DriveThreads(name: "test")
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    await threads.perform([.commit, .access, .background][number % 3]) { number } ?? 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 499_500)
    }

    @Test func `threads carry the name of drive and lane`() async {
        let threads = DriveThreads(name: "d17")
        for (lane, name) in [(DriveLane.commit, "d17-commit"), (.access, "d17-access"), (.background, "d17-back")] {
            let found = await threads.perform(lane) {
                try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            }
            #expect(found == name + "\n")
        }
    }
}
