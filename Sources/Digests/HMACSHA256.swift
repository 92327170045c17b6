/// HMAC with SHA-256 (RFC 2104).
///
/// Composed of two digests here, because libcrypto's own spends several times their cost on looking things up.
package enum HMACSHA256 {
    /// 32 bytes.
    package static func code(for message: RawSpan, key: RawSpan) -> [UInt8] {
        var pad = [UInt8](repeating: 0, count: blockByteCount)
        if key.byteCount > blockByteCount {
            let digest = DigestAlgorithm.sha256.digest(of: key)
            pad.replaceSubrange(0..<digest.count, with: digest)
        } else {
            for index in 0..<key.byteCount {
                pad[index] = key.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            }
        }

        var digest = MessageDigest(.sha256)
        for index in pad.indices { pad[index] ^= innerPad }
        digest.update(pad)
        digest.update(message)
        let inner = digest.finish()
        for index in pad.indices { pad[index] ^= innerPad ^ outerPad }
        digest.update(pad)
        digest.update(inner)
        return digest.finish()
    }

    package static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        code(for: message.span.bytes, key: key.span.bytes)
    }

    private static let blockByteCount = 64
    private static let innerPad: UInt8 = 0x36
    private static let outerPad: UInt8 = 0x5c
}
