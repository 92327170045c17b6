/// Where the bytes of a striped payload lie. Pure arithmetic, and part of the on-disk format.
///
/// A payload is cut into stripes of k × `unitByteCount` bytes, and a stripe into k data units of consecutive bytes; m
/// parity units of the same length follow. The last stripe may be short: its units are `⌈rest / k⌉` bytes long, so that
/// its last data units may end in zeros or be zeros altogether. Shard i holds unit i of every stripe, one behind the
/// other: all shards of a payload are equally long, and the unit of stripe s begins at `s × unitByteCount`.
package struct StripeGeometry: Hashable, Sendable {
    package let payloadByteCount: UInt64
    package let dataShards: Int
    package let parityShards: Int
    /// Of every stripe but the last.
    package let unitByteCount: Int

    package init(payloadByteCount: UInt64, dataShards: Int, parityShards: Int, unitByteCount: Int) {
        precondition(
            ErasureCode.isValid(dataShards: dataShards, parityShards: parityShards) && unitByteCount > 0,
            "no such geometry")
        self.payloadByteCount = payloadByteCount
        self.dataShards = dataShards
        self.parityShards = parityShards
        self.unitByteCount = unitByteCount
    }

    /// Payload bytes of every stripe but the last.
    package var stripeByteCount: UInt64 { UInt64(dataShards) * UInt64(unitByteCount) }

    /// Zero for an empty payload.
    package var stripeCount: UInt64 {
        payloadByteCount / stripeByteCount + (payloadByteCount.isMultiple(of: stripeByteCount) ? 0 : 1)
    }

    /// Bytes of each shard, data and parity alike.
    package var shardByteCount: UInt64 {
        stripeCount == 0 ? 0 : shardOffset(ofStripe: stripeCount - 1) + UInt64(unitByteCount(ofStripe: stripeCount - 1))
    }

    /// Payload bytes in a stripe.
    package func payloadByteCount(ofStripe stripe: UInt64) -> Int {
        precondition(stripe < stripeCount, "the payload has no such stripe")
        return Int(min(stripeByteCount, payloadByteCount - stripe * stripeByteCount))
    }

    /// Bytes of each of the k + m units of a stripe.
    package func unitByteCount(ofStripe stripe: UInt64) -> Int {
        (payloadByteCount(ofStripe: stripe) + dataShards - 1) / dataShards
    }

    /// Where the unit of a stripe begins in each shard.
    package func shardOffset(ofStripe stripe: UInt64) -> UInt64 {
        stripe * UInt64(unitByteCount)
    }

    /// The stripes that hold a range of the payload.
    package func stripes(of range: Range<UInt64>) -> Range<UInt64> {
        precondition(range.upperBound <= payloadByteCount, "a range beyond the payload")
        if range.isEmpty { return 0..<0 }
        return range.lowerBound / stripeByteCount..<(range.upperBound - 1) / stripeByteCount + 1
    }

    /// Consecutive payload bytes in one unit.
    package struct Piece: Hashable, Sendable {
        package var stripe: UInt64
        /// The index of the data unit, and so of the shard.
        package var unit: Int
        /// In the unit.
        package var offset: Int
        package var byteCount: Int

        package init(stripe: UInt64, unit: Int, offset: Int, byteCount: Int) {
            self.stripe = stripe
            self.unit = unit
            self.offset = offset
            self.byteCount = byteCount
        }
    }

    /// What a stripe holds of a range of the payload, in order. One piece for each unit at most.
    package func pieces(of range: Range<UInt64>, inStripe stripe: UInt64) -> [Piece] {
        let start = stripe * stripeByteCount
        let wanted = range.clamped(to: start..<start + UInt64(payloadByteCount(ofStripe: stripe)))
        if wanted.isEmpty { return [] }

        let unitByteCount = unitByteCount(ofStripe: stripe)
        let lower = Int(wanted.lowerBound - start)
        let upper = Int(wanted.upperBound - start)
        return (lower / unitByteCount...(upper - 1) / unitByteCount).map { unit in
            let first = max(lower, unit * unitByteCount)
            let end = min(upper, (unit + 1) * unitByteCount)
            return Piece(
                stripe: stripe, unit: unit, offset: first - unit * unitByteCount, byteCount: end - first)
        }
    }

    /// Where a piece begins in its shard.
    package func shardOffset(of piece: Piece) -> UInt64 {
        shardOffset(ofStripe: piece.stripe) + UInt64(piece.offset)
    }
}
