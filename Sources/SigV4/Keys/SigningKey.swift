import Digests
import Synchronization

/// The key that signs for one access key within one scope.
package struct SigningKey: Sendable {
    private let bytes: [UInt8]

    package init(secret: Secret, scope: CredentialScope) {
        var key = HMACSHA256.code(for: Array(scope.day.utf8), key: Array("AWS4".utf8) + secret.bytes)
        for text in [scope.region, scope.service, CredentialScope.terminator] {
            key = HMACSHA256.code(for: Array(text.utf8), key: key)
        }
        bytes = key
    }

    /// 64 hexadecimal digits, as ASCII.
    func signature(of stringToSign: [UInt8]) -> [UInt8] {
        var signature: [UInt8] = []
        signature.reserveCapacity(64)
        Hex.append(HMACSHA256.code(for: stringToSign, key: bytes), to: &signature)
        return signature
    }
}

/// Remembers derived signing keys, so that a request costs one authentication code instead of five.
package final class SigningKeyCache: Sendable {
    private struct Name: Hashable {
        let accessKeyID: String
        let scope: CredentialScope
    }

    private struct Entry {
        let secret: Secret
        let key: SigningKey
    }

    private let entries = Mutex<[Name: Entry]>([:])
    private let capacity: Int

    package init(capacity: Int = 1024) {
        self.capacity = capacity
    }

    /// The remembered key, if it was derived from this very secret: an access key may get another.
    func key(for accessKeyID: String, secret: Secret, scope: CredentialScope) -> SigningKey? {
        let entry = entries.withLock { $0[Name(accessKeyID: accessKeyID, scope: scope)] }
        return entry?.secret == secret ? entry?.key : nil
    }

    /// Only for keys whose signature was right; the scope is the client's choice, and a stranger must not fill this up.
    func remember(_ key: SigningKey, for accessKeyID: String, secret: Secret, scope: CredentialScope) {
        entries.withLock { entries in
            // Forgetting everything is cheap to make up for, and needs no bookkeeping on every use.
            if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
            entries[Name(accessKeyID: accessKeyID, scope: scope)] = Entry(secret: secret, key: key)
        }
    }
}
