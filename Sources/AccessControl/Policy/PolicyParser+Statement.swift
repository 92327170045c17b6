extension PolicyParser {
    private static let fields: Set<String> = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    func statement(_ node: JSONNode, _ path: String, hasVariables: Bool) throws(MalformedPolicy) -> PolicyStatement {
        guard case .object(let members) = node.value else {
            throw fault("A statement must be an object", at: node.offset, path)
        }
        try check(members, known: Self.fields, path)
        let sid = try sid(members, path)
        let effect = try effect(members, at: node.offset, path)
        let principals = try principals(members, effect, at: node.offset, path)
        let actions = try actions(members, at: node.offset, path)
        let resources = try resources(members, at: node.offset, path, hasVariables: hasVariables)
        if case .bucket(let name, _) = kind, !actions.isExcluding, !resources.isExcluding {
            try checkApplication(of: actions.list, to: resources.list, bucket: name)
        }
        return PolicyStatement(
            sid: sid, effect: effect, principals: principals, actions: actions.set,
            resources: resources.list, excludesResources: resources.isExcluding,
            conditions: try conditions(members, path, hasVariables: hasVariables))
    }

    private func sid(_ members: [JSONNode.Member], _ path: String) throws(MalformedPolicy) -> String? {
        guard let node = members.node("Sid") else { return nil }
        let sid = try string(node, "\(path).Sid")
        // S3 takes any; IAM does not.
        let isAlphanumeric = sid.utf8.allSatisfy { byte in
            switch Unicode.Scalar(byte) {
            case "A"..."Z", "a"..."z", "0"..."9": true
            default: false
            }
        }
        guard kind != .identity || isAlphanumeric else {
            throw fault(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
                    + "[0-9A-Za-z]*", at: node.offset, "\(path).Sid")
        }
        return sid
    }

    private func effect(
        _ members: [JSONNode.Member], at offset: Int, _ path: String
    ) throws(MalformedPolicy) -> Effect {
        guard let node = members.node("Effect") else { throw missing("Effect", at: offset, path) }
        guard let effect = Effect(rawValue: try string(node, "\(path).Effect")) else {
            throw fault("Invalid effect: it is Allow or Deny", at: node.offset, "\(path).Effect")
        }
        return effect
    }

    /// The one of two elements that is there: `Action` or `NotAction`.
    func either(
        _ name: String, in members: [JSONNode.Member], at offset: Int, _ path: String
    ) throws(MalformedPolicy) -> (name: String, node: JSONNode, isExcluding: Bool)? {
        let other = "Not\(name)"
        switch (members.node(name), members.node(other)) {
        case (let node?, nil): return (name, node, false)
        case (nil, let node?): return (other, node, true)
        case (nil, nil): return nil
        case (_?, let node?):
            throw fault("\(name) and \(other) exclude each other", at: node.offset, "\(path).\(other)")
        }
    }
}

// MARK: Actions

extension PolicyParser {
    struct Actions {
        var set: ActionSet
        var isExcluding: Bool
        /// One by one, as written.
        var list: [(item: Item, set: ActionSet)]
    }

    private func actions(
        _ members: [JSONNode.Member], at offset: Int, _ path: String
    ) throws(MalformedPolicy) -> Actions {
        guard let element = try either("Action", in: members, at: offset, path) else {
            throw missing("Action", at: offset, path)
        }
        var actions = Actions(set: ActionSet(), isExcluding: element.isExcluding, list: [])
        for item in try strings(element.node, "\(path).\(element.name)") {
            guard isAction(item.text) else { throw fault("Policy has invalid action", at: item.offset, item.path) }
            let set = ActionSet(matching: item.text)
            guard kind == .identity || set.actions.contains(where: \.isOfS3) else {
                throw fault("Policy has invalid action", at: item.offset, item.path)
            }
            actions.set.formUnion(set)
            actions.list.append((item, set))
        }
        if element.isExcluding { actions.set = actions.set.complement }
        return actions
    }

