/// A page of a listing, asked for by bytes: keys and prefixes are ordered and compared as bytes.
package struct ListQuery: Hashable, Sendable {
    package var prefix: [UInt8]
    /// Empty: no grouping.
    package var delimiter: [UInt8]
    /// Only what comes after this. When it is a common prefix of the listing, that whole group is passed.
    package var after: [UInt8]
    /// Objects and common prefixes together.
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
