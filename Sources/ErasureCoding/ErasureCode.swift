internal import CISAL
package import NIOCore
internal import Synchronization

/// A Reed–Solomon code: k data units make m parity units, and any k of the k + m give back the others.
///
/// **On-disk format.** The field is GF(2⁸) with the polynomial 0x11D. Unit i < k is data. Parity unit i ≥ k is the sum
/// over the data units j of `1 / (i xor j)` times unit j (a Cauchy matrix, ISA-L's `gf_gen_cauchy1_matrix`): unlike the
/// Vandermonde matrix, every choice of k units can be inverted at every shape. For k = 1 all units are plain copies.
package final class ErasureCode: Sendable {
    /// The drives of an erasure set at most.
    package static let maximumShards = 16

    package let dataShards: Int
    package let parityShards: Int
    package var shards: Int { dataShards + parityShards }

    /// Row i gives unit i from the data units; the first k rows are the identity.
    private let matrix: CodeMatrix
    private let encoding: CodeTables
    private let decodings = Mutex<[Decoding: CodeTables]>([:])

    /// Which units are there and which are wanted, a bit for each.
    private struct Decoding: Hashable {
        var present: UInt32
        var wanted: UInt32
    }

    /// Tables kept for decoding, at most 8 KiB each. A set that lost drives uses few.
    private static let decodingLimit = 64

    /// - Parameters:
    ///   - dataShards: k, at least 1.
    ///   - parityShards: m, at least 0; k + m is at most ``maximumShards``.
    package init(dataShards: Int, parityShards: Int) {
        precondition(Self.isValid(dataShards: dataShards, parityShards: parityShards), "no such erasure code")
        self.dataShards = dataShards
        self.parityShards = parityShards
        matrix = CodeMatrix(dataShards: dataShards, parityShards: parityShards)
        encoding = CodeTables(matrix.selecting(rows: Array(dataShards..<dataShards + parityShards)))
    }

    /// Whether there is a code of this shape. For values that come from a disk or an operator.
    package static func isValid(dataShards: Int, parityShards: Int) -> Bool {
        (1...maximumShards).contains(dataShards) && (0...maximumShards - dataShards).contains(parityShards)
    }

    /// The m parity units of k data units of equal length.
    package func encode(_ data: [ByteBuffer]) -> [ByteBuffer] {
        precondition(data.count == dataShards, "a stripe has one data unit for each data shard")
        if parityShards == 0 { return [] }
        if dataShards == 1 { return Array(repeating: data[0], count: parityShards) }
        return encoding.apply(to: data)
    }

    /// Cuts the bytes of a stripe into k data units of equal length, the last ones padded with zeros, and adds parity.
    ///
    /// - Returns: k + m units of `⌈bytes / k⌉` bytes, as they lie on the drives.
    package func units(ofStripe stripe: ByteBuffer) -> [ByteBuffer] {
        let unitByteCount = (stripe.readableBytes + dataShards - 1) / dataShards
        var rest = stripe
        let data = (0..<dataShards).map { _ in
            var unit = rest.readSlice(length: min(unitByteCount, rest.readableBytes)) ?? ByteBuffer()
            // Only the last units of a payload are short. Even writing nothing would make the slice a copy.
            let padding = unitByteCount - unit.readableBytes
            if padding > 0 { unit.writeRepeatingByte(0, count: padding) }
            return unit
        }
        return data + encode(data)
    }

    /// The bytes that ``units(ofStripe:)`` cut up, from at least k of the units.
    ///
    /// - Returns: Nil when the units hold fewer than `byteCount` bytes.
    package func stripe(from units: [Int: ByteBuffer], byteCount: Int) -> ByteBuffer? {
        let data = reconstruct(units, wanted: Array(0..<dataShards))
        var bytes = ByteBuffer()
        bytes.reserveCapacity(byteCount + dataShards)
        for number in 0..<dataShards {
            if let unit = data[number] { bytes.writeImmutableBuffer(unit) }
        }
        return bytes.readSlice(length: byteCount)
    }

    /// The wanted units, by index, from at least k present ones of equal length. Units are given as they are.
    package func reconstruct(_ shards: [Int: ByteBuffer], wanted: [Int]) -> [Int: ByteBuffer] {
        precondition(shards.count >= dataShards, "too few units to reconstruct from")
        precondition(
            (wanted + shards.keys).allSatisfy { (0..<self.shards).contains($0) }, "the set has no such shard")
        var result = shards.filter { wanted.contains($0.key) }
        let lost = Set(wanted).subtracting(shards.keys).sorted()
        if lost.isEmpty { return result }

        let sources = shards.keys.sorted().prefix(dataShards)
        let units = sources.map { shards[$0]! }
        let rebuilt =
            dataShards == 1
            ? Array(repeating: units[0], count: lost.count)
            : decodingTables(from: Array(sources), to: lost).apply(to: units)
        for (index, unit) in zip(lost, rebuilt) { result[index] = unit }
        return result
    }

    private func decodingTables(from sources: [Int], to lost: [Int]) -> CodeTables {
        let key = Decoding(present: Self.bits(sources), wanted: Self.bits(lost))
        if let known = decodings.withLock({ $0[key] }) { return known }
        let made = CodeTables(matrix.decoding(from: sources, to: lost))
        decodings.withLock { decodings in
            if decodings.count >= Self.decodingLimit { decodings.removeAll() }
            decodings[key] = made
        }
        return made
    }

    private static func bits(_ indices: [Int]) -> UInt32 {
        indices.reduce(0) { $0 | 1 << UInt32($1) }
    }
}
