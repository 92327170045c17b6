import MetadataIndex
import StorageAPI

/// One set's part of a listing: a range scan that seeks past each common prefix instead of reading it. Pure over a
/// cursor; keys are bytes.
struct KeyLister {
    let query: ListQuery

    /// The common prefix that a key is listed under, if any: up to and with the first delimiter behind the query's
    /// prefix.
    func group(of key: [UInt8]) -> [UInt8]? {
        Self.group(of: key, query)
    }

    static func group(of key: [UInt8], _ query: ListQuery) -> [UInt8]? {
        let delimiter = query.delimiter
        guard !delimiter.isEmpty, key.count >= query.prefix.count + delimiter.count else { return nil }
        var start = query.prefix.count
        while start + delimiter.count <= key.count {
            if key[start] == delimiter[0], key[start..<start + delimiter.count].elementsEqual(delimiter) {
                return Array(key[..<(start + delimiter.count)])
            }
            start += 1
        }
        return nil
    }

    /// Where the scan begins, as a key: everything before it is passed. Nil: nothing follows.
    var firstKey: [UInt8]? {
        let after = query.after
        guard !after.isEmpty, !after.lexicographicallyPrecedes(query.prefix) else { return query.prefix }
        if after.starts(with: query.prefix), let group = group(of: after) {
            return upperBound(ofPrefix: group)
        }
        return after + [0]
    }

    /// Up to `limit` entries from rows whose keys begin with `rowPrefix`, followed by the object key as `parse` reads
    /// it. `rowsRead` counts what was read.
    func entries<Item>(
        _ index: any IndexReader, _ family: Family, rowKey: ([UInt8]) -> [UInt8], limit: Int, rowsRead: inout Int,
        parse: (IndexRow) throws -> (key: [UInt8], item: Item)
    ) throws -> [ListEntry<Item>] {
        guard let first = firstKey else { return [] }
        // The upper bound of an empty prefix within a bucket is the bucket's own.
        let cursor = try index.cursor(family, from: rowKey(first), to: upperBound(ofPrefix: rowKey(query.prefix)))
        var entries: [ListEntry<Item>] = []
        while entries.count < limit, let row = try cursor.next() {
            rowsRead += 1
            let (key, item) = try parse(row)
            guard let group = group(of: key) else {
                entries.append(.item(item))
                continue
            }
            entries.append(.commonPrefix(group))
            guard let next = upperBound(ofPrefix: group) else { break }
            try cursor.seek(to: rowKey(next))
        }
        return entries
    }

    /// Joins the pages of several sets, each in byte order and each as long as the page needs. What several sets list
    /// is listed once: where a key is on its way from one pool to another, as it was.
    static func merge<Item>(
        _ pages: [[ListEntry<Item>]], limit: Int, isShadow: (Item) -> Bool, key: (ListEntry<Item>) -> [UInt8]
    ) -> ListPage<Item> {
        var entries: [ListEntry<Item>] = []
        var heads = pages.map { $0[...] }
        var last: [UInt8]?
        while true {
            let candidates = heads.indices.filter { !heads[$0].isEmpty }
            guard
                let best = candidates.min(by: {
                    key(heads[$0][heads[$0].startIndex]).lexicographicallyPrecedes(key(heads[$1][heads[$1].startIndex]))
                })
            else { return ListPage(entries: entries, isTruncated: false) }
            let entry = heads[best].removeFirst()
            let name = key(entry)
            guard name == last else {
                // One more shows that there is more; it may still turn out to be a repetition of the last one.
                guard entries.count < limit else { return ListPage(entries: entries, isTruncated: true) }
                last = name
                entries.append(entry)
                continue
            }
            if case .item(let item) = entry, !isShadow(item) { entries[entries.count - 1] = entry }
        }
    }
}
