extension PolicyDocument {
    /// Whether it lets in more than a fixed set of senders or addresses ("Blocking public access to your Amazon S3
    /// storage", The meaning of "public").
    package var isPublic: Bool {
        statements.contains { statement in
            guard statement.effect == .allow, case .named(let list) = statement.principals, list.contains(.everyone)
            else { return false }
            return !statement.conditions.contains(where: \.limitsToFixedValues)
        }
    }
}

extension Condition {
    private static let limitingKeys: Set<String> = [
        "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
        "aws:sourcearn", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid",
        "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ]

    /// Whether only what a fixed list names can pass: no wildcard, no variable, no way round by leaving the key out.
    fileprivate var limitsToFixedValues: Bool {
        guard !isNegated, !passesWithoutKey, quantifier != .forAllValues else { return false }
        switch test {
        case .text(let templates, _):
            return Self.limitingKeys.contains(key.name) && templates.allSatisfy { $0.fixed?.isFixed == true }
        case .arn(let templates): return Self.limitingKeys.contains(key.name) && templates.allSatisfy(\.isFixed)
        case .address(let ranges): return key.name == "aws:sourceip" && ranges.allSatisfy(\.isNarrow)
        default: return false
        }
    }
}

extension AddressRange {
    /// AWS takes a wider range than /8 (IPv6: /32) for everybody.
    fileprivate var isNarrow: Bool { prefixLength >= (address.bytes.count == 4 ? 8 : 32) }
}
