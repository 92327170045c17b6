/// A dictionary whose keys are kept in byte order. For tests: an insertion moves what follows.
package struct ByteOrderedMap<Value> {
    package private(set) var keys: [[UInt8]] = []
    private var values: [[UInt8]: Value] = [:]

    package init() {}

    package subscript(key: [UInt8]) -> Value? {
        get { values[key] }
        set {
            let isThere = values[key] != nil
            values[key] = newValue
            if newValue != nil, !isThere { keys.insert(key, at: firstIndex(notBefore: key)) }
            if newValue == nil, isThere { keys.remove(at: firstIndex(notBefore: key)) }
        }
    }

    package var isEmpty: Bool { keys.isEmpty }
    package var unorderedValues: some Collection<Value> { values.values }

    /// Keys at or after `key`.
    package func keys(from key: [UInt8]) -> ArraySlice<[UInt8]> {
        keys[firstIndex(notBefore: key)...]
    }

    private func firstIndex(notBefore key: [UInt8]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
