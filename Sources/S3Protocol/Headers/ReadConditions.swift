package import NIOHTTP1
package import StorageAPI

/// The conditions on reading an object, also as the source of a copy.
package struct ReadConditions: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case proceed
        /// 304 for a read, 412 for a copy.
        case notModified
        /// 412, and the header that did not hold.
        case preconditionFailed(header: String)
    }

    package var ifMatch: Precondition.Tags?
    package var ifNoneMatch: Precondition.Tags?
    package var ifModifiedSince: Timestamp?
    package var ifUnmodifiedSince: Timestamp?
    private let prefix: String

    package static let none = ReadConditions(headers: [:])

    /// - Parameter prefix: `x-amz-copy-source-` for the conditions on a copy's source.
    package init(headers: HTTPHeaders, prefix: String = "") {
        self.prefix = prefix
        ifMatch = EntityTags.parse(headers, prefix + "if-match", weak: false)
        ifNoneMatch = EntityTags.parse(headers, prefix + "if-none-match", weak: true)
        ifModifiedSince = headers.first(name: prefix + "if-modified-since").flatMap(Timestamp.init(httpDate:))
        ifUnmodifiedSince = headers.first(name: prefix + "if-unmodified-since").flatMap(Timestamp.init(httpDate:))
    }

    /// RFC 9110, section 13.2.2: a tag condition makes the date condition of its kind void, as S3 documents too.
    package func evaluate(etag: ETag, modified: Timestamp) -> Verdict {
        if let ifMatch {
            guard ifMatch.matches(etag) else { return .preconditionFailed(header: prefix + "If-Match") }
        } else if let ifUnmodifiedSince, modified.seconds > ifUnmodifiedSince.seconds {
            return .preconditionFailed(header: prefix + "If-Unmodified-Since")
        }
        if let ifNoneMatch {
            return ifNoneMatch.matches(etag) ? .notModified : .proceed
        }
        if let ifModifiedSince, modified.seconds <= ifModifiedSince.seconds {
            return .notModified
        }
        return .proceed
    }

    /// For the source of a copy, where not modified is a failure too.
    ///
    /// - Throws: `PreconditionFailed`.
    package func checkSource(_ info: ObjectInfo) throws(S3Error) {
        switch evaluate(etag: info.etag, modified: info.modified) {
        case .proceed: return
        case .notModified: throw S3Error(.preconditionFailed).with("Condition", prefix + "If-None-Match")
        case .preconditionFailed(let header): throw S3Error(.preconditionFailed).with("Condition", header)
        }
    }
}

/// Lists of entity tags in `If-Match` and `If-None-Match`. S3's clients send them with and without quotes.
enum EntityTags {
    /// - Parameter weak: whether weak tags can match; otherwise they match nothing (RFC 9110, section 8.8.3.2).
    static func parse(_ headers: HTTPHeaders, _ name: String, weak: Bool) -> Precondition.Tags? {
        let values = headers[name]
        return values.isEmpty ? nil : parse(values.joined(separator: ","), weak: weak)
    }

    static func parse(_ text: String, weak: Bool) -> Precondition.Tags {
        var tags: [ETag] = []
        for part in text.utf8.split(separator: UInt8(ascii: ",")) {
            var tag = part.trimmed
            if tag.elementsEqual("*".utf8) { return .any }
            if tag.starts(with: "W/".utf8) {
                guard weak else { continue }
                tag = tag.dropFirst(2)
            }
            tags.append(ETag(unquoted(String(decoding: tag, as: UTF8.self))))
        }
        return .oneOf(tags)
    }

    static func unquoted(_ text: String) -> String {
        var tag = text.utf8[...]
        if tag.first == UInt8(ascii: "\"") { tag = tag.dropFirst() }
        if tag.last == UInt8(ascii: "\"") { tag = tag.dropLast() }
        return String(Substring(tag))
    }
}

extension BidirectionalCollection<UInt8> where SubSequence == Self {
    /// Without the optional whitespace of RFC 9110, section 5.6.3, and line breaks.
    var trimmed: Self {
        var rest = self
        while let first = rest.first, Self.isSpace(first) { rest = rest.dropFirst() }
        while let last = rest.last, Self.isSpace(last) { rest = rest.dropLast() }
        return rest
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
