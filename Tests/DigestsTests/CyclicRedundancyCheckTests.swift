import CDigests
import Digests
import NIOCore
import SeededRandom
import Testing

@Suite("Cyclic redundancy checks")
struct CyclicRedundancyCheckTests {
    private static let digits = Array("123456789".utf8)

    @Test("have the published check values")
    func published() {
        #expect(CRC32.value(of: Self.digits) == 0xcbf4_3926)
        #expect(CRC32C.value(of: Self.digits) == 0xe306_9283)
        #expect(CRC64NVME.value(of: Self.digits) == 0xae8b_1486_0a79_9888)
        #expect(CRC32C.value(of: [UInt8](repeating: 0, count: 32)) == 0x8a91_36aa, "RFC 3720, B.4")
        #expect(CRC64NVME.value(of: [UInt8](repeating: 0, count: 4096)) == 0x6482_d367_eb22_b64e, "NVMe base, 8.2.1")
    }

    @Test("of nothing are zero")
    func nothing() {
        #expect(CRC32.value(of: []) == 0)
        #expect(CRC32C.value(of: []) == 0)
        #expect(CRC64NVME.value(of: ByteBuffer()) == 0)
    }

    @Test("are written big-endian")
    func bigEndian() {
        #expect(CRC32(value: 0x0102_0304).bytes == [1, 2, 3, 4])
        #expect(CRC64NVME(value: 0x0102_0304_0506_0708).bytes == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("do not depend on how the bytes arrive, nor on a fast path")
    func splits() {
        checkSplits(CRC32.self)
        checkSplits(CRC32C.self)
        checkSplits(CRC64NVME.self)
    }

    @Test("of parts combine to that of the whole")
    func combination() {
        checkCombination(CRC32.self)
        checkCombination(CRC32C.self)
        checkCombination(CRC64NVME.self)
    }

    @Test("combine over lengths that no memory holds")
    func longCombination() {
        var long = CRC32C(value: 0xdead_beef)
        long.append(CRC32C(value: 0x1234_5678), byteCount: 5 << 40)
        var halved = CRC32C(value: 0xdead_beef)
        halved.append(CRC32C(), byteCount: 5 << 39)
        halved.append(CRC32C(value: 0x1234_5678), byteCount: 5 << 39)
        #expect(long == halved)
    }

    @Test("give the same with and without carry-less multiplication")
    func portable() {
        var random = SeededGenerator(seed: 4)
        for length in 0..<600 {
            let message = random.bytes(length)
            #expect(magstore_crc64nvme(7, message, length) == magstore_crc64nvme_portable(7, message, length))
        }
    }

    private func checkSplits<Check: CyclicRedundancyCheck>(_: Check.Type) {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<200 {
            let message = random.bytes(atMost: 1000)
            var check = Check()
            for piece in random.pieces(of: message) { check.update(ByteBuffer(bytes: piece)) }
            #expect(check.value == bitByBit(message, Check.polynomial))
            #expect(check.value == Check.value(of: message))
        }
    }

    private func checkCombination<Check: CyclicRedundancyCheck>(_: Check.Type) {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let message = random.bytes(atMost: 3000)
            var whole = Check()
            for piece in random.pieces(of: message) {
                whole.append(Check(value: Check.value(of: piece)), byteCount: UInt64(piece.count))
            }
            #expect(whole.value == Check.value(of: message))
        }
    }

    /// The definition, without any cleverness.
    private func bitByBit<Value: FixedWidthInteger & UnsignedInteger>(_ bytes: [UInt8], _ polynomial: Value) -> Value {
        var register = ~Value(0)
        for byte in bytes {
            register ^= Value(byte)
            for _ in 0..<8 {
                register = register & 1 == 0 ? register >> 1 : (register >> 1) ^ polynomial
            }
        }
        return ~register
    }
}
