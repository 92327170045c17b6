import AccessControl
import S3Protocol
import StorageAPI

/// What must be allowed on what, before anything is done.
struct AccessRequirement: Hashable, Sendable {
    var action: Action
    /// Nil for the service.
    var bucket: BucketName?
    /// Nil for a bucket.
    var key: ObjectKey?

    init(_ action: Action, _ bucket: BucketName? = nil, _ key: ObjectKey? = nil) {
        self.action = action
        self.bucket = bucket
        self.key = key
    }

    init(_ action: Action, _ address: ObjectAddress) {
        self.init(action, address.bucket, address.key)
    }
}

/// Which action was not allowed, and why: for the log, never for the client.
struct AccessRefusal: Error, CustomStringConvertible {
    let action: Action
    let decision: AccessDecision

    var description: String { "\(action.name): \(decision)" }
}

extension S3Operation {
    /// All that AWS asks for ("Required permissions for Amazon S3 API operations"). An operation that is not in this
    /// list does not compile.
    ///
    /// DeleteObjects needs nothing by itself: each of its keys does, see ``deletion(of:in:namesVersion:)``.
    ///
    /// - Parameter namesVersion: whether the request says `versionId`, even if it is the current version's.
    /// - Throws: `AccessDenied` for a setting that has no action: a fault of ours, in which nothing is allowed.
    func requirements(namesVersion: Bool) throws(S3Error) -> [AccessRequirement] {
        switch self {
        case .listBuckets: [AccessRequirement(.listAllMyBuckets)]
        case .createBucket(let input): [AccessRequirement(.createBucket, input.bucket)]
        case .headBucket(let bucket): [AccessRequirement(.listBucket, bucket)]
        case .deleteBucket(let bucket): [AccessRequirement(.deleteBucket, bucket)]
        case .getBucketLocation(let bucket): [AccessRequirement(.getBucketLocation, bucket)]
        case .listObjects(let input): [AccessRequirement(.listBucket, input.bucket)]
        case .listObjectsV2(let input): [AccessRequirement(.listBucket, input.bucket)]
        case .listObjectVersions(let input): [AccessRequirement(.listBucketVersions, input.bucket)]
        case .listMultipartUploads(let input): [AccessRequirement(.listBucketMultipartUploads, input.bucket)]
        case .deleteObjects: []
        case .getBucketPolicy(let bucket): [AccessRequirement(.getBucketPolicy, bucket)]
        case .putBucketPolicy(let input): [AccessRequirement(.putBucketPolicy, input.bucket)]
        case .deleteBucketPolicy(let bucket): [AccessRequirement(.deleteBucketPolicy, bucket)]
        case .getBucketPolicyStatus(let bucket): [AccessRequirement(.getBucketPolicyStatus, bucket)]
        case .getPublicAccessBlock(let bucket): [AccessRequirement(.getBucketPublicAccessBlock, bucket)]
        case .putPublicAccessBlock(let input): [AccessRequirement(.putBucketPublicAccessBlock, input.bucket)]
        case .deletePublicAccessBlock(let bucket): [AccessRequirement(.putBucketPublicAccessBlock, bucket)]
        case .getBucketOwnershipControls(let bucket): [AccessRequirement(.getBucketOwnershipControls, bucket)]
        case .putBucketOwnershipControls(let input): [AccessRequirement(.putBucketOwnershipControls, input.bucket)]
        case .deleteBucketOwnershipControls(let bucket): [AccessRequirement(.putBucketOwnershipControls, bucket)]
        case .getBucketSubresource(let bucket, let subresource):
            [AccessRequirement(try Self.action(subresource), bucket)]
        case .getObject(let input), .headObject(let input):
            [AccessRequirement(namesVersion ? .getObjectVersion : .getObject, input.address)]
        case .putObject(let input): [AccessRequirement(.putObject, input.address)]
        case .copyObject(let input): Self.copy(input.source, to: input.address)
        case .deleteObject(let input):
            [Self.deletion(of: input.address.key, in: input.address.bucket, namesVersion: namesVersion)]
        case .getObjectAttributes(let input):
            [
                AccessRequirement(namesVersion ? .getObjectVersion : .getObject, input.address),
                AccessRequirement(namesVersion ? .getObjectVersionAttributes : .getObjectAttributes, input.address),
            ]
        case .getObjectSubresource(let address, let subresource):
            [AccessRequirement(try Self.action(subresource), address)]
        case .putACL(let input):
            [AccessRequirement(input.key == nil ? .putBucketAcl : .putObjectAcl, input.bucket, input.key)]
        case .createMultipartUpload(let input): [AccessRequirement(.putObject, input.address)]
        case .uploadPart(let input): [AccessRequirement(.putObject, input.address)]
        case .uploadPartCopy(let input): Self.copy(input.source, to: input.address)
        case .completeMultipartUpload(let input): [AccessRequirement(.putObject, input.address)]
        case .abortMultipartUpload(let input): [AccessRequirement(.abortMultipartUpload, input.address)]
        case .listParts(let input): [AccessRequirement(.listMultipartUploadParts, input.address)]
        }
    }

    static func deletion(of key: ObjectKey, in bucket: BucketName, namesVersion: Bool) -> AccessRequirement {
        AccessRequirement(namesVersion ? .deleteObjectVersion : .deleteObject, bucket, key)
    }

    private static func copy(_ source: CopySource, to address: ObjectAddress) -> [AccessRequirement] {
        [
            AccessRequirement(.putObject, address),
            AccessRequirement(source.namesVersion ? .getObjectVersion : .getObject, source.address),
        ]
    }

    private static func action(_ subresource: SubresourceDefault) throws(S3Error) -> Action {
        guard let action = Action(name: subresource.action) else { throw S3Error(.accessDenied) }
        return action
    }
}
