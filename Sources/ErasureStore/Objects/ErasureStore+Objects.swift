import MetadataIndex
import NIOCore
package import StorageAPI

extension ErasureStore {
    package func object(_ bucket: BucketName, _ key: ObjectKey) async throws(StoreError) -> any StoredObject {
        let info = try buckets.info(bucket)
        let set = set(of: info.id, key)
        let view = try view(of: set)
        let row = HeadKey(bucket: info.id.value, key: key.bytes).bytes
        guard let head = try await record(HeadRecord.self, view, .heads, row) else {
            throw StoreError(.noSuchKey, "there is no such object")
        }
        let object = ErasureObject(key: key, head: head, bucket: info.id, set: set, code: code, budget: budget)
        // The view outlives the pin's beginning: the reaper waits for one or the other.
        withExtendedLifetime(view) {}
        return object
    }

    package func put(_ request: PutRequest, body: any UploadBody) async throws(StoreError) -> ObjectInfo {
        let bucket = try buckets.info(request.bucket)
        let set = set(of: bucket.id, request.key)
        try await refuseEarly(bucket, request.key, request.precondition, in: set)
        try set.space.admit(request.length ?? 0)
        let received = try await writer(set).receive(body, length: request.length)
        let head = HeadRecord(metadata: request.metadata, seal: received.seal, size: received.size)
        return try await commit(received.payload, in: set) { payload in
            PutObject(
                buckets: buckets, bucket: bucket.id, key: request.key, head: head, payload: payload,
                precondition: request.precondition)
        }.info(key: request.key)
    }

    package func copy(
        _ source: any StoredObject, to request: CopyRequest
    ) async throws(StoreError) -> ObjectInfo {
        let bucket = try buckets.info(request.bucket)
        let set = set(of: bucket.id, request.key)
        let metadata = request.metadata ?? source.info.metadata
        guard let original = source as? ErasureObject, original.set === set else {
            let put = PutRequest(
                bucket: request.bucket, key: request.key, metadata: metadata, precondition: request.precondition,
                length: source.info.size)
            return try await copyBytes(source, to: put)
        }
        try await refuseEarly(bucket, request.key, request.precondition, in: set)
        var head = HeadRecord(metadata: metadata, seal: source.info.seal, size: source.info.size)
        head.payload = original.head.payload
        head.manifest = original.head.manifest
        head.partCount = original.head.partCount
        return try await set.committer.commit(
            CopyObject(
                buckets: buckets, bucket: bucket.id, key: request.key, head: head, precondition: request.precondition)
        ).info(key: request.key)
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
        let set = set(of: info.id, key)
        try await refuseEarly(info, key, .none, in: set)
        return try await set.committer.commit(
            DeleteObject(bucket: info.id, key: key, precondition: precondition))
    }

    // MARK: Steps of a write

    func writer(_ set: ErasureSet) -> PayloadWriter {
        PayloadWriter(set: set, code: code, newID: { [self] in newID(in: set) }, limits: limits, budget: budget)
    }

    /// Looks at the current object before a body is read: refuses what can not succeed, and brings the row into memory
    /// for the evaluation.
    func refuseEarly(
        _ bucket: BucketInfo, _ key: ObjectKey, _ precondition: Precondition, in set: ErasureSet
    ) async throws(StoreError) {
        let row = HeadKey(bucket: bucket.id.value, key: key.bytes).bytes
        let head = try await record(HeadRecord.self, try view(of: set), .heads, row)
        if let refusal = precondition.refusal(current: head?.current) { throw StoreError(refusal) }
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
