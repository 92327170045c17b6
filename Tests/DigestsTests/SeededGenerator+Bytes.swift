import SeededRandom

extension SeededGenerator {
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
