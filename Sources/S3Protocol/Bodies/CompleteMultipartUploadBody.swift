package import NIOCore
package import StorageAPI

/// CompleteMultipartUpload: the parts to join.
package struct CompleteMultipartUploadBody: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        package var number: PartNumber
        package var etag: ETag
        /// Those that the client expects of the part.
        package var checksums: [Checksum]
    }

    /// Ascending, without repetition, 1 to 10,000 of them.
    package var parts: [Part]

    /// - Throws: `MalformedXML`, also for no part or more than 10,000; `InvalidPartOrder`; `InvalidArgument` for a part
    ///   number out of range.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        throw S3Error(.notImplemented)
    }
}
