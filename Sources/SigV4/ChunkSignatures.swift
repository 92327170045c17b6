import Digests

/// The chain of signatures in a body: each covers its bytes and the signature before it, the first the request's own
/// ("Signature calculations for the Authorization header: transferring payload in multiple chunks").
package struct ChunkSignatures: Sendable {
    private let key: SigningKey
    /// Timestamp and scope, each with its newline.
    private let context: [UInt8]
    /// 64 hexadecimal digits, as ASCII.
    private var previous: [UInt8]

    init(key: SigningKey, scope: CredentialScope, timestamp: String, seed: [UInt8]) {
        self.key = key
        var context = Array(timestamp.utf8)
        context.append(newline)
        scope.append(to: &context)
        context.append(newline)
        self.context = context
        previous = seed
    }

    /// The signature of the next chunk: 64 hexadecimal digits, as ASCII.
    ///
    /// - Parameter digest: The SHA-256 digest of the chunk's bytes.
    package mutating func next(digest: [UInt8]) -> [UInt8] {
        var string = start("AWS4-HMAC-SHA256-PAYLOAD\n")
        string += Self.digestOfNothing
        string.append(newline)
        Hex.append(digest, to: &string)
        previous = key.signature(of: string)
        return previous
    }

    /// The signature of the trailer, which follows the last chunk, the empty one.
    ///
    /// - Parameter digest: The SHA-256 digest of the trailer's lines, each `name:value` and a newline.
    package mutating func trailer(digest: [UInt8]) -> [UInt8] {
        var string = start("AWS4-HMAC-SHA256-TRAILER\n")
        Hex.append(digest, to: &string)
        previous = key.signature(of: string)
        return previous
    }

    private func start(_ algorithm: String) -> [UInt8] {
        var string: [UInt8] = []
        string.reserveCapacity(320)
        string += algorithm.utf8
        string += context
        string += previous
        string.append(newline)
        return string
    }

    private static let digestOfNothing = Array(PayloadMode.empty.headerValue.utf8)
}
