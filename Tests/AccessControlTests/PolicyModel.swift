import SeededRandom

@testable import AccessControl

/// A policy as a test means it, decided by the plainest reading of the rules and written as a document. Small words, so
/// that statements and requests meet often.
struct PolicyModel {
    struct Statement {
        var effect: Effect
        var isNotAction: Bool
        var actions: [String]
        var isNotResource: Bool
        var resources: [String]
        /// `StringEquals` or `StringNotEquals` of the user agent.
        var agent: (isNegated: Bool, values: [String])?
        /// Nil: of the holder.
        var principals: [String]?

        var text: String {
            var fields = [#""Effect": "\#(effect.rawValue)""#]
            fields.append(#""\#(isNotAction ? "NotAction" : "Action")": \#(Self.list(actions))"#)
            fields.append(#""\#(isNotResource ? "NotResource" : "Resource")": \#(Self.list(resources))"#)
            if let principals { fields.append(#""Principal": {"AWS": \#(Self.list(principals))}"#) }
            if let agent {
                let name = agent.isNegated ? "StringNotEquals" : "StringEquals"
                fields.append(#""Condition": {"\#(name)": {"aws:UserAgent": \#(Self.list(agent.values))}}"#)
            }
            return "{\(fields.joined(separator: ", "))}"
        }

        private static func list(_ items: [String]) -> String {
            "[" + items.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }

        func applies(_ action: Action, _ resource: String, _ agent: String?, user: String?) -> Bool {
            let isAction = actions.contains { matches($0.lowercased(), action.name.lowercased()) } != isNotAction
            let isResource = resources.contains { matches($0, "arn:aws:s3:::\(resource)") } != isNotResource
            guard isAction, isResource else { return false }
            if let principals {
                let isNamed = principals.contains { $0 == "*" || $0.hasSuffix("user/\(user ?? "?")") }
                let isDenied = effect == .deny && user != nil && principals.contains(account)
                guard isNamed || isDenied else { return false }
            }
            guard let condition = self.agent else { return true }
            return (agent.map(condition.values.contains) ?? false) != condition.isNegated
        }
    }

    var statements: [Statement]

    var text: String { document(statements.map(\.text)) }

    func denies(_ action: Action, _ resource: String, _ agent: String?, user: String?) -> Bool {
        statements.contains { $0.effect == .deny && $0.applies(action, resource, agent, user: user) }
    }

    func allows(_ action: Action, _ resource: String, _ agent: String?, user: String?) -> Bool {
        statements.contains { $0.effect == .allow && $0.applies(action, resource, agent, user: user) }
    }

    static let actions: [Action] = [.getObject, .putObject, .deleteObject, .getObjectAcl]
    static let resources = ["bucket/a", "bucket/ab", "bucket/b", "bucket/b/a"]
    static let agents: [String?] = [nil, "x", "y"]

    static func random(_ random: inout SeededGenerator, ofBucket: Bool) -> PolicyModel {
        let actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:Get*", "s3:*", "s3:getobjectacl", "*"]
        let resources = ["/*", "/a", "/a*", "/b/*"].map { "arn:aws:s3:::bucket\($0)" }
        let principals = ["*", account, "arn:aws:iam::\(account):user/alice", "arn:aws:iam::\(account):user/bob"]
        func some(_ choices: [String]) -> [String] {
            (0..<Int.random(in: 1...2, using: &random)).map { _ in random.pick(choices) }
        }
        let statements = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            Statement(
                effect: random.pick([.allow, .allow, .deny]), isNotAction: random.chance(15), actions: some(actions),
                isNotResource: random.chance(15), resources: some(resources),
                agent: random.chance(30) ? (random.chance(50), some(["x", "y"])) : nil,
                principals: ofBucket ? some(principals) : nil)
        }
        return PolicyModel(statements: statements)
    }
}

/// At most one star, at the end: all that is generated.
private func matches(_ pattern: String, _ text: String) -> Bool {
    pattern.hasSuffix("*") ? text.hasPrefix(pattern.dropLast()) : pattern == text
}
