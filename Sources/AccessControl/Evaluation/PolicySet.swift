/// All policies that have a say in one request.
package struct PolicySet: Sendable {
    /// Of the user and its groups, or of the role: any of them may allow.
    package var identity: [NamedPolicy]
    /// The most that ``identity`` can allow.
    package var boundary: NamedPolicy?
    /// The most that a session, or a key with policies of its own, can do; nil where nothing limits it.
    package var session: [NamedPolicy]?
    /// Of the bucket in question.
    package var bucket: NamedPolicy?
    /// Whether a public policy of the bucket lets nobody in from outside the account (`RestrictPublicBuckets`).
    package var restrictsPublicBucket: Bool

    package init(
        identity: [NamedPolicy] = [], boundary: NamedPolicy? = nil, session: [NamedPolicy]? = nil,
        bucket: NamedPolicy? = nil, restrictsPublicBucket: Bool = false
    ) {
        self.identity = identity
        self.boundary = boundary
        self.session = session
        self.bucket = bucket
        self.restrictsPublicBucket = restrictsPublicBucket
    }
}

package struct NamedPolicy: Hashable, Sendable {
    /// For explanations: `the policy of bucket reports`.
    package let name: String
    package let document: PolicyDocument

    package init(name: String, document: PolicyDocument) {
        self.name = name
        self.document = document
    }
}
