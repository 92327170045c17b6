import StorageAPI

/// The settings of a bucket that say who may use it. Nil for other sub-resources.
extension OperationParser {
    func getAccess(_ bucket: BucketName, _ subresource: Subresource) -> S3Operation? {
        switch subresource.name {
        case "policy": .getBucketPolicy(bucket)
        case "policyStatus": .getBucketPolicyStatus(bucket)
        case "publicAccessBlock": .getPublicAccessBlock(bucket)
        case "ownershipControls": .getBucketOwnershipControls(bucket)
        default: nil
        }
    }

    func putAccess(_ bucket: BucketName, _ subresource: Subresource) throws(S3Error) -> S3Operation? {
        let input = PutDocumentInput(bucket: bucket, integrity: try BodyIntegrity(headers))
        return switch subresource.name {
        case "policy": .putBucketPolicy(input)
        case "publicAccessBlock": .putPublicAccessBlock(input)
        case "ownershipControls": .putBucketOwnershipControls(input)
        default: nil
        }
    }

    func deleteAccess(_ bucket: BucketName, _ subresource: Subresource) -> S3Operation? {
        switch subresource.name {
        case "policy": .deleteBucketPolicy(bucket)
        case "publicAccessBlock": .deletePublicAccessBlock(bucket)
        case "ownershipControls": .deleteBucketOwnershipControls(bucket)
        default: nil
        }
    }
}
