import NIOCore
package import StorageAPI
import StorageTestSupport
import Testing

/// What is promised at the waist, as behaviours that every engine must show. An engine's test target has:
///
///     @Test(arguments: ObjectStoreContract.all)
///     func theEngineHonoursTheContract(_ behaviour: ContractBehaviour) async throws {
///         try await behaviour.check(on: makeEmptyStore())
///     }
package enum ObjectStoreContract {
    package static let all: [ContractBehaviour] =
        buckets + objects + contents + conditions + listings + multipart + multipartListings + copies + races
        + documents
}

/// One behaviour, reported as a test of its own.
package struct ContractBehaviour: Sendable, CustomTestStringConvertible {
    package typealias Store = any ObjectStore & KeyValueStore

    /// A sentence about the store.
    package let sentence: String
    private let body: @Sendable (Store) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (Store) async throws -> Void) {
        self.sentence = sentence
        self.body = body
    }

    package var testDescription: String { sentence }

    /// - Parameter store: empty.
    package func check(on store: Store) async throws {
        try await body(store)
    }
}

// MARK: How behaviours say things

extension BucketName {
    /// The bucket of behaviours that need only one.
    static let bucket = named("bucket")

    static func named(_ text: String) -> BucketName {
        do { return try BucketName(text) } catch { preconditionFailure("\(text): \(error.rule)") }
    }
}

extension ObjectKey {
    static func named(_ text: String) -> ObjectKey {
        do { return try ObjectKey(text) } catch { preconditionFailure("\(text): \(error.rule)") }
    }
}

extension ObjectStore {
    func makeBucket(_ name: BucketName = .bucket) async throws {
        _ = try await createBucket(name, region: "")
    }

    @discardableResult
    func put(
        _ key: String, _ text: String, to bucket: BucketName = .bucket, metadata: ObjectMetadata = ObjectMetadata(),
        if precondition: Precondition = .none
    ) async throws -> ObjectInfo {
        let request = PutRequest(
            bucket: bucket, key: .named(key), metadata: metadata, precondition: precondition,
            length: UInt64(text.utf8.count))
        return try await put(request, body: BytesBody(text))
    }

    @discardableResult
    func put(_ key: String, _ content: SeededContent, to bucket: BucketName = .bucket) async throws -> ObjectInfo {
        try await put(
            PutRequest(bucket: bucket, key: .named(key), length: content.size), body: BytesBody(content))
    }

    @discardableResult
    func putPart(
        _ number: PartNumber, _ content: SeededContent, of upload: UploadInfo, in bucket: BucketName = .bucket
    ) async throws -> PartInfo {
        let request = PartRequest(
            bucket: bucket, key: upload.key, upload: upload.id, number: number, length: content.size)
        return try await putPart(request, body: BytesBody(content))
    }

    func startUpload(of key: String, in bucket: BucketName = .bucket) async throws -> UploadInfo {
        try await createUpload(bucket, .named(key), metadata: ObjectMetadata(), checksum: nil)
    }

    @discardableResult
    func complete(
        _ upload: UploadInfo, _ parts: [PartNumber], in bucket: BucketName = .bucket,
        if precondition: Precondition = .none
    ) async throws -> ObjectInfo {
        try await completeUpload(
            CompleteRequest(
                bucket: bucket, key: upload.key, upload: upload.id, parts: parts, precondition: precondition),
            assemble: joinTags)
    }

    func object(_ key: String, in bucket: BucketName = .bucket) async throws -> any StoredObject {
        try await object(bucket, .named(key))
    }

    func bytes(of key: String, in bucket: BucketName = .bucket) async throws -> ByteBuffer {
        let object = try await object(key, in: bucket)
        return try await object.read(0..<object.info.size).collect()
    }

    func text(of key: String, in bucket: BucketName = .bucket) async throws -> String {
        String(buffer: try await bytes(of: key, in: bucket))
    }

    func keys(in bucket: BucketName = .bucket) async throws -> [String] {
        try await list(bucket, ListQuery(limit: 1000)).entries.map(\.name)
    }
}

extension ListEntry<ObjectInfo> {
    var name: String {
        switch self {
        case .item(let info): info.key.description
        case .commonPrefix(let prefix): String(decoding: prefix, as: UTF8.self)
        }
    }
}

/// A whole's tag from its parts' tags, as distinct as MD5 of MD5s.
@Sendable
func joinTags(_ upload: UploadInfo, _ parts: [PartInfo]) -> ContentSeal {
    let joined = ContentTag.of(ByteBuffer(string: parts.map(\.seal.etag.text).joined()))
    return ContentSeal(etag: ETag("\(joined.text)-\(parts.count)"))
}

/// Records an issue unless `operation` throws a ``StoreError`` with this code.
@discardableResult
func expectRefusal<Result>(
    _ code: StoreError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    of operation: () async throws -> Result
) async -> StoreError? {
    do {
        _ = try await operation()
        Issue.record("succeeded instead of \(code)", sourceLocation: sourceLocation)
    } catch let error as StoreError {
        #expect(error.code == code, sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("threw \(error) instead of \(code)", sourceLocation: sourceLocation)
    }
    return nil
}
