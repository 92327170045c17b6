/// The key of an object: 1 to 1,024 bytes of UTF-8, kept verbatim and compared as bytes.
///
/// Never a `String`: its comparison is canonical equivalence and would merge the composed and the decomposed "é".
package struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let maximumByteCount = 1024

    package let bytes: [UInt8]

    /// - Throws: ``InvalidName`` when `bytes` is empty, longer than 1,024 bytes or not UTF-8.
    package init(_ bytes: [UInt8]) throws(InvalidName) {
        guard !bytes.isEmpty else { throw InvalidName(rule: "a key is not empty") }
        guard bytes.count <= Self.maximumByteCount else {
            throw InvalidName(rule: "a key has at most \(Self.maximumByteCount) bytes")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw InvalidName(rule: "a key is valid UTF-8")
        }
        self.bytes = bytes
    }

    package init(_ text: String) throws(InvalidName) {
        try self.init(Array(text.utf8))
    }

    /// For bytes that were a key before, read back from a checked record.
    package init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    package static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