    /// `*`, or a service and a name with wildcards.
    private func isAction(_ text: String) -> Bool {
        if text == "*" { return true }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return false }
        return parts[0].utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            && parts[1].utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    private func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "A"..."Z", "a"..."z", "0"..."9": true
        default: false
        }
    }
}

// MARK: Resources

extension PolicyParser {
    struct Resources {
        var list: [ResourcePattern] = []
        var isExcluding = false
    }

    private func resources(
        _ members: [JSONNode.Member], at offset: Int, _ path: String, hasVariables: Bool
    ) throws(MalformedPolicy) -> Resources {
        guard let element = try either("Resource", in: members, at: offset, path) else {
            throw missing("Resource", at: offset, path)
        }
        var resources = Resources(isExcluding: element.isExcluding)
        for item in try strings(element.node, "\(path).\(element.name)") {
            let pattern: ResourcePattern?
            do throws(TextTemplate.Fault) {
                pattern = try ResourcePattern(item.text, hasVariables: hasVariables)
            } catch {
                throw fault("Policy has invalid resource: \(error.reason)", at: item.offset, item.path)
            }
            guard let pattern else {
                let reason =
                    kind == .identity
                    ? "Resource \(item.text) must be in ARN format or \"*\"" : "Policy has invalid resource"
                throw fault(reason, at: item.offset, item.path)
            }
            if case .bucket(let name, _) = kind, pattern.types(in: name).isEmpty {
                throw fault("Policy has invalid resource", at: item.offset, item.path)
            }
            resources.list.append(pattern)
        }
        return resources
    }

    /// S3 refuses an action that none of the statement's resources is for, as `s3:ListBucket` on `bucket/*`: it would
    /// look as if something was allowed.
    private func checkApplication(
        of actions: [(item: Item, set: ActionSet)], to resources: [ResourcePattern], bucket: String
    ) throws(MalformedPolicy) {
        let types = resources.reduce(into: Set<Action.ResourceType>()) { $0.formUnion($1.types(in: bucket)) }
        for (item, set) in actions {
            guard set.actions.contains(where: { $0.isOfS3 && types.contains($0.resourceType) }) else {
                throw fault("Action does not apply to any resource(s) in statement", at: item.offset, item.path)
            }
        }
    }
}

// MARK: Principals

extension PolicyParser {
    private func principals(
        _ members: [JSONNode.Member], _ effect: Effect, at offset: Int, _ path: String
    ) throws(MalformedPolicy) -> PolicyStatement.Principals {
        let element = try either("Principal", in: members, at: offset, path)
        guard case .bucket(_, let account) = kind else {
            guard let element else { return .holder }
            throw fault(
                "Policy document should not specify a principal", at: element.node.offset, "\(path).\(element.name)")
        }
        guard let element else { throw missing("Principal", at: offset, path) }
        let place = "\(path).\(element.name)"
        guard !element.isExcluding || effect == .deny else {
            throw fault("NotPrincipal can only deny", at: element.node.offset, place)
        }
        let principals = try principals(element.node, account, place)
        return element.isExcluding ? .others(principals) : .named(principals)
    }

    private func principals(
        _ node: JSONNode, _ account: String, _ path: String
    ) throws(MalformedPolicy) -> [PolicyPrincipal] {
        let invalid = "Invalid principal in policy"
        if case .string("*") = node.value { return [.everyone] }
        guard case .object(let members) = node.value, !members.isEmpty else {
            throw fault(invalid, at: node.offset, path)
        }
        var principals: [PolicyPrincipal] = []
        for member in members {
            // Services, federated and canonical users of AWS do not exist here.
            guard member.name == "AWS" else { throw fault(invalid, at: member.offset, "\(path).\(member.name)") }
            for item in try strings(member.node, "\(path).AWS") {
                guard let principal = PolicyPrincipal(aws: item.text, account: account) else {
                    throw fault(invalid, at: item.offset, item.path)
                }
                principals.append(principal)
            }
        }
        return principals
    }
}
