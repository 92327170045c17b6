/// Randomness that a failing test can repeat (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    mutating func bytes(atMost limit: Int) -> [UInt8] {
        bytes(Int.random(in: 0...limit, using: &self))
    }

    /// `bytes` cut at random places, empty pieces among them.
    mutating func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        let cuts = (0..<Int.random(in: 0...4, using: &self)).map { _ in Int.random(in: 0...bytes.count, using: &self) }
        let bounds = [0] + cuts.sorted() + [bytes.count]
        return zip(bounds, bounds.dropFirst()).map { Array(bytes[$0..<$1]) }
    }
}
