/// Checks the pages of one listing: keys ascend, across pages too, and are counted.
struct ListingCheck {
    private(set) var keyCount = 0
    private var last: ArraySlice<UInt8> = []

    /// - Returns: The token of the next page, nil after the last one.
    mutating func add(_ document: [UInt8]) throws(LoadError) -> String? {
        var position = 0
        while let key = Self.element(("<Key>", "</Key>"), in: document, from: &position) {
            guard last.lexicographicallyPrecedes(key) else { throw LoadError("keys out of order in a listing") }
            last = key
            keyCount += 1
        }
        position = 0
        guard let truncated = Self.element(("<IsTruncated>", "</IsTruncated>"), in: document, from: &position) else {
            throw LoadError("a listing that does not say whether it is truncated")
        }
        guard truncated.elementsEqual("true".utf8) else { return nil }
        position = 0
        guard
            let token = Self.element(
                ("<NextContinuationToken>", "</NextContinuationToken>"), in: document, from: &position)
        else {
            throw LoadError("a truncated listing without a token")
        }
        return String(decoding: token, as: UTF8.self)
    }

    /// The text of the next element with these tags; the position moves behind it.
    private static func element(
        _ tags: (open: StaticString, close: StaticString), in document: [UInt8], from position: inout Int
    ) -> ArraySlice<UInt8>? {
        document.withUnsafeBytes { bytes -> Range<Int>? in
            guard let open = bytes.firstIndex(of: tags.open, from: position) else { return nil }
            let start = open + tags.open.utf8CodeUnitCount
            guard let close = bytes.firstIndex(of: tags.close, from: start) else { return nil }
            position = close + tags.close.utf8CodeUnitCount
            return start..<close
        }.map { document[$0] }
    }
}
