package import StorageAPI

package struct CreateMultipartUploadInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var metadata: ObjectMetadata
    package var checksum: UploadChecksum?
}

package struct UploadPartInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var upload: UploadID
    package var number: PartNumber
    package var integrity: BodyIntegrity
    /// Bytes of the decoded body: `x-amz-decoded-content-length`, else Content-Length; nil when neither came.
    package var length: UInt64?
}

package struct UploadPartCopyInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var upload: UploadID
    package var number: PartNumber
    package var source: CopySource
    package var sourceConditions: ReadConditions
    /// First and last byte, both included.
    package var sourceRange: CopySourceRange?
}

/// POST `?uploadId`; the parts are in the body, see ``CompleteMultipartUploadBody``.
package struct CompleteMultipartUploadInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var upload: UploadID
    package var precondition: Precondition
    /// Of the body of the request, 16 bytes.
    package var contentMD5: [UInt8]?
    /// The object's checksum that the client expects.
    package var checksum: Checksum?
    package var checksumType: ChecksumType?
    /// `x-amz-mp-object-size`, bytes.
    package var objectSize: UInt64?
}

package struct AbortMultipartUploadInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var upload: UploadID
}

package struct ListPartsInput: Hashable, Sendable {
    package var address: ObjectAddress
    package var upload: UploadID
    /// 0 to 1,000. With 0 the answer is empty, but the upload must be there.
    package var maximumParts: Int
    package var partNumberMarker: PartNumber
    package var urlEncoded: Bool
}

package struct ListMultipartUploadsInput: Hashable, Sendable {
    package var bucket: BucketName
    package var prefix: [UInt8]
    package var delimiter: [UInt8]
    package var keyMarker: [UInt8]
    /// Counts only beside a key marker.
    package var uploadIDMarker: UploadID?
    /// 0 to 1,000. With 0 the answer is empty and the store need not be asked.
    package var maximumUploads: Int
    package var urlEncoded: Bool

    package var query: ListQuery {
        ListQuery(prefix: prefix, delimiter: delimiter, after: keyMarker, limit: maximumUploads)
    }
}
