/// What must hold of a key's current object for a write to take effect. Decided at the commit, atomically with it.
package struct Precondition: Hashable, Sendable {
    package enum Tags: Hashable, Sendable {
        case any
        case oneOf([ETag])

        package func matches(_ etag: ETag) -> Bool {
            switch self {
            case .any: true
            case .oneOf(let tags): tags.contains(etag)
            }
        }
    }

    /// The current object exists and has such a tag.
    package var ifMatch: Tags?
    /// There is no current object with such a tag.
    package var ifNoneMatch: Tags?
    /// The current object was last modified at this second (`x-amz-if-match-last-modified-time`).
    package var ifModifiedAt: Timestamp?
    /// The current object has this many bytes (`x-amz-if-match-size`).
    package var ifSize: UInt64?

    package init(
        ifMatch: Tags? = nil, ifNoneMatch: Tags? = nil, ifModifiedAt: Timestamp? = nil, ifSize: UInt64? = nil
    ) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
        self.ifModifiedAt = ifModifiedAt
        self.ifSize = ifSize
    }

    package static let none = Precondition()
}

/// The facts of a current object that preconditions look at.
package struct CurrentObject: Hashable, Sendable {
    package var etag: ETag
    package var modified: Timestamp
    package var size: UInt64

    package init(etag: ETag, modified: Timestamp, size: UInt64) {
        self.etag = etag
        self.modified = modified
        self.size = size
    }
}

extension Precondition {
    /// Nil when the write may go on, otherwise why it may not. Pure: every engine decides with this.
    package func refusal(current: CurrentObject?) -> StoreError.Code? {
        if let ifMatch {
            guard let current else { return .preconditionMissingKey }
            guard ifMatch.matches(current.etag) else { return .preconditionFailed }
        }
        if let ifNoneMatch, let current, ifNoneMatch.matches(current.etag) {
            return .preconditionFailed
        }
        if let ifModifiedAt, let current, current.modified.seconds != ifModifiedAt.seconds {
            return .preconditionFailed
        }
        if let ifSize, let current, current.size != ifSize {
            return .preconditionFailed
        }
        return nil
    }
}
