package import StorageAPI

/// An object's bucket and key.
package struct ObjectAddress: Hashable, Sendable {
    package var bucket: BucketName
    package var key: ObjectKey

    package init(bucket: BucketName, key: ObjectKey) {
        self.bucket = bucket
        self.key = key
    }
}

/// GetObject and HeadObject.
package struct GetObjectInput: Hashable, Sendable {
    package var address: ObjectAddress
    /// Nil also where AWS ignores the header. Never beside `partNumber`. See ``range(of:)``.
    package var range: RangeHeader?
    package var ifRange: IfRange?
    package var partNumber: PartNumber?
    package var conditions: ReadConditions
    /// `x-amz-checksum-mode: ENABLED`
    package var wantsChecksum: Bool
    /// `response-content-type` and so on: headers (lower-case) that replace the object's own. Not for the anonymous.
    package var overrides: [ObjectMetadata.Field]

    /// The range to answer of this object: none when the client has a part of another one (`If-Range`).
    package func range(of info: ObjectInfo) -> RangeHeader? {
        ifRange?.matches(info) == false ? nil : range
    }
}

package struct PutObjectInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var metadata: ObjectMetadata
    package var precondition: Precondition
    package var integrity: BodyIntegrity
    /// Bytes of the decoded body: `x-amz-decoded-content-length`, else Content-Length; nil when neither came.
    package var length: UInt64?
}

package struct CopyObjectInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var source: CopySource
    package var sourceConditions: ReadConditions
    /// Nil: the source's (`x-amz-metadata-directive: COPY`).
    package var metadata: ObjectMetadata?
    package var precondition: Precondition
    /// Nil: the source's.
    package var checksumAlgorithm: ChecksumAlgorithm?

    /// AWS refuses a copy onto itself that changes nothing: see ``S3Error/copyToItself``.
    package var isNoOp: Bool { source.address == address && metadata == nil && checksumAlgorithm == nil }
}

package struct DeleteObjectInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var version: VersionSelector
    package var precondition: Precondition
}

/// POST `?delete`; the keys are in the body, see ``DeleteObjectsBody``.
package struct DeleteObjectsInput: Hashable, Sendable {
    package var bucket: BucketName
    package var integrity: BodyIntegrity
}

package struct GetObjectAttributesInput: Hashable, Sendable {
    package enum Attribute: String, Hashable, Sendable, CaseIterable {
        case etag = "ETag"
        case checksum = "Checksum"
        case objectParts = "ObjectParts"
        case storageClass = "StorageClass"
        case objectSize = "ObjectSize"
    }

    package var address: ObjectAddress
    package var attributes: Set<Attribute>
    /// 0 to 1,000.
    package var maximumParts: Int
    package var partNumberMarker: PartNumber
}

/// Which version a request names. Buckets have no versions here: the only one is called `null`.
package enum VersionSelector: Hashable, Sendable {
    /// The current object: no `versionId`, or `null`.
    case current
    /// A version that can not be there; removing it succeeds and does nothing.
    case missing(String)
}
