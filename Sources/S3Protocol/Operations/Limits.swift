/// What a document in a request may hold. AWS's own limits where they are published.
package enum BodyLimits {
    /// Bytes of a document with a handful of elements.
    package static let small = 64 << 10
    /// Bytes of a document with a row per key or part: 10,000 parts with two checksums each need 2.6 MB.
    package static let large = 4 << 20
    package static let maximumDeletedKeys = 1_000
    package static let maximumParts = 10_000
}

/// What a page may hold.
package enum PageLimits {
    package static let entries = 1_000
    package static let buckets = 10_000
}

/// What an upload may have ("Amazon S3 multipart upload limits").
package enum UploadLimits {
    /// Bytes of one PutObject or UploadPart: 5 GiB. The body may be longer than promised: it is counted too.
    package static let maximumRequestByteCount: UInt64 = 5 << 30
    /// Bytes of each part but the last: 5 MiB.
    package static let minimumPartByteCount: UInt64 = 5 << 20
    /// Bytes of an object copied in one request: 5 GiB.
    package static let maximumCopyByteCount: UInt64 = 5 << 30
}
