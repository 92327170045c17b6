import Digests

/// Where a listing goes on, as an opaque word: base64url of a kind, the name and a check of both.
///
/// The check finds mistyped and foreign tokens. It is no secret: a token says nothing that the listing did not.
package enum ContinuationToken {
    package enum Kind: UInt8, Sendable {
        case objects = 1
        case buckets = 2
    }

    package static func encode(_ name: [UInt8], for kind: Kind) -> String {
        let payload = [kind.rawValue] + name
        let text = Base64.encode(payload + check(payload)).utf8.compactMap { character -> UInt8? in
            switch character {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: character
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Throws: `InvalidArgument` for what ``encode(_:for:)`` did not make.
    package static func decode(_ token: String, for kind: Kind) throws(S3Error) -> [UInt8] {
        guard let bytes = decodeURL(token), bytes.count > checkByteCount, bytes[0] == kind.rawValue,
            check(bytes.dropLast(checkByteCount)) == Array(bytes.suffix(checkByteCount))
        else {
            throw .invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
        }
        return Array(bytes.dropFirst().dropLast(checkByteCount))
    }

    private static func decodeURL(_ token: String) -> [UInt8]? {
        var text = token.utf8.map { character in
            switch character {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            // A base64 text of the other alphabet is none of ours.
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): UInt8(ascii: "!")
            default: character
            }
        }
        while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        return Base64.decode(String(decoding: text, as: UTF8.self))
    }

    private static let checkByteCount = 4

    private static func check(_ bytes: [UInt8]) -> [UInt8] {
        CRC32C(value: CRC32C.value(of: bytes)).bytes
    }
}
