import Logging
import MetadataIndex
import StorageAPI

/// The list of a set's objects that have lost more than parity can replace: rows of the index, so that it is the same
/// on all members and survives a restart.
struct DamagedObjects: Sendable {
    let set: ErasureSet

    private static let rowsPerChange = 256

    /// What an object turned out to be.
    private enum State {
        /// Overwritten or deleted.
        case gone
        case lost(String)
        case whole
        /// Some drive did not answer.
        case unclear
    }

    /// Reads the list after a start.
    func load() async throws(StoreError) {
        set.scrub.damaged = Set(try await rows().map(\.key))
    }

    private func rows() async throws(StoreError) -> [(key: HeadKey, record: DamagedRecord)] {
        try await set.board.view(ofSet: set.index).read { try Self.rows($0) }
    }

    /// The list as an index has it.
    static func rows(_ index: any IndexReader) throws -> [(key: HeadKey, record: DamagedRecord)] {
        let prefix = StateKey.damagedPrefix
        let cursor = try index.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
        var rows: [(key: HeadKey, record: DamagedRecord)] = []
        while let row = try cursor.next() {
            guard case .damaged(let key) = try StateKey(parsing: row.key) else { continue }
            rows.append((key, try DamagedRecord(decoding: row.value)))
        }
        return rows
    }

    func list(_ damaged: [(key: HeadKey, id: DataID, reason: String)]) async throws(StoreError) {
        for (key, _, reason) in damaged where !set.scrub.isListed(key) {
            set.logger.error(
                "object is damaged beyond repair",
                metadata: [
                    "set": "\(set.name)", "bucket": "\(key.bucket)", "key": "\(IndexComparison.text(key.key))",
                    "reason": "\(reason)",
                ])
        }
        guard set.scrub.damaged.count + damaged.count <= ScrubControl.maximumDamaged else { return }
        set.scrub.list(try await set.committer.commit(ListDamaged(damaged: damaged)))
    }

    func unlist(_ keys: [HeadKey]) async throws(StoreError) {
        for start in stride(from: 0, to: keys.count, by: Self.rowsPerChange) {
            let some = Array(keys[start..<min(start + Self.rowsPerChange, keys.count)])
            _ = try await set.committer.commit(ListDamaged(sound: some))
            set.scrub.unlist(some)
        }
    }

    /// What readers could not read is looked at as a whole, and listed if it is lost.
    func lookAtSuspects() async throws(StoreError) {
        for suspect in set.scrub.takeSuspects() {
            if case .lost(let reason) = try await look(at: suspect.key, suspect.content) {
                try await list([(suspect.key, suspect.content, reason)])
            }
        }
    }

    /// Takes from the list what was overwritten or deleted.
    func dropGone() async throws(StoreError) {
        let view = try set.board.view(ofSet: set.index)
        var gone: [HeadKey] = []
        for (key, record) in try await rows() {
            let head = try await view.value(.heads, key.bytes).flatMap { try? HeadRecord(decoding: $0) }
            if head?.content != record.id || record.id == nil { gone.append(key) }
        }
        try await unlist(gone)
    }

    /// Takes from the list what is whole again: a drive may have come back.
    func dropWhole() async throws(StoreError) {
        for (key, record) in try await rows() {
            guard let id = record.id else { continue }
            switch try await look(at: key, id) {
            case .whole, .gone: try await unlist([key])
            case .lost, .unclear: break
            }
        }
    }

    private func look(at key: HeadKey, _ content: DataID) async throws(StoreError) -> State {
        let view = try set.board.view(ofSet: set.index)
        guard let head = try await view.value(.heads, key.bytes).flatMap({ try? HeadRecord(decoding: $0) }),
            head.content == content
        else { return .gone }
        var payloads = [head.payload].compactMap { $0 }
        if let manifest = head.manifest {
            guard let bytes = try await view.value(.manifests, manifest.bytes),
                let list = try? ManifestRecord(decoding: bytes)
            else { return .lost("its part list is not there or damaged") }
            payloads = list.parts.compactMap(\.payload)
        }
        let verification = PayloadVerification(set: set, pacer: ScrubPacer(set: set))
        var isUnclear = false
        for payload in payloads {
            let census =
                payload.isStriped
                ? try await verification.striped(payload) : try await verification.small([payload]).first
            guard let census else { return .gone }
            census.report(to: set)
            if let loss = census.loss { return .lost(loss) }
            if !census.isReadable { isUnclear = true }
        }
        return isUnclear ? .unclear : .whole
    }
}
