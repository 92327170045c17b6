/// Who asks, once the signature is believed.
package enum Principal: Hashable, Sendable {
    /// Nobody in particular: the request was not signed.
    case anonymous
    /// The owner of the root access key.
    case root(accessKeyID: String)
    case user(User)
    case session(Session)

    package struct User: Hashable, Sendable {
        package var name: String
        /// Never given to another, whatever the name.
        package var id: String
        package var groups: [String]
        package var tags: [String: String]

        package init(name: String, id: String, groups: [String] = [], tags: [String: String] = [:]) {
            self.name = name
            self.id = id
            self.groups = groups
            self.tags = tags
        }
    }

    /// Somebody who has taken on a role.
    package struct Session: Hashable, Sendable {
        package var role: String
        package var roleID: String
        package var name: String
        package var tags: [String: String]
        /// What the issuer of an identity token said: `jwt:sub` and so on, lower-case.
        package var claims: [String: [String]]

        package init(
            role: String, roleID: String, name: String, tags: [String: String] = [:], claims: [String: [String]] = [:]
        ) {
            self.role = role
            self.roleID = roleID
            self.name = name
            self.tags = tags
            self.claims = claims
        }
    }

    /// For logs. Never a secret.
    package var name: String {
        switch self {
        case .anonymous: "anonymous"
        case .root: "root"
        case .user(let user): "user \(user.name)"
        case .session(let session): "session \(session.role)/\(session.name)"
        }
    }

    /// The keys that say who asks ("AWS global condition context keys"). Empty where the request has no such key.
    func values(of key: ConditionKey, account: String) -> [String] {
        switch (key.name, self) {
        case ("aws:principaltype", .anonymous): ["Anonymous"]
        case ("aws:userid", .anonymous): ["anonymous"]
        case (_, .anonymous): []
        case ("aws:principalaccount", _): [account]
        case ("aws:principaltype", .root): ["Account"]
        case ("aws:userid", .root): [account]
        case ("aws:principalarn", .root): ["arn:aws:iam::\(account):root"]
        case ("aws:principaltype", .user): ["User"]
        case ("aws:username", .user(let user)): [user.name]
        case ("aws:userid", .user(let user)): [user.id]
        case ("aws:principalarn", .user(let user)): ["arn:aws:iam::\(account):user/\(user.name)"]
        case ("aws:groups", .user(let user)): user.groups
        case ("aws:principaltag", .user(let user)): Self.tag(key.suffix, in: user.tags)
        case ("aws:principaltype", .session): ["AssumedRole"]
        case ("aws:userid", .session(let session)): ["\(session.roleID):\(session.name)"]
        // Of the role: a session's own ARN would differ with every session.
        case ("aws:principalarn", .session(let session)): ["arn:aws:iam::\(account):role/\(session.role)"]
        case ("aws:principaltag", .session(let session)): Self.tag(key.suffix, in: session.tags)
        case (let name, .session(let session)): session.claims[name] ?? []
        default: []
        }
    }

    /// Case does not count in the keys of a principal's tags.
    private static func tag(_ key: String, in tags: [String: String]) -> [String] {
        if let exact = tags[key] { return [exact] }
        return tags.first { $0.key.lowercased() == key.lowercased() }.map { [$0.value] } ?? []
    }
}
