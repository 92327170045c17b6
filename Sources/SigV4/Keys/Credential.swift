/// The secret half of an access key. Never printed.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The secret itself, for the few who must write it down or hand it over.
    package func reveal() -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

/// What an access key's owner proves to know.
package struct Credential: Sendable {
    package let secret: Secret
    /// Temporary credentials count only together with the token they were issued with.
    package let sessionToken: Secret?
    /// When temporary credentials end; nil for never.
    package let expiry: UTCTime?

    package init(secret: Secret, sessionToken: Secret? = nil, expiry: UTCTime? = nil) {
        self.secret = secret
        self.sessionToken = sessionToken
        self.expiry = expiry
    }
}

/// Where access keys are looked up. Answers from memory: it is asked on the event loop, once per request.
package protocol CredentialSource: Sendable {
    /// Nil when there is no such access key, or none that may be used.
    func credential(for accessKeyID: String) -> Credential?
}
