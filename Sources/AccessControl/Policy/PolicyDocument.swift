/// A policy that was read: nothing in it is malformed.
package struct PolicyDocument: Hashable, Sendable {
    package let id: String?
    package let statements: [PolicyStatement]
    let index: StatementIndex

    init(id: String?, statements: [PolicyStatement]) {
        self.id = id
        self.statements = statements
        index = StatementIndex(statements)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.statements == right.statements
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(statements)
    }
}

package enum Effect: String, Hashable, Sendable {
    case allow = "Allow"
    case deny = "Deny"
}

package struct PolicyStatement: Hashable, Sendable {
    /// Whom a statement is about.
    enum Principals: Hashable, Sendable {
        /// Who holds the policy: it is not a bucket's.
        case holder
        case named([PolicyPrincipal])
        /// `NotPrincipal`, which only denies.
        case others([PolicyPrincipal])
    }

    package let sid: String?
    package let effect: Effect
    let principals: Principals
    let actions: ActionSet
    let resources: [ResourcePattern]
    /// `NotResource`: about all but ``resources``.
    let excludesResources: Bool
    let conditions: [Condition]
}

/// What a document is for: what it must and must not hold.
package enum PolicyKind: Hashable, Sendable {
    /// Of a user, group, role, key or session.
    case identity
    case bucket(name: String, account: String)

    /// "Bucket policies are limited to 20 KB in size"; 6,144 characters for a managed policy (IAM and STS quotas).
    var maximumByteCount: Int {
        switch self {
        case .identity: 6_144
        case .bucket: 20_480
        }
    }

    /// More than either limit, with room for white space, which does not count: a client must not choose what is read.
    package static let maximumDocumentByteCount = 64 << 10
}
