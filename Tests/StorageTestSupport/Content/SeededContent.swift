package import NIOCore
import SeededRandom

/// Bytes that are a formula of a seed and an offset, so that gigabytes of them take no memory and any range of them
/// can be checked on its own.
package struct SeededContent: Hashable, Sendable {
    package let seed: UInt64
    /// Bytes.
    package let size: UInt64

    package init(seed: UInt64, size: UInt64) {
        self.seed = seed
        self.size = size
    }

    /// - Parameter range: lies within the content.
    package func bytes(in range: Range<UInt64>) -> ByteBuffer {
        precondition(range.upperBound <= size, "a range beyond the content")
        let length = Int(range.upperBound - range.lowerBound)
        let blocks = (range.lowerBound / Self.blockByteCount)...(range.upperBound / Self.blockByteCount)
        var buffer = ByteBufferAllocator().buffer(capacity: blocks.count * Int(Self.blockByteCount))
        for block in blocks { Self.write(block, of: seed, to: &buffer) }
        buffer.moveReaderIndex(forwardBy: Int(range.lowerBound % Self.blockByteCount))
        guard let bytes = buffer.readSlice(length: length) else { preconditionFailure("blocks cover the range") }
        return bytes
    }

    package func allBytes() -> ByteBuffer {
        bytes(in: 0..<size)
    }

    private static let blockByteCount: UInt64 = 4096

    /// Random once: a debug build would otherwise spend its time on making bytes.
    private static let pattern: ByteBuffer = {
        var random = SeededGenerator(seed: 0)
        var pattern = ByteBuffer()
        for _ in 0..<(2 * blockByteCount / 8) { pattern.writeInteger(random.next()) }
        return pattern
    }()

    /// A block begins with a number of its own and goes on with a piece of the pattern, so that no two are equal.
    private static func write(_ block: UInt64, of seed: UInt64, to buffer: inout ByteBuffer) {
        let number = SeededGenerator.mix(seed &+ block &* SeededGenerator.increment)
        buffer.writeInteger(number)
        let start = Int(number % blockByteCount)
        buffer.writeImmutableBuffer(pattern.getSlice(at: start, length: Int(blockByteCount) - 8)!)
    }
}
