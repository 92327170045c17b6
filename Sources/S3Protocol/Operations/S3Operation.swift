package import StorageAPI

/// What a request asks for, with its inputs parsed. Made by ``S3Operation/init(method:target:headers:)``.
package enum S3Operation: Hashable, Sendable {
    case listBuckets(ListBucketsInput)

    case createBucket(CreateBucketInput)
    case headBucket(BucketName)
    case deleteBucket(BucketName)
    case getBucketLocation(BucketName)
    case listObjects(ListObjectsInput)
    case listObjectsV2(ListObjectsV2Input)
    case listObjectVersions(ListObjectVersionsInput)
    case listMultipartUploads(ListMultipartUploadsInput)
    case deleteObjects(DeleteObjectsInput)
    case getBucketPolicy(BucketName)
    case putBucketPolicy(PutDocumentInput)
    case deleteBucketPolicy(BucketName)
    case getBucketPolicyStatus(BucketName)
    case getPublicAccessBlock(BucketName)
    case putPublicAccessBlock(PutDocumentInput)
    case deletePublicAccessBlock(BucketName)
    case getBucketOwnershipControls(BucketName)
    case putBucketOwnershipControls(PutDocumentInput)
    case deleteBucketOwnershipControls(BucketName)
    /// A bucket's setting that can not be set: once the bucket is known to exist, answer the default.
    case getBucketSubresource(BucketName, SubresourceDefault)

    case getObject(GetObjectInput)
    case headObject(GetObjectInput)
    case putObject(PutObjectInput)
    case copyObject(CopyObjectInput)
    case deleteObject(DeleteObjectInput)
    case getObjectAttributes(GetObjectAttributesInput)
    /// An object's setting that can not be set: once the object is known to exist, answer the default.
    case getObjectSubresource(ObjectAddress, SubresourceDefault)
    /// Changes nothing; answers 200 when the bucket or object is there.
    case putACL(PutACLInput)

    case createMultipartUpload(CreateMultipartUploadInput)
    case uploadPart(UploadPartInput)
    case uploadPartCopy(UploadPartCopyInput)
    case completeMultipartUpload(CompleteMultipartUploadInput)
    case abortMultipartUpload(AbortMultipartUploadInput)
    case listParts(ListPartsInput)
}

extension S3Operation {
    /// The operation's name in AWS's API reference: for logs and metrics.
    package var name: String {
        switch self {
        case .listBuckets: "ListBuckets"
        case .createBucket: "CreateBucket"
        case .headBucket: "HeadBucket"
        case .deleteBucket: "DeleteBucket"
        case .getBucketLocation: "GetBucketLocation"
        case .listObjects: "ListObjects"
        case .listObjectsV2: "ListObjectsV2"
        case .listObjectVersions: "ListObjectVersions"
        case .listMultipartUploads: "ListMultipartUploads"
        case .deleteObjects: "DeleteObjects"
        case .getBucketPolicy: "GetBucketPolicy"
        case .putBucketPolicy: "PutBucketPolicy"
        case .deleteBucketPolicy: "DeleteBucketPolicy"
        case .getBucketPolicyStatus: "GetBucketPolicyStatus"
        case .getPublicAccessBlock: "GetPublicAccessBlock"
        case .putPublicAccessBlock: "PutPublicAccessBlock"
        case .deletePublicAccessBlock: "DeletePublicAccessBlock"
        case .getBucketOwnershipControls: "GetBucketOwnershipControls"
        case .putBucketOwnershipControls: "PutBucketOwnershipControls"
        case .deleteBucketOwnershipControls: "DeleteBucketOwnershipControls"
        case .getBucketSubresource(_, let subresource): subresource.operation
        case .getObject: "GetObject"
        case .headObject: "HeadObject"
        case .putObject: "PutObject"
        case .copyObject: "CopyObject"
        case .deleteObject: "DeleteObject"
        case .getObjectAttributes: "GetObjectAttributes"
        case .getObjectSubresource(_, let subresource): subresource.operation
        case .putACL(let input): input.key == nil ? "PutBucketAcl" : "PutObjectAcl"
        case .createMultipartUpload: "CreateMultipartUpload"
        case .uploadPart: "UploadPart"
        case .uploadPartCopy: "UploadPartCopy"
        case .completeMultipartUpload: "CompleteMultipartUpload"
        case .abortMultipartUpload: "AbortMultipartUpload"
        case .listParts: "ListParts"
        }
    }

    package var bucket: BucketName? {
        switch self {
        case .listBuckets: nil
        case .createBucket(let input): input.bucket
        case .headBucket(let bucket), .deleteBucket(let bucket), .getBucketLocation(let bucket): bucket
        case .listObjects(let input): input.bucket
        case .listObjectsV2(let input): input.bucket
        case .listObjectVersions(let input): input.bucket
        case .listMultipartUploads(let input): input.bucket
        case .deleteObjects(let input): input.bucket
        case .getBucketPolicy(let bucket), .deleteBucketPolicy(let bucket), .getBucketPolicyStatus(let bucket): bucket
        case .getPublicAccessBlock(let bucket), .deletePublicAccessBlock(let bucket): bucket
        case .getBucketOwnershipControls(let bucket), .deleteBucketOwnershipControls(let bucket): bucket
        case .putBucketPolicy(let input): input.bucket
        case .putPublicAccessBlock(let input): input.bucket
        case .putBucketOwnershipControls(let input): input.bucket
        case .getBucketSubresource(let bucket, _): bucket
        case .putACL(let input): input.bucket
        default: address?.bucket
        }
    }

    package var key: ObjectKey? {
        if case .putACL(let input) = self { return input.key }
        return address?.key
    }

    private var address: ObjectAddress? {
        switch self {
        case .getObject(let input), .headObject(let input): input.address
        case .putObject(let input): input.address
        case .copyObject(let input): input.address
        case .deleteObject(let input): input.address
        case .getObjectAttributes(let input): input.address
        case .getObjectSubresource(let address, _): address
        case .createMultipartUpload(let input): input.address
        case .uploadPart(let input): input.address
        case .uploadPartCopy(let input): input.address
        case .completeMultipartUpload(let input): input.address
        case .abortMultipartUpload(let input): input.address
        case .listParts(let input): input.address
        default: nil
        }
    }

    /// Bytes that an XML body may have; nil for an operation without one.
    package var documentLimit: Int? {
        switch self {
        case .createBucket, .putACL, .putBucketPolicy, .putPublicAccessBlock, .putBucketOwnershipControls:
            BodyLimits.small
        case .deleteObjects, .completeMultipartUpload: BodyLimits.large
        default: nil
        }
    }

    /// The digests that were promised for an XML body; empty for an operation without one.
    package var documentIntegrity: BodyIntegrity {
        switch self {
        case .createBucket(let input): input.integrity
        case .putACL(let input): input.integrity
        case .putBucketPolicy(let input): input.integrity
        case .putPublicAccessBlock(let input): input.integrity
        case .putBucketOwnershipControls(let input): input.integrity
        case .deleteObjects(let input): input.integrity
        case .completeMultipartUpload(let input): BodyIntegrity(contentMD5: input.contentMD5)
        default: BodyIntegrity()
        }
    }
}
