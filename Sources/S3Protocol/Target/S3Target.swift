package import StorageAPI

/// Where a request goes: the service, a bucket or an object, as the client wrote it.
///
/// The bucket's name is checked by ``S3Target/bucketName()`` and not here, so that a request with a bad name can still
/// be authenticated before it is refused.
package struct S3Target: Hashable, Sendable {
    /// The bucket's name as it came, nil for the service itself.
    package var bucket: String?
    /// The decoded key, verbatim: `//`, `.` and `..` mean nothing here. Empty when the target is a bucket.
    package var key: [UInt8]
    package var query: S3Query
    /// Whether the bucket came in the Host header.
    package var isVirtualHosted: Bool

    /// - Parameters:
    ///   - target: the request target verbatim: path and query, percent-encoded, or an absolute URI.
    ///   - host: the Host header.
    ///   - domains: base domains of virtual-host style, `s3.example.org` for `bucket.s3.example.org`.
    /// - Throws: `InvalidURI` when the target does not decode.
    package init(target: String, host: String?, domains: [String]) throws(S3Error) {
        let origin = try Self.originForm(target)
        let path = origin.prefix { $0 != UInt8(ascii: "?") }
        query = try S3Query(origin[path.endIndex...].dropFirst())
        guard path.first == UInt8(ascii: "/") else { throw S3Error(.invalidURI) }
        if let name = Self.bucket(inHost: host, domains: domains) {
            bucket = name
            key = try Self.decode(path.dropFirst())
            isVirtualHosted = true
        } else {
            // The separator is a slash that was sent as such: `/bucket%2Fkey` names no object.
            let first = path.dropFirst().prefix { $0 != UInt8(ascii: "/") }
            let name = try Self.decode(first)
            bucket = name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
            key = try Self.decode(path[first.endIndex...].dropFirst())
            isVirtualHosted = false
            if name.isEmpty && !key.isEmpty { throw S3Error(.invalidBucketName).with("BucketName", "") }
        }
    }

    private static func decode(_ text: ArraySlice<UInt8>) throws(S3Error) -> [UInt8] {
        guard let bytes = PercentCoding.decodeText(text) else { throw S3Error(.invalidURI) }
        return bytes
    }

    /// RFC 9112, section 3.2: a proxy may send the absolute form, whose authority the Host header repeats.
    private static func originForm(_ target: String) throws(S3Error) -> ArraySlice<UInt8> {
        let text = Array(target.utf8)
        guard text.first != UInt8(ascii: "/") else { return text[...] }
        for scheme in ["http://", "https://"] where text.starts(with: scheme.utf8, by: { $0 | 0x20 == $1 | 0x20 }) {
            return text.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") }
        }
        throw S3Error(.invalidURI)
    }
}

extension S3Target {
    /// - Throws: `InvalidBucketName`.
    package func bucketName() throws(S3Error) -> BucketName {
        do {
            return try BucketName(bucket ?? "")
        } catch {
            throw S3Error(.invalidBucketName).with("BucketName", bucket ?? "")
        }
    }

    /// - Throws: `KeyTooLongError`; `InvalidURI` for an empty key.
    package func objectKey() throws(S3Error) -> ObjectKey {
        try ObjectKey(checking: key)
    }

    /// The bucket part of a Host header: what stands before one of `domains`, lower-cased, without the port.
    static func bucket(inHost host: String?, domains: [String]) -> String? {
        guard let host, !domains.isEmpty else { return nil }
        let name = host.lowercased().prefix { $0 != ":" }
        for domain in domains {
            let suffix = "." + domain.lowercased()
            if name.utf8.count > suffix.utf8.count, name.hasSuffix(suffix) {
                return String(name.dropLast(suffix.count))
            }
        }
        return nil
    }
}

extension ObjectKey {
    /// - Throws: `KeyTooLongError`, or `InvalidURI` for what can not be a key.
    package init(checking bytes: [UInt8]) throws(S3Error) {
        guard bytes.count <= ObjectKey.maximumByteCount else {
            throw S3Error(
                .keyTooLong,
                details: [
                    S3Error.Detail("Size", String(bytes.count)),
                    S3Error.Detail("MaxSizeAllowed", String(ObjectKey.maximumByteCount)),
                ])
        }
        do {
            try self.init(bytes)
        } catch {
            throw S3Error(.invalidURI)
        }
    }
}
