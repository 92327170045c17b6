import MetadataIndex
import StorageAPI

// What rows name, verified while the walk is at them.

extension ScrubWalk {
    /// A payload of a row, and whose it is.
    private struct Item: Sendable {
        let payload: Payload
        let row: [UInt8]
        /// Of an object that was uploaded in parts; 0 otherwise.
        let part: UInt32
        /// Nil for a part of an upload, which is no object yet.
        let head: HeadKey?
        let content: DataID
    }

    private static let seenLimit = 100_000
    private static let smallPerRound = 128

    /// False: the run is to end here for now.
    mutating func verifyPayloads(_ family: Family, _ rows: [IndexRow]) async throws(StoreError) -> Bool {
        guard family == .heads || family == .parts else { return true }
        var round: [Item] = []
        // Of the first row behind the position some parts may have been looked at.
        var reached = record.part
        for row in rows {
            let items = try await items(family, row).filter { reached == 0 || $0.part > reached }
            reached = 0
            if items.contains(where: { $0.part != 0 }) {
                guard try await verify(&round), try await verifyParts(items, of: row) else { return false }
                continue
            }
            for item in items {
                guard try await verify(item, with: &round) else { return false }
            }
            if round.isEmpty { reach(row.key) }
        }
        return try await verify(&round)
    }

    /// All parts of an object, in their order: the position is within the object meanwhile.
    private mutating func verifyParts(_ items: [Item], of row: IndexRow) async throws(StoreError) -> Bool {
        var round: [Item] = []
        let found = record.found
        for item in items {
            guard try await verify(item, with: &round) else { return false }
        }
        guard try await verify(&round) else { return false }
        reach(row.key)
        // Copies share the list. One with damage is looked at again for each: they are all to be listed.
        if record.found == found, let content = items.first?.content, seen.count < Self.seenLimit {
            let view = try set.board.view(ofSet: set.index)
            let references = try await view.value(.refs, content.bytes).flatMap { try? ReferencesRecord(decoding: $0) }
            if let references, references.count > 1 { seen[content] = .some(nil) }
        }
        return true
    }

    private mutating func reach(_ row: [UInt8], part: UInt32 = 0) {
        if part == 0 { record.key = row }
        record.part = part
    }

    private func items(_ family: Family, _ row: IndexRow) async throws(StoreError) -> [Item] {
        if family == .parts {
            guard let payload = try? PartRecord(decoding: row.value).payload else { return [] }
            return [Item(payload: payload, row: row.key, part: 0, head: nil, content: payload.id)]
        }
        guard let head = try? HeadRecord(decoding: row.value), let key = try? HeadKey(parsing: row.key),
            let content = head.content
        else { return [] }
        if let known = seen[content] {
            // A copy of what was looked at before.
            if let loss = known { try await damagedObjects.list([(key, content, loss)]) }
            return []
        }
        if let payload = head.payload {
            return [Item(payload: payload, row: row.key, part: 0, head: key, content: content)]
        }
        let view = try set.board.view(ofSet: set.index)
        guard let bytes = try await view.value(.manifests, content.bytes),
            let list = try? ManifestRecord(decoding: bytes)
        else {
            // Unless it was deleted since the page was read.
            let now = try await view.value(.heads, row.key).flatMap { try? HeadRecord(decoding: $0) }
            if now?.content == content {
                try await damagedObjects.list([(key, content, "its part list is not there or damaged")])
            }
            return []
        }
        return list.parts.compactMap { part in
            part.payload.map { Item(payload: $0, row: row.key, part: part.number, head: key, content: content) }
        }
    }

    /// A small payload waits for others, a striped one comes after those that wait: the position only goes forward.
    private mutating func verify(_ item: Item, with round: inout [Item]) async throws(StoreError) -> Bool {
        if item.payload.isStriped {
            guard try await verify(&round) else { return false }
            return try await verifyStriped(item)
        }
        round.append(item)
        return round.count < Self.smallPerRound ? true : try await verify(&round)
    }

    private mutating func verify(_ round: inout [Item]) async throws(StoreError) -> Bool {
        guard let last = round.last else { return true }
        let beganAt = set.environment.clock.uptimeMilliseconds()
        let censuses = try await verification.small(round.map(\.payload))
        let byID = Dictionary(censuses.map { ($0.payload.id, $0) }) { first, _ in first }
        for item in round {
            if let census = byID[item.payload.id] { try await take(census, item) }
        }
        reach(last.row, part: last.part)
        round = []
        return try await step(since: beganAt)
    }

    private mutating func verifyStriped(_ item: Item) async throws(StoreError) -> Bool {
        if let census = try await verification.striped(item.payload) { try await take(census, item) }
        reach(item.row, part: item.part)
        return try await step(since: set.environment.clock.uptimeMilliseconds())
    }

    private mutating func take(_ census: PayloadCensus, _ item: Item) async throws(StoreError) {
        record.shards += UInt64(census.verifiedCount)
        record.byteCount += census.byteCount
        record.found += UInt64(census.damaged.count)
        census.report(to: set)
        let loss = census.loss.map { item.part == 0 ? $0 : "part \(item.part): \($0)" }
        if census.referenceCount > 1, item.part == 0, seen.count < Self.seenLimit {
            seen[item.content] = .some(loss)
        }
        guard let head = item.head else { return }
        if let loss {
            try await damagedObjects.list([(head, item.content, loss)])
        } else if census.isReadable, item.part == 0, set.scrub.isListed(head) {
            try await damagedObjects.unlist([head])
        }
    }
}
