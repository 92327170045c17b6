extension PolicyParser {
    func conditions(
        _ members: [JSONNode.Member], _ path: String, hasVariables: Bool
    ) throws(MalformedPolicy) -> [Condition] {
        guard let node = members.node("Condition") else { return [] }
        let path = "\(path).Condition"
        guard case .object(let operators) = node.value else {
            throw fault("Condition must be an object", at: node.offset, path)
        }
        var conditions: [Condition] = []
        for member in operators {
            guard let named = ConditionOperator(member.name) else {
                throw fault("Invalid Condition type : \(member.name)", at: member.offset, path)
            }
            let path = "\(path).\(member.name)"
            guard case .object(let keys) = member.node.value, !keys.isEmpty else {
                throw fault("A condition operator needs an object of keys", at: member.node.offset, path)
            }
            var names: Set<ConditionKey> = []
            for member in keys {
                guard let key = ConditionKey(member.name), key.isKnown else {
                    throw fault("Policy has an invalid condition key", at: member.offset, "\(path).\(member.name)")
                }
                guard names.insert(key).inserted else {
                    throw fault("The key \(key) comes twice", at: member.offset, path)
                }
                let values = try values(member.node, "\(path).\(member.name)")
                conditions.append(
                    Condition(
                        key: key, quantifier: named.quantifier, passesWithoutKey: named.passesWithoutKey,
                        isNegated: named.comparison.isNegated,
                        test: try test(named.comparison, values, hasVariables: hasVariables),
                        text: "\(named.text) \(member.name)"))
            }
        }
        return conditions
    }

    /// Strings; numbers and truth values are taken for how they are written.
    private func values(_ node: JSONNode, _ path: String) throws(MalformedPolicy) -> [Item] {
        let isList: Bool
        let nodes: [JSONNode]
        switch node.value {
        case .array(let list): (isList, nodes) = (true, list)
        default: (isList, nodes) = (false, [node])
        }
        guard !nodes.isEmpty else { throw fault("\(path) must not be empty", at: node.offset, path) }
        var items: [Item] = []
        for (index, node) in nodes.enumerated() {
            let path = isList ? "\(path)[\(index)]" : path
            let text: String
            switch node.value {
            case .string(let string), .number(let string): text = string
            case .bool(let value): text = value ? "true" : "false"
            default: throw fault("A condition's value must be a string", at: node.offset, path)
            }
            items.append(Item(text: text, offset: node.offset, path: path))
        }
        return items
    }

    private func test(
        _ comparison: ConditionOperator.Comparison, _ items: [Item], hasVariables: Bool
    ) throws(MalformedPolicy) -> ConditionTest {
        switch comparison {
        case .string(let form, _):
            let templates = try parsed(items, "text") { text throws(TextTemplate.Fault) in
                try TextTemplate(
                    text, hasVariables: hasVariables, hasWildcards: form == .like, ignoresCase: form == .ignoringCase)
            }
            return .text(templates, ignoresCase: form == .ignoringCase)
        case .arn:
            return .arn(
                try parsed(items, "an ARN") { text throws(TextTemplate.Fault) in
                    try ARNTemplate(text == "*" ? "arn:*:*:*:*:*" : text, hasVariables: hasVariables)
                })
        case .number(let order, _): return .number(order, try parsed(items, "a number", ConditionNumber.parse))
        case .date(let order, _): return .date(order, try parsed(items, "a date", ConditionDate.parse))
        case .bool: return .bool(try parsed(items, "true or false", ConditionBool.parse))
        case .binary: return .binary(try parsed(items, "base64") { ConditionBinary.isValid($0) ? $0 : nil })
        case .address: return .address(try parsed(items, "an address or a range of them", AddressRange.init))
        case .null:
            guard items.count == 1, let isAbsent = ConditionBool.parse(items[0].text) else {
                throw fault("Null is true or false", at: items[0].offset, items[0].path)
            }
            return .absent(isAbsent)
        }
    }

    /// - Parameter parse: nil for what is not `expected`.
    private func parsed<Value>(
        _ items: [Item], _ expected: String, _ parse: (String) throws(TextTemplate.Fault) -> Value?
    ) throws(MalformedPolicy) -> [Value] {
        var values: [Value] = []
        for item in items {
            do throws(TextTemplate.Fault) {
                guard let value = try parse(item.text) else {
                    throw TextTemplate.Fault(reason: "\(item.text) is not \(expected)")
                }
                values.append(value)
            } catch {
                throw fault("Policy has an invalid condition value: \(error.reason)", at: item.offset, item.path)
            }
        }
        return values
    }
}
