/// A decision in sentences, with the statements that were about the request and did not apply.
package struct Explanation: Hashable, Sendable {
    package let decision: AccessDecision
    /// Statements for this action, resource and sender that a condition kept from applying.
    package let nearMisses: [NearMiss]

    package struct NearMiss: Hashable, Sendable {
        package let statement: StatementReference
        package let effect: Effect
        /// As it is written: `StringLike s3:prefix`.
        package let condition: String
    }

    package init(_ request: AccessRequest, _ policies: PolicySet) {
        decision = PolicyEvaluation.decide(request, policies)
        let all =
            policies.identity + [policies.boundary].compactMap(\.self) + (policies.session ?? [])
            + [policies.bucket].compactMap(\.self)
        var nearMisses: [NearMiss] = []
        for policy in all {
            for (index, statement) in policy.document.statements.enumerated() {
                guard statement.actions.contains(request.action),
                    statement.match(request.principal, hasBoundary: policies.boundary != nil) != .none,
                    statement.isAbout(request), let condition = statement.failedCondition(request)
                else { continue }
                nearMisses.append(
                    NearMiss(
                        statement: StatementReference(policy, index), effect: statement.effect,
                        condition: condition.text))
            }
        }
        self.nearMisses = nearMisses
    }

    package var lines: [String] {
        [decision.description]
            + nearMisses.map { miss in
                let verb = miss.effect == .allow ? "would allow" : "would deny"
                return "\(miss.statement) \(verb) it, but \(miss.condition) does not hold"
            }
    }
}
