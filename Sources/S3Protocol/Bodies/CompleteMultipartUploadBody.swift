package import NIOCore
package import StorageAPI

/// CompleteMultipartUpload: the parts to join.
package struct CompleteMultipartUploadBody: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        package var number: PartNumber
        package var etag: ETag
        /// Those that the client expects of the part.
        package var checksums: [Checksum]

        package init(number: PartNumber, etag: ETag, checksums: [Checksum] = []) {
            self.number = number
            self.etag = etag
            self.checksums = checksums
        }
    }

    /// Ascending, without repetition, 1 to 10,000 of them.
    package var parts: [Part]

    /// - Throws: `MalformedXML`, also for no part or more than 10,000; `InvalidPartOrder`; `InvalidArgument` for a part
    ///   number out of range; `NotImplemented` for a checksum that is not there yet.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        let root = try XMLReader.parse(bytes)
        guard root.name == "CompleteMultipartUpload" || root.name == "MultipartUpload" else { throw .malformedXML() }
        guard (1...BodyLimits.maximumParts).contains(root.children.count) else { throw .malformedXML() }
        parts = []
        parts.reserveCapacity(root.children.count)
        for child in root.children {
            guard child.name == "Part" else { throw .malformedXML() }
            let part = try Part(child)
            if let last = parts.last, part.number <= last.number { throw S3Error(.invalidPartOrder) }
            parts.append(part)
        }
    }
}

extension CompleteMultipartUploadBody.Part {
    fileprivate init(_ element: XMLElement) throws(S3Error) {
        var number: PartNumber?
        var etag: ETag?
        var checksums: [Checksum] = []
        for child in element.children {
            switch child.name {
            case "PartNumber": number = try QueryReader.partNumber(child.word, name: "PartNumber")
            case "ETag": etag = ETag(EntityTags.unquoted(child.word))
            default: checksums.append(try Self.checksum(child))
            }
        }
        guard let number, let etag else { throw .malformedXML() }
        self.init(number: number, etag: etag, checksums: checksums)
    }

    private static func checksum(_ element: XMLElement) throws(S3Error) -> Checksum {
        guard element.name.hasPrefix("Checksum") else { throw .malformedXML() }
        guard let algorithm = ChecksumAlgorithm(elementName: element.name) else {
            throw .notImplemented(element: element.name)
        }
        guard let checksum = Checksum(algorithm: algorithm, wireValue: element.word) else { throw .malformedXML() }
        return checksum
    }
}
