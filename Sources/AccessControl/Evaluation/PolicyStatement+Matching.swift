extension PolicyStatement {
    /// How a statement is about somebody.
    enum PrincipalMatch: Hashable, Sendable {
        case none
        /// Through the role, or as one of all: a boundary or a session's policy still limits what is allowed.
        case asOneOfMany
        /// By its own ARN: what a bucket's policy allows so is not limited by a boundary
        /// ("Permissions boundaries for IAM entities").
        case byName
    }

    func match(_ principal: Principal, hasBoundary: Bool) -> PrincipalMatch {
        switch principals {
        case .holder: .byName
        case .named(let list): effect == .allow ? grant(list, principal) : denial(list, principal)
        case .others(let list): isException(principal, in: list, hasBoundary: hasBoundary) ? .none : .asOneOfMany
        }
    }

    /// The account's name lets nobody in by itself: it leaves that to the account's own policies.
    private func grant(_ list: [PolicyPrincipal], _ principal: Principal) -> PrincipalMatch {
        let isNamed =
            switch principal {
            case .anonymous: false
            case .root: list.contains(.account)
            case .user(let user): list.contains(.user(user.name))
            case .session(let session): list.contains(.session(role: session.role, name: session.name))
            }
        if isNamed { return .byName }
        if case .session(let session) = principal, list.contains(.role(session.role)) { return .asOneOfMany }
        return list.contains(.everyone) ? .asOneOfMany : .none
    }

    private func denial(_ list: [PolicyPrincipal], _ principal: Principal) -> PrincipalMatch {
        if grant(list, principal) != .none { return .byName }
        return principal != .anonymous && list.contains(.account) ? .byName : .none
    }

    /// Somebody is excepted who is named together with the account, a session together with its role, too. Who has a
    /// boundary is never excepted ("AWS JSON policy elements: NotPrincipal").
    private func isException(_ principal: Principal, in list: [PolicyPrincipal], hasBoundary: Bool) -> Bool {
        if list.contains(.everyone) { return true }
        guard !hasBoundary, list.contains(.account) else { return false }
        return switch principal {
        case .anonymous: false
        case .root: true
        case .user(let user): list.contains(.user(user.name))
        case .session(let session):
            list.contains(.role(session.role)) && list.contains(.session(role: session.role, name: session.name))
        }
    }

    func isAbout(_ request: AccessRequest) -> Bool {
        var isUnresolved = false
        for resource in resources {
            switch resource.matches(request.resource, request.value) {
            case true?: return !excludesResources
            case false?: continue
            case nil: isUnresolved = true
            }
        }
        // What could not be compared may widen a denial, never a grant.
        return excludesResources && (effect == .deny || !isUnresolved)
    }

    /// The first that does not hold.
    func failedCondition(_ request: AccessRequest) -> Condition? {
        conditions.first { condition in
            !condition.holds(for: request.values(of: condition.key), effect: effect, request.value)
        }
    }
}
