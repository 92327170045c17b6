/// One value of `Principal` or `NotPrincipal`.
package enum PolicyPrincipal: Hashable, Sendable {
    /// `*`: whoever asks, signed or not.
    case everyone
    /// The account, which is its root user and stands for the account's right to let others in.
    case account
    case user(String)
    case role(String)
    case session(role: String, name: String)

    /// A value of `"AWS"`. Nil for what can be nobody here: another account, a wildcard within an ARN, a malformed ARN.
    init?(aws text: String, account: String) {
        if text == "*" {
            self = .everyone
            return
        }
        if text == account {
            self = .account
            return
        }
        guard let arn = ARN(text), arn.partition == "aws", arn.region.isEmpty, arn.account == account,
            !arn.resource.contains("*"), !arn.resource.contains("?")
        else { return nil }
        if arn.service == "iam", arn.resource == "root" {
            self = .account
            return
        }
        let parts = arn.resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }), let name = parts.last else { return nil }
        // A path between the type and the name is part of the ARN that an identity has, too; here none has one.
        switch (arn.service, parts[0], parts.count) {
        case ("iam", "user", 2): self = .user(name)
        case ("iam", "role", 2): self = .role(name)
        case ("sts", "assumed-role", 3): self = .session(role: parts[1], name: name)
        default: return nil
        }
    }
}
