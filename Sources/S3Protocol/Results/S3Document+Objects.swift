package import NIOCore
package import StorageAPI

extension S3Document {
    package static func copyObject(_ info: ObjectInfo) -> ByteBuffer {
        write("CopyObjectResult") { writer in
            writer.etag(info.etag)
            writer.element("LastModified", info.modified.iso8601)
            writer.checksums(info.seal.checksums, partCount: info.partCount)
        }
    }

    /// What became of the keys of a DeleteObjects, in their order.
    ///
    /// - Parameter isQuiet: only failures are answered.
    package static func deleteObjects(_ outcomes: [DeleteOutcome], isQuiet: Bool) -> ByteBuffer {
        write("DeleteResult", capacity: 512 + 128 * outcomes.count) { writer in
            for outcome in outcomes {
                if let error = outcome.error {
                    writer.element("Error") { writer in
                        writer.element("Key", outcome.object.key)
                        if let version = outcome.object.versionID {
                            writer.element("VersionId", version)
                        }
                        writer.element("Code", error.code.rawValue)
                        writer.element("Message", error.message)
                    }
                } else if !isQuiet {
                    writer.element("Deleted") { writer in
                        writer.element("Key", outcome.object.key)
                        if let version = outcome.object.versionID {
                            writer.element("VersionId", version)
                        }
                    }
                }
            }
        }
    }

    /// - Parameters:
    ///   - parts: those of the page; `partCount` of `info` counts all.
    ///   - isTruncated: more parts follow the page.
    package static func objectAttributes(
        _ input: GetObjectAttributesInput, _ info: ObjectInfo, parts: [StoredPart], isTruncated: Bool
    ) -> ByteBuffer {
        write("GetObjectAttributesResponse", capacity: 512 + 160 * parts.count) { writer in
            let wanted = input.attributes
            if wanted.contains(.etag) {
                // Alone of all documents this one has the tag without quotes.
                writer.element("ETag", info.etag.text)
            }
            if wanted.contains(.checksum), !info.seal.checksums.isEmpty {
                writer.element("Checksum") { $0.checksums(info.seal.checksums, partCount: info.partCount) }
            }
            if wanted.contains(.objectParts), let count = info.partCount {
                writer.objectParts(input, parts, count: count, isTruncated: isTruncated)
            }
            if wanted.contains(.storageClass) {
                writer.element("StorageClass", storageClass)
            }
            if wanted.contains(.objectSize) {
                writer.element("ObjectSize", info.size)
            }
        }
    }
}

/// A key that a DeleteObjects named and what became of it.
package struct DeleteOutcome: Sendable {
    package var object: DeleteObjectsBody.Object
    /// Nil: deleted, or never there.
    package var error: S3Error?

    package init(object: DeleteObjectsBody.Object, error: S3Error? = nil) {
        self.object = object
        self.error = error
    }
}

extension XMLWriter {
    fileprivate mutating func objectParts(
        _ input: GetObjectAttributesInput, _ parts: [StoredPart], count: Int, isTruncated: Bool
    ) {
        element("ObjectParts") { writer in
            writer.element("PartsCount", count)
            writer.element("PartNumberMarker", input.partNumberMarker)
            if isTruncated, let last = parts.last {
                writer.element("NextPartNumberMarker", last.info.number)
            }
            writer.element("MaxParts", input.maximumParts)
            writer.element("IsTruncated", isTruncated)
            for part in parts {
                writer.element("Part") { writer in
                    writer.element("PartNumber", part.info.number)
                    writer.element("Size", part.info.size)
                    for checksum in part.info.seal.checksums {
                        writer.element(checksum.algorithm.elementName, checksum.wireValue(partCount: nil))
                    }
                }
            }
        }
    }
}
