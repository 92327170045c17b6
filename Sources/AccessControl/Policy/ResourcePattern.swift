/// A value of `Resource`: which buckets and objects it is about.
struct ResourcePattern: Hashable, Sendable {
    private enum Reach: Hashable, Sendable {
        /// `*`
        case everything
        /// What stands behind `arn:aws:s3:::`.
        case s3(TextTemplate)
        /// A resource of another service: none of ours.
        case nothing
    }

    private let reach: Reach
    let text: String
    /// The name of the only bucket that it can be about, in units; nil where there may be others.
    let bucket: ArraySlice<Pattern.Unit>?

    /// Nil when `text` is no ARN, or has a variable where AWS allows none.
    init?(_ text: String, hasVariables: Bool) throws(TextTemplate.Fault) {
        self.text = text
        if text == "*" {
            reach = .everything
            bucket = nil
            return
        }
        guard let arn = ARN(text), !arn.leadingParts.contains(where: { $0.contains("$") }) else { return nil }
        let ours = ["aws", "s3", "", ""]
        let isOurs = zip(arn.leadingParts, ours).allSatisfy { Pattern($0).matches($1) }
        let resource = try TextTemplate(arn.resource, hasVariables: hasVariables, hasWildcards: true)
        reach = isOurs ? .s3(resource) : .nothing
        let head = resource.literalHead
        let slash = head.firstIndex(of: UInt32(UInt8(ascii: "/")))
        bucket = slash.map { head[..<$0] } ?? (resource.fixed?.isFixed == true ? head : nil)
    }

    /// Nil when a variable has no value.
    func matches(_ resource: AccessResource, _ value: (ConditionKey) -> String?) -> Bool? {
        switch reach {
        case .everything: return true
        case .nothing: return false
        case .s3(let template):
            guard let pattern = template.pattern(value) else { return nil }
            return pattern.matches(resource.units)
        }
    }
}

extension ResourcePattern {
    /// The types of resources of one bucket that it can be about; empty when it is not about this bucket.
    ///
    /// As S3 demands of a bucket's policy, it must begin with the bucket's own name.
    func types(in bucket: String) -> Set<Action.ResourceType> {
        if reach == .everything { return [.bucket, .object] }
        guard case .s3 = reach, let resource = ARN(text)?.resource, resource.hasPrefix(bucket) else { return [] }
        let rest = resource.dropFirst(bucket.count)
        switch rest.first {
        case nil: return [.bucket]
        case "/": return [.object]
        // `bucket*` is the bucket and all that is in it.
        case "*": return [.bucket, .object]
        default: return []
        }
    }
}
