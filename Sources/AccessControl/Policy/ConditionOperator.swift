/// The name of a condition operator, taken apart: `ForAnyValue:StringNotLikeIfExists`.
struct ConditionOperator: Hashable, Sendable {
    enum StringForm: Hashable, Sendable {
        case exact, ignoringCase, like
    }

    enum Comparison: Hashable, Sendable {
        case string(StringForm, isNegated: Bool)
        case number(ConditionTest.Order, isNegated: Bool)
        case date(ConditionTest.Order, isNegated: Bool)
        case bool
        case binary
        case address(isNegated: Bool)
        /// `ArnEquals` and `ArnLike` are the same.
        case arn(isNegated: Bool)
        case null

        var isNegated: Bool {
            switch self {
            case .string(_, let isNegated), .number(_, let isNegated), .date(_, let isNegated), .address(let isNegated),
                .arn(let isNegated):
                isNegated
            case .bool, .binary, .null: false
            }
        }
    }

    let comparison: Comparison
    let quantifier: Condition.Quantifier
    let passesWithoutKey: Bool
    let text: String

    /// Nil for a name that AWS does not know.
    init?(_ text: String) {
        var name = Substring(text)
        var quantifier = Condition.Quantifier.none
        for (prefix, meaning) in [("ForAnyValue:", Condition.Quantifier.forAnyValue), ("ForAllValues:", .forAllValues)]
        where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
            quantifier = meaning
            break
        }
        let suffix = "IfExists"
        let passesWithoutKey = name.hasSuffix(suffix)
        if passesWithoutKey { name = name.dropLast(suffix.count) }
        guard let comparison = Self.comparisons[String(name)] else { return nil }
        // It asks whether there is a key, so that neither can mean anything.
        if comparison == .null, passesWithoutKey || quantifier != .none { return nil }
        self.comparison = comparison
        self.quantifier = quantifier
        self.passesWithoutKey = passesWithoutKey
        self.text = text
    }

    private static let comparisons: [String: Comparison] = [
        "StringEquals": .string(.exact, isNegated: false),
        "StringNotEquals": .string(.exact, isNegated: true),
        "StringEqualsIgnoreCase": .string(.ignoringCase, isNegated: false),
        "StringNotEqualsIgnoreCase": .string(.ignoringCase, isNegated: true),
        "StringLike": .string(.like, isNegated: false),
        "StringNotLike": .string(.like, isNegated: true),
        "NumericEquals": .number(.equal, isNegated: false),
        "NumericNotEquals": .number(.equal, isNegated: true),
        "NumericLessThan": .number(.less, isNegated: false),
        "NumericLessThanEquals": .number(.lessOrEqual, isNegated: false),
        "NumericGreaterThan": .number(.greater, isNegated: false),
        "NumericGreaterThanEquals": .number(.greaterOrEqual, isNegated: false),
        "DateEquals": .date(.equal, isNegated: false),
        "DateNotEquals": .date(.equal, isNegated: true),
        "DateLessThan": .date(.less, isNegated: false),
        "DateLessThanEquals": .date(.lessOrEqual, isNegated: false),
        "DateGreaterThan": .date(.greater, isNegated: false),
        "DateGreaterThanEquals": .date(.greaterOrEqual, isNegated: false),
        "Bool": .bool,
        "BinaryEquals": .binary,
        "IpAddress": .address(isNegated: false),
        "NotIpAddress": .address(isNegated: true),
        "ArnEquals": .arn(isNegated: false),
        "ArnLike": .arn(isNegated: false),
        "ArnNotEquals": .arn(isNegated: true),
        "ArnNotLike": .arn(isNegated: true),
        "Null": .null,
    ]
}
