package import StorageAPI
import Synchronization

/// The reference engine: everything in one process's memory under one lock, as simple as the contract allows.
///
/// Every commit happens inside `state.withLock`, so that whatever is decided there is decided atomically.
package final class InMemoryObjectStore: ObjectStore, KeyValueStore {
    struct Upload {
        var info: UploadInfo
        var parts: [PartNumber: InMemoryPart] = [:]
    }

    struct CompletedUpload {
        var bucket: BucketID
        var upload: UploadInfo
        var parts: [PartInfo]
        var info: ObjectInfo
    }

    struct Bucket {
        var info: BucketInfo
        var objects = ByteOrderedMap<InMemoryObject>()
        var uploads: [UploadID: Upload] = [:]
    }

    struct State {
        var buckets: [BucketName: Bucket] = [:]
        var completed: [UploadID: CompletedUpload] = [:]
        var documents: [String: Document] = [:]
        var lastBucketID: UInt64 = 0
        var lastRevision: UInt64 = 0
        var lastUpload: UInt64 = 0
    }

    package static let maximumBucketCount = 10_000

    let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// - Parameter clock: what modification times are taken from.
    package init(clock: ManualClock = ManualClock()) {
        now = { clock.now }
    }

    /// Runs `body` as one atomic step.
    func atomically<Result>(
        _ body: (inout sending State) throws(StoreError) -> sending Result
    ) throws(StoreError) -> sending Result {
        try state.withLock { state throws(StoreError) in try body(&state) }
    }

    // MARK: Buckets

    package func createBucket(_ name: BucketName, region: String) async throws(StoreError) -> BucketInfo {
        let created = now()
        return try atomically { state throws(StoreError) in
            guard state.buckets[name] == nil else { throw StoreError(.bucketExists) }
            guard state.buckets.count < Self.maximumBucketCount else { throw StoreError(.tooManyBuckets) }
            state.lastBucketID += 1
            let info = BucketInfo(name: name, id: BucketID(state.lastBucketID), created: created, region: region)
            state.buckets[name] = Bucket(info: info)
            return info
        }
    }

    package func bucket(_ name: BucketName) async throws(StoreError) -> BucketInfo {
        try atomically { state throws(StoreError) in try state.bucket(name).info }
    }

    package func deleteBucket(_ name: BucketName) async throws(StoreError) {
        try atomically { state throws(StoreError) in
            guard try state.bucket(name).objects.isEmpty else { throw StoreError(.bucketNotEmpty) }
            state.buckets[name] = nil
        }
    }

    package func listBuckets(prefix: String, after: String, limit: Int) async throws(StoreError) -> BucketPage {
        try atomically { state throws(StoreError) in
            let following = state.buckets.values.map(\.info).sorted { $0.name < $1.name }
                .filter { $0.name.text.hasPrefix(prefix) && $0.name.text > after }
            return BucketPage(buckets: Array(following.prefix(limit)), isTruncated: following.count > limit)
        }
    }

    package func usage(of name: BucketName) async throws(StoreError) -> BucketUsage {
        try atomically { state throws(StoreError) in
            let objects = try state.bucket(name).objects.unorderedValues
            return BucketUsage(objects: UInt64(objects.count), bytes: objects.reduce(0) { $0 + $1.info.size })
        }
    }
}

extension InMemoryObjectStore.State {
    func bucket(_ name: BucketName) throws(StoreError) -> InMemoryObjectStore.Bucket {
        guard let bucket = buckets[name] else { throw StoreError(.noSuchBucket) }
        return bucket
    }

    func upload(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID
    ) throws(StoreError) -> InMemoryObjectStore.Upload {
        guard let upload = try self.bucket(bucket).uploads[id], upload.info.key == key else {
            throw StoreError(.noSuchUpload)
        }
        return upload
    }
}
