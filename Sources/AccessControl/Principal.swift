/// Who asks, once the signature is believed.
package enum Principal: Hashable, Sendable {
    /// Nobody in particular: the request was not signed.
    case anonymous
    /// The owner of the root access key.
    case root(accessKeyID: String)

    /// For logs. Never a secret.
    package var name: String {
        switch self {
        case .anonymous: "anonymous"
        case .root: "root"
        }
    }
}
