/// The waist of the hourglass: everything above speaks S3, everything below speaks drives or a cluster.
///
/// A write that was answered is durable; a read or listing that starts after it sees it. Preconditions are decided at
/// the commit. Bodies are pulled, and no lock is held while they are. Cancelling the calling task before the commit
/// leaves nothing visible behind.
package protocol ObjectStore: Sendable {
    // MARK: Buckets

    /// - Throws: `bucketExists` (also when the caller made it: there is one owner), `tooManyBuckets`.
    func createBucket(_ name: BucketName, region: String) async throws(StoreError) -> BucketInfo
    func bucket(_ name: BucketName) async throws(StoreError) -> BucketInfo
    /// - Throws: `bucketNotEmpty` when there is an object. Uploads that were never completed go with the bucket.
    func deleteBucket(_ name: BucketName) async throws(StoreError)
    func listBuckets(prefix: String, after: String, limit: Int) async throws(StoreError) -> BucketPage
    func usage(of name: BucketName) async throws(StoreError) -> BucketUsage

    // MARK: Objects

    /// Looks an object up and pins its bytes until the answered object is released.
    func object(_ bucket: BucketName, _ key: ObjectKey) async throws(StoreError) -> any StoredObject
    func put(_ request: PutRequest, body: any UploadBody) async throws(StoreError) -> ObjectInfo
    /// Copies without passing bytes through the caller where the engine can.
    ///
    /// - Throws: `sourceChanged` when the source was overwritten or deleted meanwhile: look it up and try again.
    func copy(_ source: any StoredObject, to request: CopyRequest) async throws(StoreError) -> ObjectInfo
    /// Answers whether there was an object. Deleting what is not there succeeds.
    @discardableResult
    func delete(_ bucket: BucketName, _ key: ObjectKey, precondition: Precondition) async throws(StoreError) -> Bool
    func list(_ bucket: BucketName, _ query: ListQuery) async throws(StoreError) -> ObjectPage

    // MARK: Multipart uploads

    func createUpload(
        _ bucket: BucketName, _ key: ObjectKey, metadata: ObjectMetadata, checksum: UploadChecksum?
    ) async throws(StoreError) -> UploadInfo
    func upload(_ bucket: BucketName, _ key: ObjectKey, _ id: UploadID) async throws(StoreError) -> UploadInfo
    func putPart(_ request: PartRequest, body: any UploadBody) async throws(StoreError) -> PartInfo
    func listParts(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID, after: PartNumber, limit: Int
    ) async throws(StoreError) -> PartPage
    /// By key, then by upload id; `afterUpload` counts only for uploads of the key `query.after`.
    func listUploads(
        _ bucket: BucketName, _ query: ListQuery, afterUpload: UploadID?
    ) async throws(StoreError) -> UploadPage
    /// Joins parts into an object without copying them. A repeated call with the same parts gets the same answer.
    ///
    /// `assemble` is called, possibly more than once, with the named parts that are there, ascending; it checks them
    /// and names the whole. What it throws comes back as `bodyFailed` with that cause, and nothing was changed.
    func completeUpload(
        _ request: CompleteRequest, assemble: @Sendable (UploadInfo, [PartInfo]) throws -> ContentSeal
    ) async throws(StoreError) -> ObjectInfo
    func abortUpload(_ bucket: BucketName, _ key: ObjectKey, _ id: UploadID) async throws(StoreError)
}

/// An object that was looked up: its facts, and its bytes, which stay readable even if it is overwritten or deleted.
package protocol StoredObject: AnyObject, Sendable {
    var info: ObjectInfo { get }
    /// The bytes of part `number` within the object and its own facts; nil when there is no such part.
    func part(_ number: PartNumber) async throws(StoreError) -> StoredPart?
    /// Parts after `after`, for GetObjectAttributes; empty for an object that was not uploaded in parts.
    func parts(after: PartNumber, limit: Int) async throws(StoreError) -> [StoredPart]
    /// `range` lies within the object. Every byte is checked before it is answered.
    func read(_ range: Range<UInt64>) -> any ByteStream
}

package struct StoredPart: Hashable, Sendable {
    package var info: PartInfo
    /// Where the part lies in the object.
    package var range: Range<UInt64>

    package init(info: PartInfo, range: Range<UInt64>) {
        self.info = info
        self.range = range
    }
}

package struct PutRequest: Sendable {
    package var bucket: BucketName
    package var key: ObjectKey
    package var metadata: ObjectMetadata
    package var precondition: Precondition
    /// Bytes of the decoded body where the client promised a number; nil: up to its end.
    package var length: UInt64?

    package init(
        bucket: BucketName, key: ObjectKey, metadata: ObjectMetadata = ObjectMetadata(),
        precondition: Precondition = .none, length: UInt64?
    ) {
        self.bucket = bucket
        self.key = key
        self.metadata = metadata
        self.precondition = precondition
        self.length = length
    }
}

package struct CopyRequest: Sendable {
    package var bucket: BucketName
    package var key: ObjectKey
    /// Nil: the source's.
    package var metadata: ObjectMetadata?
    package var precondition: Precondition

    package init(bucket: BucketName, key: ObjectKey, metadata: ObjectMetadata?, precondition: Precondition = .none) {
        self.bucket = bucket
        self.key = key
        self.metadata = metadata
        self.precondition = precondition
    }
}

package struct PartRequest: Sendable {
    package var bucket: BucketName
    package var key: ObjectKey
    package var upload: UploadID
    package var number: PartNumber
    package var length: UInt64?

    package init(bucket: BucketName, key: ObjectKey, upload: UploadID, number: PartNumber, length: UInt64?) {
        self.bucket = bucket
        self.key = key
        self.upload = upload
        self.number = number
        self.length = length
    }
}

package struct CompleteRequest: Sendable {
    package var bucket: BucketName
    package var key: ObjectKey
    package var upload: UploadID
    /// Ascending, without repetition.
    package var parts: [PartNumber]
    package var precondition: Precondition

    package init(
        bucket: BucketName, key: ObjectKey, upload: UploadID, parts: [PartNumber], precondition: Precondition = .none
    ) {
        self.bucket = bucket
        self.key = key
        self.upload = upload
        self.parts = parts
        self.precondition = precondition
    }
}
