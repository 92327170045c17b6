package import SigV4

/// Says whose request it is. Answers from memory and on any thread: it is asked on the event loop, once per request.
package protocol Authenticator: Sendable {
    /// - Parameter hosts: names under which clients may know this server, besides the one in the Host header.
    /// - Throws: what S3 answers to a signature that is missing a part, wrong, late or of an unknown key.
    func authenticate(
        _ request: SignedRequest, now: UTCTime, hosts: [String]
    ) throws(SignatureError) -> AuthenticatedRequest
}

/// A request whose sender is known.
package struct AuthenticatedRequest: Sendable {
    package let principal: Principal
    /// Holds what the body must be checked against.
    package let authentication: Authentication

    package init(principal: Principal, authentication: Authentication) {
        self.principal = principal
        self.authentication = authentication
    }
}

/// Knows the root access key and no other.
package struct RootKeyAuthenticator: Authenticator {
    private struct RootKey: CredentialSource {
        let accessKeyID: String
        let credential: Credential

        func credential(for accessKeyID: String) -> Credential? {
            accessKeyID == self.accessKeyID ? credential : nil
        }
    }

    private let verifier: SignatureVerifier

    /// - Parameter region: the only region to accept in credentials; nil accepts any.
    package init(accessKeyID: String, secret: Secret, region: String? = nil) {
        let key = RootKey(accessKeyID: accessKeyID, credential: Credential(secret: secret))
        verifier = SignatureVerifier(credentials: key, region: region)
    }

    package func authenticate(
        _ request: SignedRequest, now: UTCTime, hosts: [String]
    ) throws(SignatureError) -> AuthenticatedRequest {
        let authentication = try verifier.verify(request, now: now, hosts: hosts)
        let principal: Principal =
            switch authentication {
            case .anonymous: .anonymous
            case .signed(let signature): .root(accessKeyID: signature.accessKeyID)
            }
        return AuthenticatedRequest(principal: principal, authentication: authentication)
    }
}
