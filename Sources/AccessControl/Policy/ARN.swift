/// An Amazon Resource Name taken apart at its first five colons: `arn:partition:service:region:account:resource`.
struct ARN: Hashable, Sendable {
    let partition: String
    let service: String
    let region: String
    let account: String
    /// May have colons of its own.
    let resource: String

    /// Nil when a part is missing.
    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn" else { return nil }
        (partition, service, region, account, resource) = (parts[1], parts[2], parts[3], parts[4], parts[5])
    }

    /// Before the resource.
    var leadingParts: [String] { [partition, service, region, account] }
}

/// The pattern of an ARN in a condition: each part is compared for itself, so that no star crosses a colon
/// ("Amazon Resource Name (ARN) condition operators").
struct ARNTemplate: Hashable, Sendable {
    /// Five: all but the word `arn`.
    private let parts: [TextTemplate]

    /// Nil when a part is missing.
    init?(_ text: String, hasVariables: Bool) throws(TextTemplate.Fault) {
        guard let arn = ARN(text) else { return nil }
        var parts: [TextTemplate] = []
        for part in arn.leadingParts + [arn.resource] {
            parts.append(try TextTemplate(part, hasVariables: hasVariables, hasWildcards: true))
        }
        self.parts = parts
    }

    /// Nil when a variable has no value.
    func matches(_ text: String, _ value: (ConditionKey) -> String?) -> Bool? {
        var patterns: [Pattern] = []
        for part in parts {
            guard let pattern = part.pattern(value) else { return nil }
            patterns.append(pattern)
        }
        guard let arn = ARN(text) else { return false }
        return zip(patterns, arn.leadingParts + [arn.resource]).allSatisfy { $0.matches($1) }
    }

    /// Whether it has neither wildcards nor variables.
    var isFixed: Bool { parts.allSatisfy { $0.fixed?.isFixed == true } }
}
