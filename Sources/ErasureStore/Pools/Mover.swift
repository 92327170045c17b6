import MetadataIndex
import NIOCore
import StorageAPI

/// Moves objects and uploads out of a pool: their bytes while nobody is kept waiting, then a shadow, then the source.
struct Mover: Sendable {
    let store: ErasureStore
    /// The set that is emptied.
    let source: ErasureSet

    /// Bytes of small parts that are held at once; further ones become files at once.
    private static let smallByteCount: UInt64 = 8 << 20

    // MARK: Objects

    /// Answers the size of the object that was moved, or nil where there was nothing to move.
    func move(_ key: HeadKey) async throws(StoreError) -> UInt64? {
        let (bucket, name) = (BucketID(key.bucket), ObjectKey(trusted: key.key))
        let view = try store.board.view(ofSet: source.index)
        guard let head = try await store.record(HeadRecord.self, view, .heads, key.bytes), !head.isShadow else {
            return nil
        }
        let object = ErasureObject(key: name, head: head, bucket: bucket, set: source, budget: store.budget)
        withExtendedLifetime(view) {}
        let target = try store.chooseSet(bucket, name, length: head.size)
        var (payload, parts): (NewPayload?, MovedParts) = (nil, MovedParts())
        var isPlaced = false
        do throws(StoreError) {
            if let old = head.payload {
                payload = try await copy(old, of: object, to: target, limits: store.limits)
            } else if head.manifest != nil {
                try await copy(try await object.contents().parts, of: object, to: target, &parts)
            }
            let place = PlaceMovedObject(
                buckets: store.buckets, key: key, head: head, payload: payload,
                manifest: head.manifest.map { _ in store.newID(in: target) }, parts: parts)
            return try await store.deciding(bucket, name) { (live) throws(StoreError) -> UInt64? in
                guard let live, live.set === source, live.head == head else {
                    throw StoreError(.sourceChanged, "the object has changed")
                }
                try await target.committer.commit(place)
                isPlaced = true
                try await store.leave(live, key, for: target)
                return head.size
            }
        } catch {
            // A move that may have begun is ended or undone by whoever decides about the key next.
            if !isPlaced, error.code != .outcomeUnknown {
                for new in parts.payloads + [payload].compactMap({ $0 }) { target.removeFiles(of: new) }
            }
            if error.code == .sourceChanged || error.code == .bucketClosing { return nil }
            throw error
        }
    }

    private func copy(
        _ parts: [PartRecord], of object: ErasureObject, to target: ErasureSet, _ moved: inout MovedParts
    ) async throws(StoreError) {
        var held: UInt64 = 0
        for part in parts {
            var limits = store.limits
            if held > Self.smallByteCount {
                limits.tinyByteCount = 0
                limits.inlineShardByteCount = 0
            }
            var new: NewPayload?
            if let payload = part.payload {
                new = try await copy(payload, of: object, to: target, limits: limits)
                held += UInt64(new?.weight ?? 0)
            }
            moved.parts.append((part, new))
        }
    }

    private func copy(
        _ payload: Payload, of object: ErasureObject, to target: ErasureSet, limits: PayloadLimits
    ) async throws(StoreError) -> NewPayload? {
        let writer = PayloadWriter(
            set: target, newID: { [store] in store.newID(in: target) }, limits: limits, budget: store.budget)
        return try await writer.receive(MovedBody(stream: object.moved(payload)), length: payload.size).payload
    }

    // MARK: Uploads

    /// Answers whether the upload is gone from here.
    func move(_ place: UploadPlace) async throws(StoreError) -> Bool {
        let view = try store.board.view(ofSet: source.index)
        guard let upload = try await store.record(UploadRecord.self, view, .uploads, place.row), !upload.isShadow,
            !store.uploads.isPinned(place.id)
        else { return false }
        let records = try await store.parts(of: place, view, after: 0, limit: partNumbers.count)
        let pins = source.pins
        let ids = records.compactMap { $0.payload?.id }
        for id in ids { pins.pin(id) }
        defer { for id in ids { pins.unpin(id) } }
        withExtendedLifetime(view) {}
        let size = records.reduce(0) { $0 + $1.size }
        let target = try store.chooseSet(place.bucket, place.key, length: size)
        var moved = MovedParts()
        var isPlaced = false
        do throws(StoreError) {
            var head = HeadRecord()
            head.size = size
            let object = ErasureObject(
                key: place.key, head: head, bucket: place.bucket, set: source, budget: store.budget)
            try await copy(records, of: object, to: target, &moved)
            let mutation = PlaceMovedUpload(buckets: store.buckets, place: place, upload: upload, parts: moved)
            return try await store.locked(place.lock) { () throws(StoreError) -> Bool in
                guard !store.uploads.isPinned(place.id) else {
                    throw StoreError(.sourceChanged, "a part is being received")
                }
                try await target.committer.commit(mutation)
                isPlaced = true
                try await leave(place, upload, records, for: target)
                return true
            }
        } catch {
            if !isPlaced, error.code != .outcomeUnknown {
                for new in moved.payloads { target.removeFiles(of: new) }
            }
            if [.sourceChanged, .conflict, .noSuchUpload, .bucketClosing].contains(error.code) { return false }
            throw error
        }
    }

    private func leave(
        _ place: UploadPlace, _ upload: UploadRecord, _ parts: [PartRecord], for target: ErasureSet
    ) async throws(StoreError) {
        do throws(StoreError) {
            try await source.committer.commit(
                AbortUpload(place: place, generation: upload.generation, parts: parts.map { Int($0.number) }))
        } catch {
            if error.code != .outcomeUnknown { try? await store.dropShadow(of: place, in: target) }
            throw error
        }
        try? await target.committer.commit(PromoteUpload(place: place))
    }
}

extension ErasureStore {
    func dropShadow(of place: UploadPlace, in set: ErasureSet) async throws(StoreError) {
        try await abort(place, in: set)
        try await set.committer.commit(PromoteUpload(place: place))
    }

    /// Ends the move of an upload that was cut short.
    func settleUpload(_ place: UploadPlace) async throws(StoreError) {
        try await locked(place.lock) { () throws(StoreError) in
            let sets = joinedPools.map { $0.set(of: place.bucket, place.key) }
            guard sets.allSatisfy(\.isServing) else { throw StoreError(.unavailable, "an erasure set can not write") }
            var (shadows, isElsewhere): ([ErasureSet], Bool) = ([], false)
            for (set, view) in zip(sets, try board.all(ofSets: sets.map(\.index))) {
                let upload = try await record(UploadRecord.self, view, .uploads, place.row)
                if let upload, !upload.isShadow { isElsewhere = true }
                if upload?.isShadow == true { shadows.append(set) }
                // Completed or aborted since: only the mark is left.
                guard upload == nil, try await view.value(.state, place.shadowRow) != nil else { continue }
                try await set.committer.commit(PromoteUpload(place: place))
            }
            for set in shadows {
                if isElsewhere {
                    try await dropShadow(of: place, in: set)
                } else {
                    try await set.committer.commit(PromoteUpload(place: place))
                }
            }
        }
    }
}

/// Bytes that stay what they are called.
private final class MovedBody: UploadBody {
    private let stream: ObjectStream

    init(stream: ObjectStream) { self.stream = stream }

    func next() async throws -> ByteBuffer? { try await stream.next() }
    func seal() async throws -> ContentSeal { ContentSeal(etag: ETag("")) }
}
