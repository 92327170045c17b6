import DriveIO
import SimulatedDrives
import Synchronization
import Testing

/// Numbers in the order in which they were added.
final class Journal: Sendable {
    private let state = Mutex<[Int]>([])
    var entries: [Int] { state.withLock { $0 } }

    func add(_ number: Int) {
        state.withLock { $0.append(number) }
    }
}

actor Tally {
    private(set) var sum = 0

    func add(_ number: Int) async {
        sum += number
        await Task.yield()
    }
}

@Suite struct SimulatedSchedulerTests {
    /// Everything that the engine does: actors, groups, `async let`, drives, timers.
    static func busy(_ scheduler: SimulatedScheduler) throws -> [Int] {
        let journal = Journal()
        let drives = (0..<3).map { _ in SimulatedDriveExecutor(scheduler, latencyMilliseconds: 0...3) }
        try scheduler.run {
            let tally = Tally()
            async let early: Void = scheduler.sleep(milliseconds: 2)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        await tally.add(number)
                        let lane: DriveLane = number.isMultiple(of: 2) ? .commit : .access
                        _ = await drives[number % 3].perform(lane) { journal.add(number) }
                        await scheduler.sleep(milliseconds: UInt64(number % 5))
                        journal.add(100 + number)
                    }
                }
            }
            await early
            journal.add(await tally.sum)
        }
        return journal.entries
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `the same seed gives the same run`(seed: UInt64) throws {
        let (first, second) = (SimulatedScheduler(seed: seed), SimulatedScheduler(seed: seed))
        #expect(try Self.busy(first) == Self.busy(second))
        #expect(first.trace == second.trace)
        #expect(first.stepCount == second.stepCount)
        #expect(first.uptimeMilliseconds == second.uptimeMilliseconds)
        #expect(first.strayCount == 0)
    }

    @Test func `other seeds give other runs`() throws {
        let runs = try (0..<20 as Range<UInt64>).map { try Self.busy(SimulatedScheduler(seed: $0)) }
        #expect(Set(runs).count > 15)
        #expect(Set(runs.map { $0.sorted() }).count == 1)
    }

    @Test func `commits are in order whatever the seed, other jobs are not`() throws {
        var orders: Set<[Int]> = []
        for seed in 0..<20 as Range<UInt64> {
            let scheduler = SimulatedScheduler(seed: seed)
            let executor = SimulatedDriveExecutor(scheduler, latencyMilliseconds: 0...9)
            let (commits, accesses) = (Journal(), Journal())
            for number in 0..<10 {
                executor.submit(.commit) { commits.add(number) }
                executor.submit(.access) { accesses.add(number) }
            }
            scheduler.runUntilIdle()
            #expect(commits.entries == Array(0..<10))
            orders.insert(accesses.entries)
        }
        #expect(orders.count > 10)
    }

    @Test func `time passes only to the next timer`() throws {
        let scheduler = SimulatedScheduler(seed: 1)
        let journal = Journal()
        for milliseconds in [3_000_000, 10, 500] {
            scheduler.schedule(afterMilliseconds: UInt64(milliseconds)) { journal.add(milliseconds) }
        }
        try scheduler.run { await scheduler.sleep(milliseconds: 10_000) }
        #expect(journal.entries == [10, 500])
        #expect(scheduler.uptimeMilliseconds == 10_000)
    }

    @Test func `timers may overtake work that is ready`() throws {
        func winner(_ seed: UInt64, _ chance: Double) throws -> Int? {
            let scheduler = SimulatedScheduler(seed: seed, timeLeapChance: chance)
            let journal = Journal()
            scheduler.schedule(afterMilliseconds: 1000) { journal.add(0) }
            scheduler.post { scheduler.post { scheduler.post { journal.add(1) } } }
            scheduler.runUntilIdle()
            return journal.entries.first
        }
        let seeds: Range<UInt64> = 0..<50
        #expect(try seeds.allSatisfy { try winner($0, 0) == 1 })
        #expect(try Set(seeds.map { try winner($0, 0.3) }) == [0, 1])
    }

    // MARK: Drives that hang

    @Test func `a hung drive holds its jobs until it goes on`() throws {
        let scheduler = SimulatedScheduler(seed: 1)
        let executor = SimulatedDriveExecutor(scheduler)
        let journal = Journal()
        executor.hang()
        for number in 0..<5 { executor.submit(.commit) { journal.add(number) } }
        executor.submit(.access) { journal.add(9) }
        scheduler.runUntilIdle()
        #expect(journal.entries == [])
        executor.resume()
        scheduler.runUntilIdle()
        #expect(journal.entries.filter { $0 < 9 } == Array(0..<5))
        #expect(journal.entries.contains(9))
    }

    @Test func `abandoning a hung drive wakes those who wait`() throws {
        let scheduler = SimulatedScheduler(seed: 1)
        let executor = SimulatedDriveExecutor(scheduler)
        executor.hang()
        let answers = try scheduler.run {
            async let commit = executor.perform(.commit) { 1 }
            async let access = executor.perform(.access) { 2 }
            await scheduler.sleep(milliseconds: 1000)
            executor.abandon()
            return await [commit, access, executor.perform(.background) { 3 }]
        }
        #expect(answers == [nil, nil, nil])
        #expect(executor.isAbandoned)
    }

    // MARK: What can not go on

    @Test func `a deadlock is reported with its seed`() {
        let scheduler = SimulatedScheduler(seed: 42)
        let executor = SimulatedDriveExecutor(scheduler)
        executor.hang()
        let failure = #expect(throws: SimulationFailure.self) {
            try scheduler.run { await executor.perform(.commit) {} }
        }
        #expect(failure?.seed == 42)
        #expect(failure?.reason == "everything waits and nothing will happen")
        executor.resume()
        scheduler.runUntilIdle()
    }

    @Test func `what never ends is reported`() throws {
        let scheduler = SimulatedScheduler(seed: 1)
        let spins = #expect(throws: SimulationFailure.self) {
            try scheduler.run(stepLimit: 1000) { while !Task.isCancelled { await Task.yield() } }
        }
        #expect(spins?.reason == "not done after 1000 steps")
        let sleeps = #expect(throws: SimulationFailure.self) {
            try SimulatedScheduler(seed: 2).runForever()
        }
        #expect(sleeps?.reason == "not done after 1000 ms")
    }

    @Test func `a task that strays to Swift's threads is noticed`() throws {
        let scheduler = SimulatedScheduler(seed: 1)
        #expect(throws: SimulationFailure.self) {
            try scheduler.run {
                await Task { await Tally().add(1) }.value
            }
        }
    }

    @Test func `an error of the body is passed on`() {
        #expect(throws: DriveError(.full, "full")) {
            try SimulatedScheduler(seed: 1).run { throw DriveError(.full, "full") }
        }
    }

    @Test func `nothing of what was going on survives a power cut`() throws {
        let scheduler = SimulatedScheduler(seed: 1)
        let journal = Journal()
        scheduler.start {
            journal.add(1)
            await scheduler.sleep(milliseconds: 5)
            journal.add(2)
        }
        scheduler.start { journal.add(3) }
        scheduler.schedule(afterMilliseconds: 5) { journal.add(4) }
        #expect(scheduler.step())
        scheduler.cutPower()
        #expect(!scheduler.step())
        #expect(journal.entries.count == 1)
        #expect(try scheduler.run { 5 } == 5)
    }
}

extension SimulatedScheduler {
    fileprivate func runForever() throws {
        try run(limitMilliseconds: 1000) { while !Task.isCancelled { await self.sleep(milliseconds: 10) } }
    }
}
