import NIOHTTP1
import StorageAPI

/// Headers of an upload that are stored with the object.
enum MetadataHeaders {
    /// Bytes of the names, without their prefix, and the values of all user metadata together.
    static let maximumUserByteCount = 2_048
    static let userPrefix: StaticString = "x-amz-meta-"
    private static let contentNames: [StaticString] = [
        "content-type", "content-encoding", "cache-control", "content-disposition", "content-language", "expires",
    ]

    /// - Throws: `MetadataTooLarge`.
    static func parse(_ headers: HTTPHeaders) throws(S3Error) -> ObjectMetadata {
        var metadata = ObjectMetadata()
        for (name, value) in headers {
            if name.hasHeaderPrefix(userPrefix) {
                let name = name.dropFirst(userPrefix.utf8CodeUnitCount).lowercased()
                // Repeated headers are one with a comma, as RFC 9110 and AWS join them.
                metadata.user.join(name, value, separator: ",")
            } else if let known = contentNames.first(where: name.isHeader) {
                metadata.headers.join(known.description, value, separator: ", ")
            }
        }
        metadata.headers = metadata.headers.compactMap { field in
            let value = field.name == "content-encoding" ? contentEncoding(field.value) : field.value
            return value.isEmpty ? nil : ObjectMetadata.Field(name: field.name, value: value)
        }
        try checkSize(metadata.user)
        return metadata
    }

    /// `aws-chunked` was of the transfer, and is no encoding of what is stored.
    static func contentEncoding(_ value: String) -> String {
        let codings = value.split(separator: ",").map { String(decoding: Substring($0).utf8.trimmed, as: UTF8.self) }
        let kept = codings.filter { $0.lowercased() != "aws-chunked" }
        return kept.count == codings.count ? value : kept.joined(separator: ",")
    }

    private static func checkSize(_ fields: [ObjectMetadata.Field]) throws(S3Error) {
        let byteCount = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard byteCount > maximumUserByteCount else { return }
        throw S3Error(
            .metadataTooLarge,
            details: [
                S3Error.Detail("Size", String(byteCount)),
                S3Error.Detail("MaxSizeAllowed", String(maximumUserByteCount)),
            ])
    }
}

extension [ObjectMetadata.Field] {
    fileprivate mutating func join(_ name: String, _ value: String, separator: String) {
        if let index = firstIndex(where: { $0.name == name }) {
            self[index] = Element(name: name, value: self[index].value + separator + value)
        } else {
            append(Element(name: name, value: value))
        }
    }
}

/// `response-content-type` and its like: what a GET's query replaces in the answer.
enum ResponseOverrides {
    private static let names = [
        "content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding",
    ]

    /// - Throws: `InvalidArgument` for a value that would end the header and begin another.
    static func parse(_ query: S3Query) throws(S3Error) -> [ObjectMetadata.Field] {
        var fields: [ObjectMetadata.Field] = []
        for name in names {
            guard let value = query["response-" + name] else { continue }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .invalidArgument(
                    "response-" + name, value, "Header value cannot be represented using ISO-8859-1.")
            }
            fields.append(ObjectMetadata.Field(name: name, value: value))
        }
        return fields
    }
}
