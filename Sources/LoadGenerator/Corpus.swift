import Digests
import Glibc

/// The contents of all objects: eight bytes that number the object, then the same noise for all.
///
/// Every byte of an answer can be checked against it at the speed of memory.
struct Corpus {
    let objectByteCount: Int
    /// Never freed: it lives as long as the program.
    private let noise: UnsafeRawBufferPointer

    private static let stampByteCount = 8

    init(objectByteCount: Int) {
        self.objectByteCount = objectByteCount
        let words = (objectByteCount + 7) / 8
        let memory = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: max(words, 1))
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        for index in 0..<max(words, 1) {
            // xorshift: noise enough that nothing compresses it.
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            memory.initializeElement(at: index, to: state)
        }
        noise = UnsafeRawBufferPointer(start: UnsafeRawPointer(memory.baseAddress), count: objectByteCount)
    }

    /// The first bytes of an object, those that differ.
    func stamp(of object: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt64(object).littleEndian) { Array($0.prefix(min(Self.stampByteCount, objectByteCount))) }
    }

    /// What follows the stamp in every object.
    var tail: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: noise[min(Self.stampByteCount, objectByteCount)...])
    }

    func digest(of object: Int) -> [UInt8] {
        var digest = MessageDigest(.sha256)
        digest.update(stamp(of: object))
        digest.update(tail.bytes)
        return digest.finish()
    }

    /// Whether the bytes are those of the object from the offset on.
    func matches(_ bytes: UnsafeRawBufferPointer, object: Int, offset: Int) -> Bool {
        guard offset + bytes.count <= objectByteCount else { return false }
        let stamp = stamp(of: object)
        var stamped = 0
        while stamped < bytes.count, offset + stamped < stamp.count {
            guard bytes[stamped] == stamp[offset + stamped] else { return false }
            stamped += 1
        }
        guard stamped < bytes.count else { return true }
        return memcmp(bytes.baseAddress! + stamped, noise.baseAddress! + offset + stamped, bytes.count - stamped) == 0
    }
}
