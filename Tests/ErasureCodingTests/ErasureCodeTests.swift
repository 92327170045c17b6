import ErasureCoding
import NIOCore
import SeededRandom
import Testing

struct Shape: Sendable, CustomTestStringConvertible {
    var data: Int
    var parity: Int
    var testDescription: String { "\(data)+\(parity)" }

    static let all = [(1, 0), (1, 1), (2, 1), (1, 2), (2, 2), (3, 3), (5, 3), (4, 2), (4, 4), (8, 4), (12, 4), (16, 0)]
        .map { Shape(data: $0.0, parity: $0.1) }
}

@Suite struct ErasureCodeTests {
    static func randomUnits(_ count: Int, length: Int, _ generator: inout SeededGenerator) -> [ByteBuffer] {
        (0..<count).map { _ in
            ByteBuffer(bytes: (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        }
    }

    /// The product in GF(2⁸) modulo 0x11D, by shifting and adding.
    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (sum, left, right) = (UInt8(0), left, right)
        while right != 0 {
            if right & 1 != 0 { sum ^= left }
            left = (left << 1) ^ (left & 0x80 != 0 ? 0x1D : 0)
            right >>= 1
        }
        return sum
    }

    static func inverse(_ value: UInt8) -> UInt8 {
        (1...255).first { product(value, $0) == 1 }!
    }

    @Test(arguments: Shape.all)
    func `any loss of up to m units is made good`(shape: Shape) {
        var generator = SeededGenerator(seed: UInt64(shape.data * 100 + shape.parity))
        let code = ErasureCode(dataShards: shape.data, parityShards: shape.parity)
        let length = Int.random(in: 1...300, using: &generator)
        let data = Self.randomUnits(shape.data, length: length, &generator)
        let units = data + code.encode(data)
        #expect(units.count == code.shards)
        for subset in 0..<UInt32(1) << UInt32(code.shards) where subset.nonzeroBitCount <= shape.parity {
            let lost = (0..<code.shards).filter { subset & 1 << UInt32($0) != 0 }
            var present = Dictionary(uniqueKeysWithValues: units.enumerated().map { ($0.offset, $0.element) })
            for index in lost { present[index] = nil }
            let rebuilt = code.reconstruct(present, wanted: lost)
            #expect(rebuilt.count == lost.count)
            #expect(lost.allSatisfy { rebuilt[$0] == units[$0] }, "lost \(lost)")
        }
    }

    @Test(arguments: Shape.all)
    func `parity is the sum that the format names, at every length`(shape: Shape) {
        var generator = SeededGenerator(seed: 7)
        let code = ErasureCode(dataShards: shape.data, parityShards: shape.parity)
        /// For each parity unit and data unit: the products of the coefficient with every byte.
        let products = (0..<shape.parity).map { parity in
            (0..<shape.data).map { unit in
                let coefficient = shape.data == 1 ? 1 : Self.inverse(UInt8((shape.data + parity) ^ unit))
                return (0...255).map { Self.product(coefficient, UInt8($0)) }
            }
        }
        for length in Array(1...200) + [1000, 4096] {
            let data = Self.randomUnits(shape.data, length: length, &generator)
            let bytes = data.map { Array($0.readableBytesView) }
            let parity = code.encode(data).map { Array($0.readableBytesView) }
            // Short lengths and the ends of long ones are where vector code goes wrong.
            for position in Set([0, length / 2]).union(max(0, length - 40)..<length) {
                let expected = products.map { row in
                    zip(row, bytes).reduce(0 as UInt8) { $0 ^ $1.0[Int($1.1[position])] }
                }
                #expect(parity.map { $0[position] } == expected, "length \(length), position \(position)")
            }
        }
    }

    @Test(arguments: Shape.all)
    func `a stripe of any length is padded with zeros to equal units`(shape: Shape) {
        let code = ErasureCode(dataShards: shape.data, parityShards: shape.parity)
        for length in 0...(5 * shape.data) {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
            let units = code.units(ofStripe: ByteBuffer(bytes: bytes))
            let geometry = StripeGeometry(
                payloadByteCount: UInt64(length), dataShards: shape.data, parityShards: shape.parity, unitByteCount: 8)
            #expect(units.count == code.shards)
            #expect(units.allSatisfy { $0.readableBytes == Int(geometry.shardByteCount) })
            let joined = units.prefix(shape.data).flatMap { Array($0.readableBytesView) }
            #expect(joined == bytes + [UInt8](repeating: 0, count: joined.count - length))
        }
    }

    @Test func `present units are given as they are, and buffers need not start at zero`() {
        var generator = SeededGenerator(seed: 3)
        let code = ErasureCode(dataShards: 4, parityShards: 2)
        let data = Self.randomUnits(4, length: 77, &generator).map { unit in
            var buffer = ByteBuffer(string: "before")
            buffer.writeImmutableBuffer(unit)
            buffer.moveReaderIndex(forwardBy: 6)
            return buffer
        }
        let parity = code.encode(data)
        let present = [1: data[1], 3: data[3], 4: parity[0], 5: parity[1]]
        let result = code.reconstruct(present, wanted: [3, 0, 5, 2])
        #expect(result == [0: data[0], 2: data[2], 3: data[3], 5: parity[1]])
    }

    @Test func `more kinds of loss than the cache holds are made good`() {
        var generator = SeededGenerator(seed: 4)
        let code = ErasureCode(dataShards: 8, parityShards: 4)
        let data = Self.randomUnits(8, length: 32, &generator)
        let units = data + code.encode(data)
        for _ in 0..<500 {
            let present = Set((0..<12).shuffled(using: &generator).prefix(8))
            let wanted = (0..<12).filter { !present.contains($0) }
            let shards = Dictionary(uniqueKeysWithValues: present.map { ($0, units[$0]) })
            let result = code.reconstruct(shards, wanted: wanted)
            #expect(wanted.allSatisfy { result[$0] == units[$0] })
        }
    }

    @Test(arguments: [(0, 1), (1, -1), (17, 0), (13, 4), (Int.max, 1), (1, Int.max), (-1, 5)])
    func `shapes that no set can have are recognised`(data: Int, parity: Int) {
        #expect(!ErasureCode.isValid(dataShards: data, parityShards: parity))
    }
}
