/// Whether something may be done, and why. The reason is for logs and for `explain`: a client only learns that access
/// was denied.
package enum AccessDecision: Hashable, Sendable, CustomStringConvertible {
    case allowed(Grant)
    case denied(Denial)

    package enum Grant: Hashable, Sendable {
        /// The account's owner may do what no bucket's policy denies.
        case root
        case statement(StatementReference)
    }

    package enum Denial: Hashable, Sendable {
        /// Whatever else is allowed.
        case statement(StatementReference)
        /// Nobody gave a key, and the bucket's policy, if there is one, lets nobody in without.
        case anonymous
        /// The bucket's policy lets everybody in, which is not to be.
        case publicAccessBlocked
        /// Neither a policy of the sender nor the bucket's.
        case nothingAllows
        /// The sender's policies allow it, its boundary does not.
        case boundary(String)
        /// All others allow it, the policies of the session or the key do not.
        case session
        /// What was asked is not known: a fault of ours, in which nothing is allowed.
        case unknown
    }

    package var isAllowed: Bool {
        switch self {
        case .allowed: true
        case .denied: false
        }
    }

    package var description: String {
        switch self {
        case .allowed(.root): "allowed: root may do everything"
        case .allowed(.statement(let statement)): "allowed by \(statement)"
        case .denied(.statement(let statement)): "denied by \(statement)"
        case .denied(.anonymous): "the request is not signed, and the bucket's policy does not allow it to everybody"
        case .denied(.publicAccessBlocked): "the bucket's policy is public, and public access is blocked"
        case .denied(.nothingAllows): "no policy allows it"
        case .denied(.boundary(let name)): "the boundary \(name) does not allow it"
        case .denied(.session): "the policies of the session or key do not allow it"
        case .denied(.unknown): "the action is not known"
        }
    }
}

/// Which statement of which policy.
package struct StatementReference: Hashable, Sendable, CustomStringConvertible {
    package let policy: String
    /// From 0.
    package let index: Int
    package let sid: String?

    init(_ policy: NamedPolicy, _ index: Int) {
        self.policy = policy.name
        self.index = index
        sid = policy.document.statements[index].sid
    }

    package init(policy: String, index: Int, sid: String?) {
        self.policy = policy
        self.index = index
        self.sid = sid
    }

    package var description: String {
        let name = sid.flatMap { $0.isEmpty ? nil : " (\($0))" } ?? ""
        return "statement \(index + 1)\(name) of \(policy)"
    }
}
