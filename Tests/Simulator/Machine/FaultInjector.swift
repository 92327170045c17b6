import DriveIO
import MetadataIndex
import SeededRandom
import SimulatedDrives
import StorageTestSupport

/// Makes drives fail now and then, in every way that a drive can.
struct FaultInjector {
    private static let meanSteps: UInt64 = 150

    let world: SimulatedWorld
    private var random: SeededGenerator
    private var hung: Set<Int> = []

    init(world: SimulatedWorld, seed: UInt64) {
        self.world = world
        random = SeededGenerator(seed: seed)
    }

    /// - Parameter drives: those that may fail; nil: all.
    /// - Returns: whether it did something.
    mutating func maybeInject(among drives: Set<Int>?) -> Bool {
        guard random.next() % Self.meanSteps == 0 else { return false }
        let number = Int(random.next() % UInt64(world.driveCount))
        guard drives?.contains(number) ?? true else { return false }
        let (drive, index) = (world.drive(number), world.index(number))
        let failed = DriveError(.inputOutput, "injected", errorNumber: 5)
        let kind = random.next() % 8
        world.note("fault \(kind)", drive: number)
        switch kind {
        case 0: index.failNextWrites(.init(.nothing))
        case 1: index.failNextWrites(.init(.written))
        case 2: index.failNextWrites(.init(.durable))
        case 3: drive.inject(.init(.append, error: failed))
        case 4: drive.inject(.init(.syncFile, error: failed))
        case 5: drive.inject(.init(.syncDirectory, error: failed))
        case 6: drive.inject(.init(.checkPlace, error: DriveError(.vanished, "injected")))
        default:
            if hung.remove(number) == nil {
                hung.insert(number)
                world.executor(number)?.hang()
            } else {
                world.executor(number)?.resume()
            }
        }
        return true
    }

    func clear() {
        for number in 0..<world.driveCount {
            world.drive(number).clearFaults()
            world.index(number).clearWriteFaults()
        }
    }
}
