import COpenSSL

package enum SecureRandom {
    /// Bytes nobody can guess, from libcrypto's generator.
    package static func bytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            precondition(RAND_bytes(bytes.baseAddress, Int32(count)) == 1, "the system has no randomness to give")
            initialized = count
        }
    }
}

package enum ConstantTime {
    /// Whether the bytes are equal, in a time that depends on their number only.
    package static func areEqual(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        return left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                left.isEmpty || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }

    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        areEqual(left.span.bytes, right.span.bytes)
    }
}
