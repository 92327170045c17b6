/// A page of a listing, asked for by bytes: keys and prefixes are ordered and compared as bytes.
///
/// With a delimiter, the keys that have it after the prefix are grouped: of each group only its common prefix is
/// listed (the key up to and with the first delimiter after the prefix), once, where the group's first key would be.
/// As on AWS, a group that `after` begins with is passed whole: `after` may be the common prefix of the page before,
/// and from within a group (`a/1` where `a/2` follows) the listing goes on behind it.
package struct ListQuery: Hashable, Sendable {
    package var prefix: [UInt8]
    /// Empty: no grouping.
    package var delimiter: [UInt8]
    /// Only what comes after this, in byte order, and no group that it begins with. Need not be a key.
    package var after: [UInt8]
    /// Objects and common prefixes together, at least 1.
    package var limit: Int

    package init(prefix: [UInt8] = [], delimiter: [UInt8] = [], after: [UInt8] = [], limit: Int) {
        self.prefix = prefix
        self.delimiter = delimiter
        self.after = after
        self.limit = limit
    }
}

/// What a listing by key and delimiter shows, in byte order.
package enum ListEntry<Item: Sendable>: Sendable {
    case item(Item)
    case commonPrefix([UInt8])
}

extension ListEntry: Equatable where Item: Equatable {}

package struct ListPage<Item: Sendable>: Sendable {
    package var entries: [ListEntry<Item>]
    /// More follows; the next page's `after` is the key or prefix of the last entry.
    package var isTruncated: Bool

    package init(entries: [ListEntry<Item>], isTruncated: Bool) {
        self.entries = entries
        self.isTruncated = isTruncated
    }
}

package typealias ObjectPage = ListPage<ObjectInfo>
package typealias UploadPage = ListPage<UploadInfo>

/// A page of buckets, ordered by name.
package struct BucketPage: Sendable {
    package var buckets: [BucketInfo]
    package var isTruncated: Bool

    package init(buckets: [BucketInfo], isTruncated: Bool) {
        self.buckets = buckets
        self.isTruncated = isTruncated
    }
}
