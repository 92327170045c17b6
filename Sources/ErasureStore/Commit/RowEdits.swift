import MetadataIndex

/// A row by name.
struct RowKey: Hashable {
    let family: Family
    let key: [UInt8]
}

/// Rows to put and delete, the last edit of each row winning.
struct RowEdits {
    private(set) var values: [RowKey: [UInt8]?] = [:]
    /// In the order of first edit, so that the same work makes the same batch.
    private(set) var order: [RowKey] = []

    var isEmpty: Bool { order.isEmpty }

    mutating func set(_ row: RowKey, _ value: [UInt8]?) {
        if values.updateValue(value, forKey: row) == nil { order.append(row) }
    }

    /// Nil: not edited. `.some(nil)`: deleted.
    func edit(of row: RowKey) -> [UInt8]?? {
        values[row]
    }

    /// The last edit of the row puts it.
    func puts(_ row: RowKey) -> Bool {
        if case .some(.some) = values[row] { true } else { false }
    }

    mutating func merge(_ later: RowEdits) {
        for row in later.order { set(row, later.values[row] ?? nil) }
    }

    var byteCount: Int {
        values.reduce(0) { $0 + $1.key.key.count + ($1.value?.count ?? 0) }
    }

    var operations: [IndexBatch.Operation] {
        order.map { row in
            if let value = values[row] ?? nil {
                .put(row.family, key: row.key, value: value)
            } else {
                .delete(row.family, key: row.key)
            }
        }
    }
}
