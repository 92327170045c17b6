/// Decides by the policies of buckets. Users, when there are some, bring theirs.
package struct PolicyAuthorizer: Authorizer {
    private let buckets: BucketAccessRegistry

    package init(buckets: BucketAccessRegistry) {
        self.buckets = buckets
    }

    package func decide(_ request: AccessRequest) -> AccessDecision {
        guard let bucket = request.bucket, let access = buckets.access(to: bucket) else {
            return PolicyEvaluation.decide(request, PolicySet())
        }
        if !access.unreadable.isEmpty {
            guard case .root = request.principal else { return .denied(.unknown) }
        }
        return PolicyEvaluation.decide(
            request,
            PolicySet(
                bucket: access.policy?.named,
                restrictsPublicBucket: access.publicAccessBlock?.restrictsPublicBuckets ?? false))
    }
}
