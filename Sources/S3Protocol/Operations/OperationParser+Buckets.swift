import NIOHTTP1
import StorageAPI

extension OperationParser {
    func listBuckets() throws(S3Error) -> ListBucketsInput {
        let maximum = try query["max-buckets"].map { text throws(S3Error) in
            guard let number = Int(text), (1...PageLimits.buckets).contains(number) else {
                throw .invalidArgument(
                    "max-buckets", text, "Argument max-buckets must be an integer between 1 and \(PageLimits.buckets)")
            }
            return number
        }
        return ListBucketsInput(
            prefix: query["prefix"] ?? "", after: try resumedBucket(), maximum: maximum, region: query["bucket-region"])
    }

    private func resumedBucket() throws(S3Error) -> String {
        guard let token = query["continuation-token"], !token.isEmpty else { return "" }
        return String(decoding: try ContinuationToken.decode(token, for: .buckets), as: UTF8.self)
    }

    func listObjects(_ bucket: BucketName) throws(S3Error) -> ListObjectsInput {
        ListObjectsInput(
            bucket: bucket, prefix: reader.bytes("prefix"), delimiter: reader.bytes("delimiter"),
            marker: reader.bytes("marker"), maximumKeys: try reader.pageSize("max-keys"),
            urlEncoded: try reader.isURLEncoded())
    }

    func listObjectsV2(_ bucket: BucketName) throws(S3Error) -> ListObjectsV2Input {
        let token = query["continuation-token"]
        let resumeAfter: [UInt8]? =
            if let token, !token.isEmpty { try ContinuationToken.decode(token, for: .objects) } else { nil }
        return ListObjectsV2Input(
            bucket: bucket, prefix: reader.bytes("prefix"), delimiter: reader.bytes("delimiter"),
            startAfter: reader.bytes("start-after"), continuationToken: token, resumeAfter: resumeAfter,
            maximumKeys: try reader.pageSize("max-keys"), urlEncoded: try reader.isURLEncoded(),
            fetchOwner: query["fetch-owner"]?.lowercased() == "true")
    }

    func listObjectVersions(_ bucket: BucketName) throws(S3Error) -> ListObjectVersionsInput {
        let marker = query["version-id-marker"]
        if let marker, !marker.isEmpty, !query.contains("key-marker") {
            throw .invalidArgument(
                "version-id-marker", marker, "A version-id marker cannot be specified without a key marker.")
        }
        return ListObjectVersionsInput(
            bucket: bucket, prefix: reader.bytes("prefix"), delimiter: reader.bytes("delimiter"),
            keyMarker: reader.bytes("key-marker"), versionIDMarker: marker,
            maximumKeys: try reader.pageSize("max-keys"), urlEncoded: try reader.isURLEncoded())
    }

    func listMultipartUploads(_ bucket: BucketName) throws(S3Error) -> ListMultipartUploadsInput {
        let keyMarker = reader.bytes("key-marker")
        let marker = query["upload-id-marker"] ?? ""
        return ListMultipartUploadsInput(
            bucket: bucket, prefix: reader.bytes("prefix"), delimiter: reader.bytes("delimiter"), keyMarker: keyMarker,
            uploadIDMarker: keyMarker.isEmpty || marker.isEmpty ? nil : UploadID(marker),
            maximumUploads: try reader.pageSize("max-uploads"), urlEncoded: try reader.isURLEncoded())
    }

    /// AWS insists on a digest of the list of what is to be deleted.
    func deleteObjects(_ bucket: BucketName) throws(S3Error) -> DeleteObjectsInput {
        let integrity = try BodyIntegrity(headers)
        guard !integrity.isEmpty else {
            throw S3Error(
                .invalidRequest, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
        }
        return DeleteObjectsInput(bucket: bucket, integrity: integrity)
    }

    /// The headers were looked at before: an `x-amz-acl` that is still there asks for what holds anyway.
    func putACL(_ bucket: BucketName, key: ObjectKey?) throws(S3Error) -> PutACLInput {
        PutACLInput(
            bucket: bucket, key: key, isCanned: headers.contains(name: "x-amz-acl"),
            integrity: try BodyIntegrity(headers))
    }
}
