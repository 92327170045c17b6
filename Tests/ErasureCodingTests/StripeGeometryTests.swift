import ErasureCoding
import Testing

@Suite struct StripeGeometryTests {
    /// A place of one payload byte.
    struct Place: Hashable {
        var stripe: UInt64
        var unit: Int
        var offset: Int
    }

    /// The format, byte by byte, in the most naive way.
    static func places(byteCount: Int, dataShards: Int, unit: Int) -> [Place] {
        var places: [Place] = []
        var stripe: UInt64 = 0
        while places.count < byteCount {
            let inStripe = min(dataShards * unit, byteCount - places.count)
            var length = 0
            while length * dataShards < inStripe { length += 1 }
            for index in 0..<inStripe {
                places.append(Place(stripe: stripe, unit: index / length, offset: index % length))
            }
            stripe += 1
        }
        return places
    }

    @Test(arguments: [1, 2, 3, 4, 8], [1, 2, 5, 8])
    func `every byte of every range lies where the naive model says`(dataShards: Int, unit: Int) {
        for byteCount in 0...(2 * dataShards * unit + 3) {
            let geometry = StripeGeometry(
                payloadByteCount: UInt64(byteCount), dataShards: dataShards, parityShards: 1, unitByteCount: unit)
            let model = Self.places(byteCount: byteCount, dataShards: dataShards, unit: unit)
            #expect(geometry.stripeCount == (model.last?.stripe).map { $0 + 1 } ?? 0)
            for lower in stride(from: 0, through: byteCount, by: max(1, byteCount / 9)) {
                for upper in stride(from: lower, through: byteCount, by: max(1, byteCount / 11)) {
                    let range = UInt64(lower)..<UInt64(upper)
                    let pieces = geometry.stripes(of: range).flatMap { geometry.pieces(of: range, inStripe: $0) }
                    let places = pieces.flatMap { piece in
                        (piece.offset..<piece.offset + piece.byteCount).map {
                            Place(stripe: piece.stripe, unit: piece.unit, offset: $0)
                        }
                    }
                    #expect(places == Array(model[lower..<upper]))
                }
            }
        }
    }

    @Test(arguments: [1, 2, 4], [1, 3, 8])
    func `a shard is as long as its units, which do not overlap`(dataShards: Int, unit: Int) {
        for byteCount in 0...(3 * dataShards * unit + 1) {
            let geometry = StripeGeometry(
                payloadByteCount: UInt64(byteCount), dataShards: dataShards, parityShards: 2, unitByteCount: unit)
            var end: UInt64 = 0
            var payload = 0
            for stripe in 0..<geometry.stripeCount {
                #expect(geometry.shardOffset(ofStripe: stripe) == end)
                end += UInt64(geometry.unitByteCount(ofStripe: stripe))
                payload += geometry.payloadByteCount(ofStripe: stripe)
            }
            #expect(geometry.shardByteCount == end)
            #expect(payload == byteCount)
        }
    }

    @Test func `a range of a 5 TiB payload is found without counting up to it`() {
        let geometry = StripeGeometry(
            payloadByteCount: 5 << 40, dataShards: 4, parityShards: 2, unitByteCount: 256 << 10)
        let range: Range<UInt64> = (4 << 40) + 5..<(4 << 40) + (256 << 10) + 7
        let stripes: Range<UInt64> = 1 << 22..<(1 << 22) + 1
        #expect(geometry.stripes(of: range) == stripes)
        let pieces = geometry.pieces(of: range, inStripe: 1 << 22)
        #expect(
            pieces == [
                .init(stripe: 1 << 22, unit: 0, offset: 5, byteCount: (256 << 10) - 5),
                .init(stripe: 1 << 22, unit: 1, offset: 0, byteCount: 7),
            ])
        #expect(geometry.shardOffset(of: pieces[0]) == (1 << 40) + 5)
    }
}
