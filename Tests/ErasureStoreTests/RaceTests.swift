import SimulatedDrives
import Testing

@testable import ErasureStore
@testable import Simulator

@Suite struct RaceTests {
    /// Timers that are due at one time fire in the order of the seed.
    @Test(arguments: UInt64(0)..<20)
    func `Answers that come do not postpone what is done about one that does not`(_ seed: UInt64) throws {
        let world = SimulatedWorld(seed: seed, driveCount: 1)
        let clock = world.environment.clock
        try world.scheduler.run {
            let ask: Race<Int>.Ask = { candidate, answer in
                switch candidate {
                case 0, 1: clock.schedule(afterMilliseconds: UInt64(10 * candidate)) { answer(candidate) }
                case 2: break
                default: answer(candidate)
                }
            }
            let race = Race<Int>(others: { [0, 1, 2, 3] }, needed: 3, clock: clock, ask: ask)
            var late: [Int] = []
            let answers = await race.answers(late: { late.append($0) })
            #expect(answers.keys.sorted() == [0, 1, 3])
            #expect(late == [2])
            #expect(clock.uptimeMilliseconds() == 10 + EngineLimits.lateMilliseconds)
        }
    }
}
