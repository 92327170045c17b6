import COpenSSL

/// Authenticated encryption with AES-256-GCM (NIST SP 800-38D), for secrets at rest.
package enum AESGCM {
    package static let keyByteCount = 32
    private static let nonceByteCount = 12
    private static let tagByteCount = 16

    /// How much longer what is sealed is than the plaintext.
    package static let overheadByteCount = nonceByteCount + tagByteCount

    /// Nonce, ciphertext, tag. The nonce is random: one key may seal up to 2^32 plaintexts.
    ///
    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - context: Is authenticated and must be the same when opening; say what is sealed and whose it is.
    package static func seal(_ plaintext: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8] {
        seal(plaintext, key: key, context: context, nonce: SecureRandom.bytes(nonceByteCount))
    }

    /// For tests with published vectors. A nonce that is used twice breaks the key.
    static func seal(_ plaintext: [UInt8], key: [UInt8], context: [UInt8], nonce: [UInt8]) -> [UInt8] {
        precondition(nonce.count == nonceByteCount)
        let cipher = start(key: key, nonce: nonce, isEncrypting: true)
        defer { EVP_CIPHER_CTX_free(cipher) }

        var tag = [UInt8](repeating: 0, count: tagByteCount)
        precondition(authenticate(context, with: cipher))
        let ciphertext = transform(plaintext[...], with: cipher)
        var none: Int32 = 0
        precondition(EVP_EncryptFinal_ex(cipher, nil, &none) == 1, "libcrypto could not encrypt")
        let tagged = EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tagByteCount), &tag)
        precondition(tagged == 1, "libcrypto could not encrypt")
        return nonce + ciphertext + tag
    }

    /// The plaintext, or nil when `sealed` was not sealed with this key and context, or was changed since.
    package static func open(_ sealed: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= overheadByteCount else { return nil }
        let cipher = start(key: key, nonce: Array(sealed.prefix(nonceByteCount)), isEncrypting: false)
        defer { EVP_CIPHER_CTX_free(cipher) }

        var tag = Array(sealed.suffix(tagByteCount))
        precondition(authenticate(context, with: cipher))
        let plaintext = transform(sealed.dropFirst(nonceByteCount).dropLast(tagByteCount), with: cipher)
        guard EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tagByteCount), &tag) == 1 else { return nil }
        var none: Int32 = 0
        guard EVP_DecryptFinal_ex(cipher, nil, &none) == 1 else { return nil }
        return plaintext
    }

    private static func start(key: [UInt8], nonce: [UInt8], isEncrypting: Bool) -> OpaquePointer {
        precondition(key.count == keyByteCount, "an AES-256 key has 32 bytes")
        guard let cipher = EVP_CIPHER_CTX_new() else { fatalError("libcrypto is out of memory") }
        let started = EVP_CipherInit_ex2(cipher, EVP_aes_256_gcm(), key, nonce, isEncrypting ? 1 : 0, nil)
        precondition(started == 1, "libcrypto could not start AES-256-GCM")
        return cipher
    }

    private static func authenticate(_ context: [UInt8], with cipher: OpaquePointer) -> Bool {
        var count: Int32 = 0
        return context.isEmpty || EVP_CipherUpdate(cipher, nil, &count, context, Int32(context.count)) == 1
    }

    private static func transform(_ bytes: ArraySlice<UInt8>, with cipher: OpaquePointer) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        return [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
            let done = bytes.withUnsafeBufferPointer { input in
                var written: Int32 = 0
                let length = Int32(input.count)
                return EVP_CipherUpdate(cipher, output.baseAddress, &written, input.baseAddress, length) == 1
            }
            precondition(done, "libcrypto could not run AES-256-GCM")
            count = bytes.count
        }
    }
}
