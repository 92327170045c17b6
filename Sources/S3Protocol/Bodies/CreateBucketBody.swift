package import NIOCore

/// CreateBucketConfiguration. An empty body is one without a region.
package struct CreateBucketBody: Hashable, Sendable {
    /// LocationConstraint; nil when there is none.
    package var region: String?

    /// - Throws: `MalformedXML`; `NotImplemented` for directory buckets and tags.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        throw S3Error(.notImplemented)
    }
}
