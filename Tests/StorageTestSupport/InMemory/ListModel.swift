package import StorageAPI

/// What a listing must show, worked out the slow and obvious way from all keys.
package enum ListModel {
    /// - Parameters:
    ///   - sorted: items in byte order of their keys.
    ///   - hasPassed: whether an item lies before the page; groups that `query.after` begins with lie before it too.
    package static func page<Item>(
        of sorted: some Sequence<Item>, _ query: ListQuery, key: (Item) -> [UInt8], hasPassed: (Item) -> Bool
    ) -> ListPage<Item> {
        var page = ListPage<Item>(entries: [], isTruncated: false)
        var lastGroup: [UInt8]?
        for item in sorted where key(item).starts(with: query.prefix) && !hasPassed(item) {
            let group = commonPrefix(of: key(item), query)
            if let group, group == lastGroup || query.after.starts(with: group) { continue }
            guard page.entries.count < query.limit else {
                page.isTruncated = true
                break
            }
            page.entries.append(group.map { .commonPrefix($0) } ?? .item(item))
            lastGroup = group
        }
        return page
    }

    package static func page(ofKeys sorted: some Sequence<[UInt8]>, _ query: ListQuery) -> ListPage<[UInt8]> {
        page(of: sorted, query, key: { $0 }, hasPassed: { !query.after.lexicographicallyPrecedes($0) })
    }

    /// The group of a key: up to and with the first delimiter after the query's prefix.
    static func commonPrefix(of key: [UInt8], _ query: ListQuery) -> [UInt8]? {
        guard !query.delimiter.isEmpty, key.count >= query.prefix.count + query.delimiter.count else { return nil }
        for start in query.prefix.count...(key.count - query.delimiter.count)
        where key[start...].starts(with: query.delimiter) {
            return Array(key[..<(start + query.delimiter.count)])
        }
        return nil
    }
}

extension ListPage {
    /// What the next page's query has as `after`; nil at the end.
    package func next(key: (Item) -> [UInt8]) -> [UInt8]? {
        guard isTruncated, let last = entries.last else { return nil }
        return switch last {
        case .item(let item): key(item)
        case .commonPrefix(let prefix): prefix
        }
    }
}
