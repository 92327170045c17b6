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
    ///   - checksums: those of the bytes that are answered, so none for a range of an object. For a part, the part's,
    ///     and the object's type is answered beside them.
    package static func describing(
        _ info: ObjectInfo, overrides: [ObjectMetadata.Field] = [], checksums: [Checksum] = []
    ) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.add(name: "Last-Modified", value: info.modified.httpDate)
        headers.add(name: "ETag", value: info.etag.quoted)
        headers.add(name: "Accept-Ranges", value: "bytes")
        var fields = info.metadata.headers
        for override in overrides {
            fields.removeAll { $0.name == override.name }
            fields.append(override)
        }
        if !fields.contains(where: { $0.name == "content-type" }) {
            headers.add(name: "Content-Type", value: defaultContentType)
        }
        for field in fields {
            headers.add(name: wireName(field.name), value: field.value)
        }
        for field in info.metadata.user {
            headers.add(name: "x-amz-meta-" + field.name, value: field.value)
        }
        headers.add(checksums: checksums, partCount: info.partCount, type: info.seal.checksums.first?.type)
        return headers
    }

    private static func wireName(_ name: String) -> String {
        switch name {
        case "content-type": "Content-Type"
        case "content-encoding": "Content-Encoding"
        case "cache-control": "Cache-Control"
        case "content-disposition": "Content-Disposition"
        case "content-language": "Content-Language"
        case "expires": "Expires"
        default: name
        }
    }
}

extension HTTPHeaders {
    /// `x-amz-checksum-crc32` and so on, and `x-amz-checksum-type`.
    ///
    /// - Parameters:
    ///   - partCount: of an object made from parts, for the `-N` of composite checksums.
    ///   - type: the object's, where the checksums are of one of its parts; nil: that of the checksums.
    package mutating func add(checksums: [Checksum], partCount: Int?, type: ChecksumType? = nil) {
        for checksum in checksums {
            add(name: checksum.algorithm.headerName, value: checksum.wireValue(partCount: partCount))
        }
        if let type = checksums.first.map({ type ?? $0.type }) {
            add(name: "x-amz-checksum-type", value: type.wireName)
        }
    }
}

extension ETag {
    /// As in headers.
    package var quoted: String { "\"" + text + "\"" }
}
