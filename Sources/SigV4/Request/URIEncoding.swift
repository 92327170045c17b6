import Digests

/// Percent-encoding as S3 canonicalises it: everything but unreserved characters (RFC 3986), in upper case, once.
enum URIEncoding {
    /// Appends what stands for the same bytes as `text`, encoded canonically.
    ///
    /// - Returns: Whether every percent sign was followed by two digits.
    static func appendCanonical(
        _ text: Span<UInt8>, plusIsSpace: Bool, keepingSlash: Bool, to canonical: inout [UInt8]
    ) -> Bool {
        var index = 0
        while index < text.count {
            var byte = text[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < text.count, let high = Hex.value(of: text[index]),
                    let low = Hex.value(of: text[index + 1])
                else { return false }
                byte = high << 4 | low
                index += 2
            } else if plusIsSpace, byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            }
            append(byte, keepingSlash: keepingSlash, to: &canonical)
        }
        return true
    }

    static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 { append(byte, keepingSlash: false, to: &encoded) }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The bytes that a canonical encoding stands for.
    static func decode(canonical text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%"), let high = iterator.next(), let low = iterator.next() {
                bytes.append((Hex.value(of: high) ?? 0) << 4 | (Hex.value(of: low) ?? 0))
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func append(_ byte: UInt8, keepingSlash: Bool, to text: inout [UInt8]) {
        if isUnreserved(byte) || keepingSlash && byte == UInt8(ascii: "/") {
            text.append(byte)
        } else {
            text.append(UInt8(ascii: "%"))
            text.append(digit(byte >> 4))
            text.append(digit(byte & 0xf))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") - 10 + value
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
