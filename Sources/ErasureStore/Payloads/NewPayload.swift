package import MetadataIndex

/// Content that was received and is not yet named by a record.
struct NewPayload: Sendable {
    enum Content: Sendable {
        /// One whole copy, as a `payloads` row.
        case tiny([UInt8])
        /// The `payloads` row of every shard, by shard.
        case inline([[UInt8]])
        /// Shard files, synced on these slots.
        case striped(Set<Int>)
    }

    let id: DataID
    let size: UInt64
    let content: Content

    /// Which slot holds shard 0, so that the drives share the work of reading data shards.
    var rotation: Int { Int(Placement.mix(id.counter ^ id.run) % 16) }

    /// The members that keep a whole copy, chosen by hash so that they share the load.
    func tinySlots(members: [Int], count: Int) -> [Int] {
        let first = Int(Placement.mix(id.counter ^ id.run) % UInt64(members.count))
        return (0..<min(count, members.count)).map { members[(first + $0) % members.count] }.sorted()
    }

    /// Bytes this adds to a batch, for its size limit.
    var weight: Int {
        switch content {
        case .tiny(let row): row.count
        case .inline(let rows): rows.reduce(0) { $0 + $1.count }
        case .striped: 0
        }
    }
}

extension Payload {
    /// Slots that hold a shard or a copy.
    package var slots: [Int] {
        switch layout {
        case .tiny(let slots): slots
        case .inline(let k, let m, _), .striped(let k, let m, _, _): Array(0..<(k + m))
        }
    }

    /// Shards placed by rotation. Not for tiny payloads, whose copies are alike.
    func slot(ofShard shard: Int) -> Int {
        switch layout {
        case .tiny(let slots): slots[shard]
        case .inline(let k, let m, let rotation), .striped(let k, let m, let rotation, _):
            (shard + rotation) % (k + m)
        }
    }

    func shard(ofSlot slot: Int) -> Int {
        switch layout {
        case .tiny: 0
        case .inline(let k, let m, let rotation), .striped(let k, let m, let rotation, _):
            ((slot - rotation) % (k + m) + (k + m)) % (k + m)
        }
    }

    var isStriped: Bool {
        if case .striped = layout { true } else { false }
    }
}
