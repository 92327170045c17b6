package import StorageAPI

package struct ListBucketsInput: Hashable, Sendable {
    package var prefix: String
    /// Decoded from the token: only buckets after this name.
    package var after: String
    /// 1 to 10,000. Nil: all of them, unpaged.
    package var maximum: Int?
    package var region: String?
}

/// PUT bucket; the body, when there is one, is a ``CreateBucketBody``.
package struct CreateBucketInput: Hashable, Sendable {
    package var bucket: BucketName
    package var integrity: BodyIntegrity
}

/// ListObjects (V1).
package struct ListObjectsInput: Hashable, Sendable {
    package var bucket: BucketName
    package var prefix: [UInt8]
    package var delimiter: [UInt8]
    package var marker: [UInt8]
    /// 0 to 1,000. With 0 the answer is empty and the store need not be asked.
    package var maximumKeys: Int
    package var urlEncoded: Bool

    package var query: ListQuery {
        ListQuery(prefix: prefix, delimiter: delimiter, after: marker, limit: maximumKeys)
    }
}

package struct ListObjectsV2Input: Hashable, Sendable {
    package var bucket: BucketName
    package var prefix: [UInt8]
    package var delimiter: [UInt8]
    package var startAfter: [UInt8]
    /// As it came, to be echoed.
    package var continuationToken: String?
    /// Decoded from the token, which wins over `startAfter`.
    package var resumeAfter: [UInt8]?
    /// 0 to 1,000. With 0 the answer is empty and the store need not be asked.
    package var maximumKeys: Int
    package var urlEncoded: Bool
    package var fetchOwner: Bool

    package var query: ListQuery {
        ListQuery(prefix: prefix, delimiter: delimiter, after: resumeAfter ?? startAfter, limit: maximumKeys)
    }
}

/// GET `?versions`: in a bucket without versions, the current objects as versions called `null`.
package struct ListObjectVersionsInput: Hashable, Sendable {
    package var bucket: BucketName
    package var prefix: [UInt8]
    package var delimiter: [UInt8]
    package var keyMarker: [UInt8]
    package var versionIDMarker: String?
    /// 0 to 1,000. With 0 the answer is empty and the store need not be asked.
    package var maximumKeys: Int
    package var urlEncoded: Bool

    package var query: ListQuery {
        ListQuery(prefix: prefix, delimiter: delimiter, after: keyMarker, limit: maximumKeys)
    }
}

/// PUT of a setting that is a document in the body.
package struct PutDocumentInput: Hashable, Sendable {
    package var bucket: BucketName
    package var integrity: BodyIntegrity
}

/// PUT `?acl`. With a body, that is an ``AccessControlPolicyBody``.
package struct PutACLInput: Hashable, Sendable {
    package var bucket: BucketName
    /// Nil: the bucket's.
    package var key: ObjectKey?
    /// Whether a canned ACL came in a header; it is one that changes nothing. Then the body is not read.
    package var isCanned: Bool
    package var integrity: BodyIntegrity
}
