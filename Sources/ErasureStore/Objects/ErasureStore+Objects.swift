import MetadataIndex
import NIOCore
package import StorageAPI

extension ErasureStore {
    package func object(_ bucket: BucketName, _ key: ObjectKey) async throws(StoreError) -> any StoredObject {
        let info = try buckets.info(bucket)
        guard let place = try await places(info.id, key).visible() else {
            throw StoreError(.noSuchKey, "there is no such object")
        }
        let object = ErasureObject(key: key, head: place.head, bucket: info.id, set: place.set, budget: budget)
        // The view outlives the pin's beginning: the reaper waits for one or the other.
        withExtendedLifetime(place.view) {}
        return object
    }

    package func put(_ request: PutRequest, body: any UploadBody) async throws(StoreError) -> ObjectInfo {
        let bucket = try buckets.info(request.bucket)
        let set = try await target(bucket, request.key, request.precondition, length: request.length ?? 0)
        let received = try await writer(set).receive(body, length: request.length)
        let head = HeadRecord(metadata: request.metadata, seal: received.seal, size: received.size)
        return try await commitHead(received.payload, of: bucket.id, request.key, in: set) { payload, placing in
            PutObject(
                buckets: buckets, bucket: bucket.id, key: request.key, head: head, payload: payload,
                precondition: request.precondition, placing: placing)
        }.info(key: request.key)
    }

    package func copy(
        _ source: any StoredObject, to request: CopyRequest
    ) async throws(StoreError) -> ObjectInfo {
        let bucket = try buckets.info(request.bucket)
        let metadata = request.metadata ?? source.info.metadata
        guard let original = source as? ErasureObject,
            try await mayShareBytes(bucket, request, of: original.set)
        else {
            let put = PutRequest(
                bucket: request.bucket, key: request.key, metadata: metadata, precondition: request.precondition,
                length: source.info.size)
            return try await copyBytes(source, to: put)
        }
        var head = HeadRecord(metadata: metadata, seal: source.info.seal, size: source.info.size)
        head.payload = original.head.payload
        head.manifest = original.head.manifest
        head.partCount = original.head.partCount
        return try await commitHead(nil, of: bucket.id, request.key, in: original.set) { _, placing in
            CopyObject(
                buckets: buckets, bucket: bucket.id, key: request.key, head: head, precondition: request.precondition,
                placing: placing)
        }.info(key: request.key)
    }

    /// Whether the copy can be one more record of the set that has the source: if its key belongs there.
    private func mayShareBytes(
        _ bucket: BucketInfo, _ request: CopyRequest, of set: ErasureSet
    ) async throws(StoreError) -> Bool {
        guard let pool = joinedPools.first(where: { $0.set(of: bucket.id, request.key) === set }) else { return false }
        let current = try await places(bucket.id, request.key).visible()
        if let refusal = request.precondition.refusal(current: current?.head.current) { throw StoreError(refusal) }
        // From a pool that is being emptied it goes with its bytes. Elsewhere no byte is better than the best pool.
        return pool.takesKeys && (current.map { $0.set === set || !$0.pool.takesKeys } ?? true)
    }

    /// A copy to another set: the bytes pass through, the names of the content stay.
    private func copyBytes(_ source: any StoredObject, to request: PutRequest) async throws(StoreError) -> ObjectInfo {
        let body = CopiedBody(stream: source.read(0..<source.info.size), seal: source.info.seal)
        return try await put(request, body: body)
    }

    @discardableResult
    package func delete(
        _ bucket: BucketName, _ key: ObjectKey, precondition: Precondition
    ) async throws(StoreError) -> Bool {
        let info = try buckets.info(bucket)
        // Brings the row into memory for the evaluation.
        let here = try await places(info.id, key)
        withExtendedLifetime(here) {}
        let mutation = DeleteObject(bucket: info.id, key: key, precondition: precondition)
        guard pools.count > 1 else { return try await pools[0].set(of: info.id, key).committer.commit(mutation) }
        return try await deciding(info.id, key) { (live) throws(StoreError) in
            if let live { return try await live.set.committer.commit(mutation) }
            if let refusal = precondition.refusal(current: nil) { throw StoreError(refusal) }
            return false
        }
    }

    // MARK: Steps of a write

    func writer(_ set: ErasureSet) -> PayloadWriter {
        PayloadWriter(set: set, newID: { [self] in newID(in: set) }, limits: limits, budget: budget)
    }

    /// Commits what names a new payload. When it is certainly refused, the payload's files go.
    func commit<M: Mutation>(
        _ payload: NewPayload?, in set: ErasureSet, _ make: (NewPayload?) -> M
    ) async throws(StoreError) -> M.Outcome {
        do throws(StoreError) {
            return try await set.committer.commit(make(payload))
        } catch {
            if let payload, error.code != .outcomeUnknown { set.removeFiles(of: payload) }
            throw error
        }
    }
}

/// The bytes of a stored object as an upload, under the names they have.
private final class CopiedBody: UploadBody {
    private let stream: any ByteStream
    private let content: ContentSeal

    init(stream: any ByteStream, seal: ContentSeal) {
        self.stream = stream
        content = seal
    }

    func next() async throws -> ByteBuffer? { try await stream.next() }
    func seal() async throws -> ContentSeal { content }
}
