import NIOHTTP1
import StorageAPI

/// Headers of an upload that are stored with the object.
enum MetadataHeaders {
    /// Bytes of the names, without their prefix, and the values of all user metadata together.
    static let maximumUserByteCount = 2_048
    static let userPrefix = "x-amz-meta-"
    private static let contentNames = [
        "content-type", "content-encoding", "cache-control", "content-disposition", "content-language", "expires",
    ]

    /// - Throws: `MetadataTooLarge`.
    static func parse(_ headers: HTTPHeaders) throws(S3Error) -> ObjectMetadata {
        ObjectMetadata(headers: contentNames.compactMap { content($0, headers) }, user: try user(headers))
    }

    private static func content(_ name: String, _ headers: HTTPHeaders) -> ObjectMetadata.Field? {
        var value = headers[name].joined(separator: ", ")
        if name == "content-encoding" { value = contentEncoding(value) }
        return value.isEmpty ? nil : ObjectMetadata.Field(name: name, value: value)
    }

    /// `aws-chunked` was of the transfer, and is no encoding of what is stored.
    static func contentEncoding(_ value: String) -> String {
        let codings = value.split(separator: ",").map { String(decoding: Substring($0).utf8.trimmed, as: UTF8.self) }
        let kept = codings.filter { $0.lowercased() != "aws-chunked" }
        return kept.count == codings.count ? value : kept.joined(separator: ",")
    }

    /// Repeated headers are one with a comma, as RFC 9110 and AWS join them.
    private static func user(_ headers: HTTPHeaders) throws(S3Error) -> [ObjectMetadata.Field] {
        var names: [String] = []
        var values: [String: String] = [:]
        for (field, value) in headers {
            let lower = field.lowercased()
            guard lower.utf8.starts(with: userPrefix.utf8) else { continue }
            let name = String(lower.dropFirst(userPrefix.count))
            if let earlier = values[name] {
                values[name] = earlier + "," + value
            } else {
                names.append(name)
                values[name] = value
            }
        }
        let fields = names.map { ObjectMetadata.Field(name: $0, value: values[$0] ?? "") }
        let byteCount = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard byteCount <= maximumUserByteCount else {
            throw S3Error(
                .metadataTooLarge,
                details: [
                    S3Error.Detail("Size", String(byteCount)),
                    S3Error.Detail("MaxSizeAllowed", String(maximumUserByteCount)),
                ])
        }
        return fields
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
