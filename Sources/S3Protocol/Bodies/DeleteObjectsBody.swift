package import NIOCore
package import StorageAPI

/// Delete: up to 1,000 keys.
package struct DeleteObjectsBody: Hashable, Sendable {
    package struct Object: Hashable, Sendable {
        /// As it came, never empty: a key that can not be one fails alone, see ``objectKey()``.
        package var key: [UInt8]
        /// As it came, to be echoed.
        package var versionID: String?
        package var precondition: Precondition

        package init(key: [UInt8], versionID: String? = nil, precondition: Precondition = .none) {
            self.key = key
            self.versionID = versionID
            self.precondition = precondition
        }
    }

    package var objects: [Object]
    /// Only failures are to be answered.
    package var isQuiet: Bool

    /// - Throws: `MalformedXML`, also for no key or more than 1,000.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        let root = try XMLReader.parse(bytes)
        guard root.name == "Delete" else { throw .malformedXML() }
        objects = []
        isQuiet = false
        for child in root.children {
            switch child.name {
            case "Quiet": isQuiet = try child.flag()
            case "Object": objects.append(try Object(child))
            default: throw .malformedXML()
            }
        }
        guard (1...BodyLimits.maximumDeletedKeys).contains(objects.count) else { throw .malformedXML() }
    }
}

extension DeleteObjectsBody.Object {
    fileprivate init(_ element: XMLElement) throws(S3Error) {
        self.init(key: [])
        for child in element.children {
            switch child.name {
            case "Key": key = child.text
            case "VersionId": versionID = child.word
            case "ETag": precondition.ifMatch = EntityTags.parse(child.word, weak: false)
            case "LastModifiedTime": precondition.ifModifiedAt = try Self.timestamp(child.word)
            case "Size": precondition.ifSize = try child.number()
            default: throw .malformedXML()
            }
        }
        guard !key.isEmpty else { throw .malformedXML() }
    }

    private static func timestamp(_ text: String) throws(S3Error) -> Timestamp {
        guard let time = Timestamp(httpDate: text) ?? Timestamp(iso8601: text) else { throw .malformedXML() }
        return time
    }

    /// - Throws: `KeyTooLongError` or `InvalidURI`.
    package func objectKey() throws(S3Error) -> ObjectKey { try ObjectKey(checking: key) }

    /// - Throws: `InvalidArgument`.
    package func version() throws(S3Error) -> VersionSelector { try VersionSelector(versionID) }
}
