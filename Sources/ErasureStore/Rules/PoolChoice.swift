/// Into which pool a new key goes: each pool gets keys in proportion to the room that it has, so that pools fill up
/// together, and a new one does not take all writes for itself.
package enum PoolChoice {
    /// - Parameters:
    ///   - hash: of the key, evenly distributed.
    ///   - rooms: bytes that each pool can still take; zero: none, or not known.
    /// - Returns: an index of `rooms`, of a pool that has room if any has.
    package static func index(hash: UInt64, rooms: [UInt64]) -> Int {
        precondition(!rooms.isEmpty, "a key goes somewhere")
        // In sixteenths of a percent, so that nothing overflows and the choice changes seldom.
        let most = rooms.max() ?? 0
        guard most > 0 else { return Int(hash % UInt64(rooms.count)) }
        let unit = max(1, most / 1600)
        let shares = rooms.map { $0 == 0 ? 0 : max(1, $0 / unit) }
        var rest = hash % shares.reduce(0, +)
        for (index, share) in shares.enumerated() {
            if rest < share { return index }
            rest -= share
        }
        preconditionFailure("the shares add up")
    }
}
