import NIOHTTP1
import StorageAPI

/// The conditions on the key that a request writes or deletes.
enum WriteConditions {
    /// - Throws: `NotImplemented` naming a condition that AWS does not take on this kind of request.
    static func forWriting(_ headers: HTTPHeaders) throws(S3Error) -> Precondition {
        try refuse(["if-modified-since", "if-unmodified-since"], headers)
        return Precondition(
            ifMatch: EntityTags.parse(headers, "if-match", weak: false),
            ifNoneMatch: EntityTags.parse(headers, "if-none-match", weak: true))
    }

    /// - Throws: `NotImplemented` as above; `InvalidArgument` for a time or size that is none.
    static func forDeleting(_ headers: HTTPHeaders) throws(S3Error) -> Precondition {
        try refuse(["if-modified-since", "if-unmodified-since", "if-none-match"], headers)
        var condition = Precondition(ifMatch: EntityTags.parse(headers, "if-match", weak: false))
        let timeName = "x-amz-if-match-last-modified-time"
        if let text = headers.first(name: timeName) {
            guard let time = Timestamp(httpDate: text) ?? Timestamp(iso8601: text) else {
                throw .invalidArgument(timeName, text)
            }
            condition.ifModifiedAt = time
        }
        let sizeName = "x-amz-if-match-size"
        if let text = headers.first(name: sizeName) {
            guard let size = UInt64(text) else { throw .invalidArgument(sizeName, text) }
            condition.ifSize = size
        }
        return condition
    }

    private static func refuse(_ names: [String], _ headers: HTTPHeaders) throws(S3Error) {
        for name in names where headers.contains(name: name) {
            throw .notImplemented(header: name)
        }
    }
}
