/// The name of a bucket, valid by construction under the naming rules of general purpose buckets
/// (Amazon S3 User Guide, "Bucket naming rules").
package struct BucketName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Throws: ``InvalidName`` with the rule that `text` breaks.
    package init(_ text: String) throws(InvalidName) {
        let bytes = Array(text.utf8)
        guard (3...63).contains(bytes.count) else {
            throw InvalidName(rule: "a bucket name has 3 to 63 characters")
        }
        guard bytes.allSatisfy(Self.isAllowed) else {
            throw InvalidName(rule: "a bucket name has lower-case letters, digits, dots and hyphens only")
        }
        guard Self.isAlphanumeric(bytes[0]), Self.isAlphanumeric(bytes[bytes.count - 1]) else {
            throw InvalidName(rule: "a bucket name begins and ends with a letter or digit")
        }
        for (left, right) in zip(bytes, bytes.dropFirst()) where left == UInt8(ascii: ".") && right == left {
            throw InvalidName(rule: "a bucket name has no two dots in a row")
        }
        for (left, right) in zip(bytes, bytes.dropFirst()) {
            let pair = [left, right]
            guard pair != Array(".-".utf8), pair != Array("-.".utf8) else {
                throw InvalidName(rule: "each label of a bucket name begins and ends with a letter or digit")
            }
        }
        guard !Self.looksLikeAddress(bytes) else {
            throw InvalidName(rule: "a bucket name does not look like an IP address")
        }
        for prefix in ["xn--", "sthree-", "amzn-s3-demo-"] where text.hasPrefix(prefix) {
            throw InvalidName(rule: "bucket names that begin with \(prefix) are reserved")
        }
        for suffix in ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"] where text.hasSuffix(suffix) {
            throw InvalidName(rule: "bucket names that end with \(suffix) are reserved")
        }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || isDigit(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private static func looksLikeAddress(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
    }
}

/// A name that breaks a rule. Nothing was changed.
package struct InvalidName: Error, Equatable {
    /// The rule, as half a sentence for the client.
    package let rule: String

    package init(rule: String) {
        self.rule = rule
    }
}
