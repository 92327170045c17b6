/// One key of a `Condition` block with its operator: all of them must hold.
struct Condition: Hashable, Sendable {
    /// How several values of the request are asked ("Multivalued context keys").
    enum Quantifier: Hashable, Sendable {
        case none, forAnyValue, forAllValues
    }

    let key: ConditionKey
    let quantifier: Quantifier
    /// `IfExists`: holds where the request has no such key.
    let passesWithoutKey: Bool
    /// `…NotEquals` and the like: holds for a value that matches none.
    let isNegated: Bool
    let test: ConditionTest
    /// As it is written, for explanations: `StringLike s3:prefix`.
    let text: String

    /// - Parameter effect: of the statement. A variable without a value may be the reason that a denial applies, never
    ///   that a grant does.
    func holds(for values: [String], effect: Effect, _ value: (ConditionKey) -> String?) -> Bool {
        if case .absent(let isAbsent) = test { return values.isEmpty == isAbsent }
        if values.isEmpty {
            if passesWithoutKey { return true }
            switch quantifier {
            case .none: return isNegated
            case .forAnyValue: return false
            case .forAllValues: return true
            }
        }
        func passes(_ text: String) -> Bool {
            switch test.match(text, value) {
            case .matches: !isNegated
            case .fails: isNegated
            case .unresolved: isNegated && effect == .deny
            }
        }
        switch (quantifier, isNegated) {
        case (.forAllValues, _), (.none, true): return values.allSatisfy(passes)
        case (.forAnyValue, _), (.none, false): return values.contains(where: passes)
        }
    }
}

/// What a condition compares a request's value with: alternatives.
enum ConditionTest: Hashable, Sendable {
    enum Order: Hashable, Sendable {
        case equal, less, lessOrEqual, greater, greaterOrEqual

        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .equal: left == right
            case .less: left < right
            case .lessOrEqual: left <= right
            case .greater: left > right
            case .greaterOrEqual: left >= right
            }
        }
    }

    case text([TextTemplate], ignoresCase: Bool)
    case number(Order, [Double])
    /// Seconds since 1970.
    case date(Order, [Double])
    case bool([Bool])
    /// Base64.
    case binary([String])
    case address([AddressRange])
    case arn([ARNTemplate])
    /// `Null`: whether the key is missing.
    case absent(Bool)

    enum Match {
        case matches, fails
        /// Nothing matches, and something could not be compared: a variable had no value.
        case unresolved
    }

    func match(_ text: String, _ value: (ConditionKey) -> String?) -> Match {
        switch self {
        case .text(let templates, let ignoresCase):
            let units = TextTemplate.folded(Pattern.units(text), ignoresCase)
            return Self.match(templates) { $0.pattern(value)?.matches(units) }
        case .arn(let templates):
            return Self.match(templates) { $0.matches(text, value) }
        case .number(let order, let numbers):
            return Self.match(ConditionNumber.parse(text)) { number in numbers.contains { order.holds(number, $0) } }
        case .date(let order, let dates):
            return Self.match(ConditionDate.parse(text)) { date in dates.contains { order.holds(date, $0) } }
        case .bool(let values):
            return Self.match(ConditionBool.parse(text), values.contains)
        case .binary(let values):
            return values.contains(text) ? .matches : .fails
        case .address(let ranges):
            return Self.match(IPAddress(text)) { address in ranges.contains { $0.contains(address) } }
        case .absent: return .fails
        }
    }

    /// A value of the request that can not be compared is like a variable without one.
    private static func match<Value>(_ value: Value?, _ matches: (Value) -> Bool) -> Match {
        guard let value else { return .unresolved }
        return matches(value) ? .matches : .fails
    }

    private static func match<Template>(_ templates: [Template], _ matches: (Template) -> Bool?) -> Match {
        var isUnresolved = false
        for template in templates {
            switch matches(template) {
            case true?: return .matches
            case false?: continue
            case nil: isUnresolved = true
            }
        }
        return isUnresolved ? .unresolved : .fails
    }
}
