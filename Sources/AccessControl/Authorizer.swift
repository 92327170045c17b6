package import StorageAPI

/// What somebody wants to do, in the terms of policies.
package struct AccessRequest: Hashable, Sendable {
    package var principal: Principal
    /// `s3:GetObject` and so on.
    package var action: String
    /// Nil for the service itself.
    package var bucket: BucketName?
    /// Nil for a bucket.
    package var key: ObjectKey?
    /// Whether the client came over TLS (`aws:SecureTransport`).
    package var isSecure: Bool
    /// The client's IP address (`aws:SourceIp`).
    package var clientAddress: String

    package init(
        principal: Principal, action: String, bucket: BucketName?, key: ObjectKey?, isSecure: Bool,
        clientAddress: String
    ) {
        self.principal = principal
        self.action = action
        self.bucket = bucket
        self.key = key
        self.isSecure = isSecure
        self.clientAddress = clientAddress
    }
}

package enum AccessDecision: Hashable, Sendable {
    case allowed
    /// `reason` is for logs and for `explain`; a client only learns that access was denied.
    case denied(reason: String)
}

/// Decides who may do what. Answers from memory: a decision does no I/O.
package protocol Authorizer: Sendable {
    func decide(_ request: AccessRequest) -> AccessDecision
}

/// The root key may do everything and nobody else anything.
package struct RootAuthorizer: Authorizer {
    package init() {}

    package func decide(_ request: AccessRequest) -> AccessDecision {
        switch request.principal {
        case .root: .allowed
        case .anonymous: .denied(reason: "the request is not signed, and nothing is public")
        }
    }
}
