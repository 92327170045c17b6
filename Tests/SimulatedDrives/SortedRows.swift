import Glibc
package import MetadataIndex

/// Rows in the order of their keys, in chunks that copies share until one of them is changed.
package struct SortedRows: Sendable {
    /// No chunk is empty.
    private var chunks: [[IndexRow]] = []
    package private(set) var count = 0

    private static let chunkLimit = 32

    struct Position {
        fileprivate var chunk: Int
        fileprivate var row: Int
    }

    package init() {}

    /// In order.
    package var all: [IndexRow] { chunks.flatMap(\.self) }

    package func value(_ key: [UInt8]) -> [UInt8]? {
        guard let row = row(at: position(atOrBehind: key)), row.key == key else { return nil }
        return row.value
    }

    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        let position = position(atOrBehind: key)
        if let row = row(at: position), row.key == key {
            chunks[position.chunk][position.row].value = value
            return
        }
        insert(IndexRow(key: key, value: value), before: position)
    }

    package mutating func delete(_ key: [UInt8]) {
        let position = position(atOrBehind: key)
        guard let row = row(at: position), row.key == key else { return }
        chunks[position.chunk].remove(at: position.row)
        if chunks[position.chunk].isEmpty { chunks.remove(at: position.chunk) }
        count -= 1
    }

    func row(at position: Position) -> IndexRow? {
        position.chunk < chunks.count ? chunks[position.chunk][position.row] : nil
    }

    func position(behind position: Position) -> Position {
        position.row + 1 < chunks[position.chunk].count
            ? Position(chunk: position.chunk, row: position.row + 1)
            : Position(chunk: position.chunk + 1, row: 0)
    }

    func position(atOrBehind key: [UInt8]) -> Position {
        let chunk = partition(chunks.count) { precedes(chunks[$0][chunks[$0].count - 1].key, key) }
        guard chunk < chunks.count else { return Position(chunk: chunk, row: 0) }
        let rows = chunks[chunk]
        return Position(chunk: chunk, row: partition(rows.count) { precedes(rows[$0].key, key) })
    }

    private mutating func insert(_ row: IndexRow, before position: Position) {
        count += 1
        guard let last = chunks.indices.last else {
            chunks.append([row])
            return
        }
        let chunk = min(position.chunk, last)
        let index = position.chunk > last ? chunks[last].count : position.row
        chunks[chunk].insert(row, at: index)
        guard chunks[chunk].count > Self.chunkLimit else { return }
        let half = Array(chunks[chunk][(Self.chunkLimit / 2)...])
        chunks[chunk].removeSubrange((Self.chunkLimit / 2)...)
        chunks.insert(half, at: chunk + 1)
    }
}

/// The first of `count` indices that does not fulfil the condition, which no later one fulfils either.
private func partition(_ count: Int, _ condition: (Int) -> Bool) -> Int {
    var (lower, upper) = (0, count)
    while lower < upper {
        let middle = (lower + upper) / 2
        if condition(middle) { lower = middle + 1 } else { upper = middle }
    }
    return lower
}

/// As `memcmp`: simulations run in debug builds, where the generic comparison is a hundred times slower.
func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in
            let common = min(left.count, right.count)
            guard common > 0 else { return left.count < right.count }
            let order = memcmp(left.baseAddress!, right.baseAddress!, common)
            return order == 0 ? left.count < right.count : order < 0
        }
    }
}
