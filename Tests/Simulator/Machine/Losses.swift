import ErasureStore
import SeededRandom
import SimulatedDrives
import StorageTestSupport

/// The drives that a random run takes away: hidden for a cycle, replaced by empty ones for good, or emptied under the
/// store; and those that were replaced, put back in their old place for a cycle.
struct Losses: CustomStringConvertible {
    let shape: SimulatedShape
    let world: SimulatedWorld
    /// Nothing is at these paths.
    private(set) var absent: Set<Int> = []
    /// Another drive is at the place of these.
    private var displaced: [Int: SimulatedWorld.Machine] = [:]
    /// Drives that were replaced, with what was on them, by where they were.
    private var retired: [Int: SimulatedWorld.Machine] = [:]
    private var replaced: Set<Int> = []
    private(set) var hiddenCount = 0
    private(set) var replacedCount = 0
    private(set) var reinsertedCount = 0

    init(shape: SimulatedShape, world: SimulatedWorld) {
        self.shape = shape
        self.world = world
    }

    var areAway: Bool { !absent.isEmpty || !displaced.isEmpty }
    var areReplaced: Bool { !replaced.isEmpty }

    var description: String {
        "hidden \(absent.sorted()), with an old drive in their place \(displaced.keys.sorted()), "
            + "replaced \(replaced.sorted())"
    }

    /// Between a power cut and the next start: every set loses some drives, or none.
    mutating func choose(using random: inout SeededGenerator) throws {
        // Not both: an empty drive may get the slot of one that is hidden behind the drive that it replaced.
        let hides = random.next() % 2 == 0
        for numbers in try drivesBySet() {
            // A set with k ≤ m that lacks m drives only reads: clients would do nothing.
            let most = hides ? shape.setSize - shape.writeFloor : shape.parityShards
            let count = Int(random.next() % UInt64(most + 1))
            for number in numbers.shuffled(using: &random).prefix(count) {
                if hides { hide(number, using: &random) } else { replace(number) }
            }
        }
    }

    /// Hidden drives come back.
    mutating func end() throws {
        for (number, machine) in displaced.sorted(by: { $0.key < $1.key }) {
            retired[number] = world.replace(number)
            world.insert(machine, at: number)
        }
        displaced = [:]
        absent = []
        replaced = []
    }

    /// Under the running store, when every drive has everything. Answers how many drives lost everything, and which may
    /// still fail: with them at most `m` of each set.
    func wipe(
        using random: inout SeededGenerator
    ) throws -> (count: Int, mayFail: Set<Int>) {
        var wiped = 0
        var mayFail: Set<Int> = []
        for numbers in try drivesBySet() {
            let count = Int(random.next() % UInt64(shape.parityShards + 1))
            let unlucky = numbers.shuffled(using: &random).prefix(shape.parityShards)
            for number in unlucky.prefix(count) {
                world.note("wiped", drive: number)
                world.wipe(number)
                wiped += 1
            }
            mayFail.formUnion(unlucky.dropFirst(count))
        }
        return (wiped, mayFail)
    }

    private mutating func hide(_ number: Int, using random: inout SeededGenerator) {
        hiddenCount += 1
        if let old = retired[number], random.next() % 2 == 0 {
            reinsertedCount += 1
            world.note("hidden behind the drive that it replaced", drive: number)
            displaced[number] = world.replace(number)
            world.insert(old, at: number)
        } else {
            absent.insert(number)
            world.note("hidden", drive: number)
        }
    }

    private mutating func replace(_ number: Int) {
        replacedCount += 1
        world.note("replaced", drive: number)
        retired[number] = world.replace(number)
        replaced.insert(number)
    }

    /// An empty drive may have taken any slot: only identities say which drives make a set.
    private func drivesBySet() throws -> [[Int]] {
        let places = try world.places()
        return (0..<shape.setCount).map { set in
            (0..<shape.setSize).compactMap { places[.init(set: set, slot: $0)] }
        }
    }
}
