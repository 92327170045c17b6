/// Decides who may do what. Answers from memory: a decision does no I/O.
package protocol Authorizer: Sendable {
    func decide(_ request: AccessRequest) -> AccessDecision
}

/// The root key may do everything and nobody else anything.
package struct RootAuthorizer: Authorizer {
    package init() {}

    package func decide(_ request: AccessRequest) -> AccessDecision {
        PolicyEvaluation.decide(request, PolicySet())
    }
}
