import MetadataIndex

/// What the drives of a set hold of one payload, and whether that is enough.
struct PayloadCensus: Sendable {
    let payload: Payload
    private(set) var outcomes: [Int: ShardInspection.Outcome] = [:]
    /// Slots with a row in `missing`. Their files may still have blocks that others need.
    private(set) var known: Set<Int> = []
    /// Slots of which `missing` does not say everything yet. What is not there is no news; what is rotten is.
    private(set) var unlisted: Set<Int> = []
    /// Slots of which nothing could be said: their drives did not answer.
    private(set) var unknown: Set<Int> = []
    /// Records that name the payload.
    var referenceCount: UInt64 = 0

    init(_ payload: Payload) {
        self.payload = payload
    }

    mutating func note(slot: Int, _ outcome: ShardInspection.Outcome) { outcomes[slot] = outcome }
    mutating func isKnown(slot: Int) { known.insert(slot) }
    mutating func isUnlisted(slot: Int) { unlisted.insert(slot) }
    mutating func isUnknown(slot: Int) { unknown.insert(slot) }

    /// Damage that was not known before, by slot.
    var damaged: [(slot: Int, outcome: ShardInspection.Outcome)] {
        outcomes.filter { $0.value.damage != nil && !known.contains($0.key) }
            .filter { $0.value.isRot || !unlisted.contains($0.key) }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// To be recorded, and healed from there.
    func report(to set: ErasureSet) {
        for (slot, outcome) in damaged {
            set.damaged(payload, slot: slot, reason: outcome.damage ?? "damaged", isRot: outcome.isRot)
        }
    }

    var verifiedCount: Int { outcomes.count { !$0.value.isUseless } }
    var byteCount: UInt64 { outcomes.values.reduce(0) { $0 + $1.byteCount } }

    /// Why the payload can not be read as a whole any more, for people; nil: it can, or that is not known.
    ///
    /// Blocks with one number belong together: any `k` of them give the others, whatever is wrong elsewhere.
    var loss: String? {
        let slots = payload.slots
        let needed: Int
        switch payload.layout {
        case .tiny: needed = 1
        case .inline(let k, _, _), .striped(let k, _, _, _): needed = k
        }
        // An answer that did not come may have been a good one.
        let useless = slots.filter { !unknown.contains($0) && outcomes[$0]?.isUseless ?? true }
        let usable = slots.count - useless.count
        if usable < needed { return "\(usable) of its \(slots.count) shards are good, \(needed) are needed" }
        var bad: [UInt64: Int] = [:]
        for outcome in outcomes.values where !outcome.isUseless {
            for block in outcome.badBlocks { bad[block, default: 0] += 1 }
        }
        guard let worst = bad.filter({ usable - $0.value < needed }).keys.min() else { return nil }
        let count = usable - (bad[worst] ?? 0)
        return "\(count) of its \(slots.count) shards are good at block \(worst), \(needed) are needed"
    }

    /// Enough of it is known to be good: it can be read as a whole.
    var isReadable: Bool {
        var pessimistic = self
        pessimistic.unknown = []
        return pessimistic.loss == nil
    }
}
