package import NIOHTTP1
package import StorageAPI

/// The headers that describe an object in an answer to GET and HEAD.
package enum ObjectHeaders {
    /// What AWS says of an object whose client did not.
    package static let defaultContentType = "binary/octet-stream"

    /// Last-Modified, ETag, Accept-Ranges, the stored headers and user metadata. Not Content-Length or Content-Range.
    ///
    /// - Parameters:
    ///   - overrides: see ``GetObjectInput/overrides``.
    ///   - checksums: those of the bytes that are answered, so none for a range of an object.
    package static func describing(
        _ info: ObjectInfo, overrides: [ObjectMetadata.Field] = [], checksums: [Checksum] = []
    ) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.add(name: "Last-Modified", value: info.modified.httpDate)
        headers.add(name: "ETag", value: info.etag.quoted)
        headers.add(name: "Accept-Ranges", value: "bytes")
        headers.add(name: "Content-Type", value: defaultContentType)
        for field in info.metadata.headers + overrides {
            headers.replaceOrAdd(name: wireNames[field.name] ?? field.name, value: field.value)
        }
        for field in info.metadata.user {
            headers.add(name: MetadataHeaders.userPrefix + field.name, value: field.value)
        }
        headers.add(checksums: checksums, partCount: info.partCount)
        return headers
    }

    private static let wireNames = [
        "content-type": "Content-Type", "content-encoding": "Content-Encoding", "cache-control": "Cache-Control",
        "content-disposition": "Content-Disposition", "content-language": "Content-Language", "expires": "Expires",
    ]
}

extension HTTPHeaders {
    /// `x-amz-checksum-crc32` and so on, and `x-amz-checksum-type`.
    ///
    /// - Parameter partCount: of an object made from parts, for the `-N` of composite checksums.
    package mutating func add(checksums: [Checksum], partCount: Int?) {
        for checksum in checksums {
            add(name: checksum.algorithm.headerName, value: checksum.wireValue(partCount: partCount))
        }
        if let type = checksums.first?.type {
            add(name: "x-amz-checksum-type", value: type.wireName)
        }
    }
}

extension ETag {
    /// As in headers.
    package var quoted: String { "\"\(text)\"" }
}
