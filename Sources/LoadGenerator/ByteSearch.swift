import Glibc

extension UnsafeRawBufferPointer {
    /// Where the text stands first, at or after the position.
    func firstIndex(of text: StaticString, from position: Int = 0) -> Int? {
        guard let base = baseAddress else { return nil }
        let first = Int32(text.utf8Start.pointee)
        var position = position
        while position + text.utf8CodeUnitCount <= count {
            guard let found = memchr(base + position, first, count - position) else { return nil }
            let index = UnsafeRawPointer(found) - base
            guard index + text.utf8CodeUnitCount <= count else { return nil }
            if memcmp(found, text.utf8Start, text.utf8CodeUnitCount) == 0 { return index }
            position = index + 1
        }
        return nil
    }
}
