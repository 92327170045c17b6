package import NIOCore
package import StorageAPI

/// Delete: up to 1,000 keys.
package struct DeleteObjectsBody: Hashable, Sendable {
    package struct Object: Hashable, Sendable {
        /// As it came: a key that can not be one fails alone, see ``objectKey()``.
        package var key: [UInt8]
        /// As it came, to be echoed.
        package var versionID: String?
        package var precondition: Precondition
    }

    package var objects: [Object]
    /// Only failures are to be answered.
    package var isQuiet: Bool

    /// - Throws: `MalformedXML`, also for no key or more than 1,000.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        throw S3Error(.notImplemented)
    }
}

extension DeleteObjectsBody.Object {
    /// - Throws: `KeyTooLongError` or `InvalidURI`.
    package func objectKey() throws(S3Error) -> ObjectKey { try ObjectKey(checking: key) }

    /// - Throws: `InvalidArgument`.
    package func version() throws(S3Error) -> VersionSelector { try VersionSelector(versionID) }
}
