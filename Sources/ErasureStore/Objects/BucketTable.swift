import StorageAPI
import Synchronization

/// Every bucket, in memory: what each evaluation checks, so that no object appears in a deleted bucket.
///
/// The home set's `documents` are what counts; this follows them.
final class BucketTable: Sendable {
    private struct Entry {
        var info: BucketInfo
        /// Being deleted: writes must try again, until it is gone or open again.
        var isClosing = false
    }

    private struct State {
        var byName: [BucketName: Entry] = [:]
        var names: [BucketID: BucketName] = [:]
        /// Ascending; made anew after a change.
        var sorted: [BucketName]?
        var isLoaded = false
    }

    private let state = Mutex(State())

    func info(_ name: BucketName) throws(StoreError) -> BucketInfo {
        let (entry, isLoaded) = state.withLock { ($0.byName[name], $0.isLoaded) }
        guard let entry else {
            // Before the home set was read, nobody knows which buckets there are.
            guard isLoaded else { throw StoreError(.unavailable, "the buckets are not known yet") }
            throw StoreError(.noSuchBucket, "there is no bucket \(name)")
        }
        return entry.info
    }

    var isLoaded: Bool { state.withLock { $0.isLoaded } }

    /// At evaluation: whether objects may appear in the bucket at this moment.
    func check(_ id: BucketID) throws(StoreError) {
        let entry = state.withLock { state in state.names[id].flatMap { state.byName[$0] } }
        guard let entry else { throw StoreError(.noSuchBucket, "the bucket was deleted") }
        guard !entry.isClosing else { throw StoreError(.bucketClosing, "the bucket is being deleted") }
    }

    var count: Int { state.withLock { $0.byName.count } }

    func contains(_ id: BucketID) -> Bool {
        state.withLock { $0.names[id] != nil }
    }

    func name(of id: BucketID) -> BucketName? {
        state.withLock { $0.names[id] }
    }

    func insert(_ info: BucketInfo) {
        state.withLock { state in
            state.byName[info.name] = Entry(info: info)
            state.names[info.id] = info.name
            state.sorted = nil
        }
    }

    /// Answers false when somebody else is closing it.
    func beginClosing(_ info: BucketInfo) -> Bool {
        state.withLock { state in
            guard let entry = state.byName[info.name], entry.info.id == info.id, !entry.isClosing else { return false }
            state.byName[info.name]?.isClosing = true
            return true
        }
    }

    func reopen(_ info: BucketInfo) {
        state.withLock { $0.byName[info.name]?.isClosing = false }
    }

    func remove(_ info: BucketInfo) {
        state.withLock { state in
            state.byName[info.name] = nil
            state.names[info.id] = nil
            state.sorted = nil
        }
    }

    func replaceAll(_ infos: [BucketInfo]) {
        state.withLock { state in
            state = State()
            state.isLoaded = true
            for info in infos {
                state.byName[info.name] = Entry(info: info)
                state.names[info.id] = info.name
            }
        }
    }

    func page(prefix: String, after: String, limit: Int) -> BucketPage {
        state.withLock { state in
            let sorted = state.sorted ?? state.byName.keys.sorted()
            state.sorted = sorted
            var infos: [BucketInfo] = []
            for name in sorted where infos.count <= limit && name.text > after && name.text.hasPrefix(prefix) {
                if let info = state.byName[name]?.info { infos.append(info) }
            }
            return BucketPage(buckets: Array(infos.prefix(limit)), isTruncated: infos.count > limit)
        }
    }
}
