/// What a client stored beside an object's bytes, to be given back unchanged.
package struct ObjectMetadata: Hashable, Sendable {
    /// A header field and its value, verbatim. Names are lower-case.
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Content-Type, Content-Encoding, Cache-Control, …: headers that a read answers with.
    package var headers: [Field]
    /// User metadata: the `x-amz-meta-` headers without that prefix.
    package var user: [Field]

    package init(headers: [Field] = [], user: [Field] = []) {
        self.headers = headers
        self.user = user
    }
}

/// What identifies content: decided by the front when the last byte has passed it.
package struct ContentSeal: Hashable, Sendable {
    package var etag: ETag
    package var checksums: [Checksum]

    package init(etag: ETag, checksums: [Checksum] = []) {
        self.etag = etag
        self.checksums = checksums
    }
}

/// An object as a listing, a HEAD or an answered write shows it.
package struct ObjectInfo: Hashable, Sendable {
    package var key: ObjectKey
    /// Bytes.
    package var size: UInt64
    package var modified: Timestamp
    package var seal: ContentSeal
    package var metadata: ObjectMetadata
    /// The number of parts of an object made by a multipart upload, otherwise nil.
    package var partCount: Int?

    package init(
        key: ObjectKey, size: UInt64, modified: Timestamp, seal: ContentSeal, metadata: ObjectMetadata, partCount: Int?
    ) {
        self.key = key
        self.size = size
        self.modified = modified
        self.seal = seal
        self.metadata = metadata
        self.partCount = partCount
    }

    package var etag: ETag { seal.etag }
}
