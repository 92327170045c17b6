import StorageAPI

/// `x-amz-copy-source`: `[/]bucket/key[?versionId=…]`, percent-encoded.
package struct CopySource: Hashable, Sendable {
    package var address: ObjectAddress
    /// Whether a version was named, if only the current one.
    package var namesVersion = false

    /// - Throws: `InvalidArgument`, `InvalidBucketName`, `KeyTooLongError`, or `NoSuchVersion` for a version.
    package init(_ text: String) throws(S3Error) {
        var path = Substring(text).utf8
        if let mark = path.firstIndex(of: UInt8(ascii: "?")) {
            let query = try S3Query(path[mark...].dropFirst())
            if let version = query["versionId"] {
                namesVersion = true
                if case .missing = try VersionSelector(version) {
                    throw S3Error(.noSuchVersion).with("VersionId", version)
                }
            }
            path = path[..<mark]
        }
        guard let decoded = PercentCoding.decodeText(path) else { throw Self.invalid(text) }
        let source = decoded.first == UInt8(ascii: "/") ? decoded.dropFirst() : decoded[...]
        let bucket = source.prefix { $0 != UInt8(ascii: "/") }
        let key = source[bucket.endIndex...].dropFirst()
        guard !bucket.isEmpty, !key.isEmpty else { throw Self.invalid(text) }
        let name = String(decoding: bucket, as: UTF8.self)
        do {
            address = ObjectAddress(bucket: try BucketName(name), key: try ObjectKey(checking: Array(key)))
        } catch let error as S3Error {
            throw error
        } catch {
            throw S3Error(.invalidBucketName).with("BucketName", name)
        }
    }

    private static func invalid(_ text: String) -> S3Error {
        .invalidArgument(
            "x-amz-copy-source", text,
            "Copy Source must mention the source bucket and key: /sourcebucket/sourcekey")
    }
}

extension VersionSelector {
    /// The number of characters of a version's name at AWS.
    private static let nameLength = 32

    /// - Throws: `InvalidArgument` for what is no version's name.
    package init(_ text: String?) throws(S3Error) {
        guard let text, text != "null" else {
            self = .current
            return
        }
        let isName = text.utf8.count == Self.nameLength && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isName else {
            let message = text.isEmpty ? "Version id cannot be the empty string" : "Invalid version id specified"
            throw .invalidArgument("versionId", text, message)
        }
        self = .missing(text)
    }
}
