import COpenSSL
package import NIOCore

/// The message digests that S3 uses.
package enum DigestAlgorithm: CaseIterable, Hashable, Sendable {
    case md5
    case sha1
    case sha256

    /// The length of a digest.
    package var byteCount: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The digest of `bytes`, which are all there are.
    package func digest(of bytes: RawSpan) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            bytes.withUnsafeBytes { bytes in
                let done = EVP_Digest(bytes.baseAddress, bytes.count, digest.baseAddress, nil, implementation, nil)
                precondition(done == 1, "libcrypto could not digest")
            }
            count = byteCount
        }
    }

    package func digest(of bytes: [UInt8]) -> [UInt8] {
        digest(of: bytes.span.bytes)
    }

    /// The digest of the readable bytes.
    package func digest(of buffer: ByteBuffer) -> [UInt8] {
        digest(of: buffer.readableBytesSpan)
    }
}

/// A running message digest.
package struct MessageDigest: ~Copyable, IncrementalHash {
    package let algorithm: DigestAlgorithm
    private let context: OpaquePointer

    package init(_ algorithm: DigestAlgorithm) {
        guard let context = EVP_MD_CTX_new() else { fatalError("libcrypto is out of memory") }
        self.algorithm = algorithm
        self.context = context
        start()
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { bytes in
            precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto could not digest")
        }
    }

    /// The digest of what was taken in since `init` or the last `finish`. The next `update` begins anew.
    package mutating func finish() -> [UInt8] {
        let digest = [UInt8](unsafeUninitializedCapacity: algorithm.byteCount) { digest, count in
            precondition(EVP_DigestFinal_ex(context, digest.baseAddress, nil) == 1, "libcrypto could not digest")
            count = algorithm.byteCount
        }
        start()
        return digest
    }

    private func start() {
        precondition(EVP_DigestInit_ex2(context, algorithm.implementation, nil) == 1, "libcrypto could not digest")
    }
}

// The context belongs to this value alone, which cannot be copied, and is bound to no thread.
extension MessageDigest: @unchecked Sendable {}

extension DigestAlgorithm {
    /// Fetched once: looking an algorithm up by name costs more than digesting a short message.
    fileprivate var implementation: OpaquePointer {
        switch self {
        case .md5: Self.fetchedMD5
        case .sha1: Self.fetchedSHA1
        case .sha256: Self.fetchedSHA256
        }
    }

    // Immutable once fetched, and never freed.
    nonisolated(unsafe) private static let fetchedMD5 = fetch("MD5")
    nonisolated(unsafe) private static let fetchedSHA1 = fetch("SHA1")
    nonisolated(unsafe) private static let fetchedSHA256 = fetch("SHA256")

    private static func fetch(_ name: String) -> OpaquePointer {
        guard let implementation = EVP_MD_fetch(nil, name, nil) else {
            fatalError("this libcrypto has no \(name); S3 cannot be served without it")
        }
        return implementation
    }
}
