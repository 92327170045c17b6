package import NIOCore
package import StorageAPI

extension S3Document {
    package static func createMultipartUpload(_ address: ObjectAddress, _ upload: UploadID) -> ByteBuffer {
        write("InitiateMultipartUploadResult") { writer in
            writer.element("Bucket", address.bucket.text)
            writer.element("Key", address.key.bytes)
            writer.element("UploadId", upload.text)
        }
    }

    package static func copyPart(_ part: PartInfo) -> ByteBuffer {
        write("CopyPartResult") { writer in
            writer.etag(part.seal.etag)
            writer.element("LastModified", part.modified.iso8601)
            for checksum in part.seal.checksums {
                writer.element(checksum.algorithm.elementName, checksum.wireValue(partCount: nil))
            }
        }
    }

    /// - Parameter location: the object's URL.
    package static func completeMultipartUpload(
        _ address: ObjectAddress, _ info: ObjectInfo, location: String
    ) -> ByteBuffer {
        write("CompleteMultipartUploadResult") { writer in
            writer.element("Location", location)
            writer.element("Bucket", address.bucket.text)
            writer.element("Key", address.key.bytes)
            writer.etag(info.etag)
            writer.checksums(info.seal.checksums, partCount: info.partCount)
        }
    }

    package static func listParts(_ input: ListPartsInput, _ page: PartPage, owner: S3Owner) -> ByteBuffer {
        write("ListPartsResult", capacity: 1_024 + 256 * page.parts.count) { writer in
            writer.element("Bucket", input.address.bucket.text)
            writer.name("Key", input.address.key.bytes, urlEncoded: input.urlEncoded)
            writer.element("UploadId", input.upload.text)
            writer.owner(owner, as: "Initiator")
            writer.owner(owner)
            writer.element("StorageClass", storageClass)
            writer.element("PartNumberMarker", input.partNumberMarker)
            // AWS always says where the page ended.
            writer.element("NextPartNumberMarker", page.parts.last?.number ?? 0)
            writer.element("MaxParts", input.maximumParts)
            if input.urlEncoded {
                writer.element("EncodingType", "url")
            }
            writer.element("IsTruncated", page.isTruncated)
            if let checksum = page.upload.checksum {
                writer.element("ChecksumAlgorithm", checksum.algorithm.wireName)
                writer.element("ChecksumType", checksum.type.wireName)
            }
            for part in page.parts {
                writer.element("Part") { writer in
                    writer.element("PartNumber", part.number)
                    writer.element("LastModified", part.modified.iso8601)
                    writer.etag(part.seal.etag)
                    writer.element("Size", part.size)
                    for checksum in part.seal.checksums {
                        writer.element(checksum.algorithm.elementName, checksum.wireValue(partCount: nil))
                    }
                }
            }
        }
    }
}
