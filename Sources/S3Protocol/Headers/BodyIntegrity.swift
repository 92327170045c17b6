package import StorageAPI

/// The digests that a client promised for a body, beside the one in its signature.
package struct BodyIntegrity: Hashable, Sendable {
    /// `Content-MD5`, 16 bytes.
    package var contentMD5: [UInt8]?
    /// An `x-amz-checksum-…` header.
    package var checksum: Checksum?
    /// The `x-amz-checksum-…` header that `x-amz-trailer` announces. Never beside `checksum`.
    package var trailer: ChecksumAlgorithm?

    package init(contentMD5: [UInt8]? = nil, checksum: Checksum? = nil, trailer: ChecksumAlgorithm? = nil) {
        self.contentMD5 = contentMD5
        self.checksum = checksum
        self.trailer = trailer
    }

    package var isEmpty: Bool { contentMD5 == nil && checksum == nil && trailer == nil }
    package var algorithm: ChecksumAlgorithm? { checksum?.algorithm ?? trailer }
}
