import NIOHTTP1

extension String {
    /// Whether a header's name begins with `prefix`, lower-case ASCII. Every request asks this of every header.
    func hasHeaderPrefix(_ prefix: StaticString) -> Bool {
        let bytes = utf8
        guard bytes.count >= prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { prefix in
            bytes.starts(with: prefix) { Self.lowered($0) == $1 }
        }
    }

    /// Whether a header's name is `name`, which is lower-case ASCII.
    func isHeader(_ name: StaticString) -> Bool {
        utf8.count == name.utf8CodeUnitCount && hasHeaderPrefix(name)
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
