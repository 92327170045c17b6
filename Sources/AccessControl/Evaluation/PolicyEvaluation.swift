/// Decides by AWS's rules for one account ("Policy evaluation logic"). A pure function: no I/O, nothing remembered.
///
/// 1. What any policy denies is denied.
/// 2. Root may do the rest; it can not be kept from the bucket's policy itself.
/// 3. Who gave no key may do what the bucket's policy allows to everybody.
/// 4. Others may do what their own policies or the bucket's allow, within boundary and session policies; what the
///    bucket's policy allows to a user by name is not limited by the boundary, and to a session by name by nothing.
package struct PolicyEvaluation {
    private let request: AccessRequest
    private let policies: PolicySet

    package static func decide(_ request: AccessRequest, _ policies: PolicySet) -> AccessDecision {
        let evaluation = PolicyEvaluation(request: request, policies: policies)
        return evaluation.decide()
    }

    /// What one or several policies say, taken together.
    private struct Finding {
        var denial: StatementReference?
        /// To one of many.
        var grant: StatementReference?
        var grantByName: StatementReference?
    }

    private func decide() -> AccessDecision {
        let bucket = policies.bucket.map(finding)
        if let denial = bucket?.denial, !isRootOnBucketPolicy { return .denied(.statement(denial)) }
        switch request.principal {
        case .root: return .allowed(.root)
        case .anonymous: return decideAnonymous(bucket)
        case .user, .session: return decideKnown(bucket)
        }
    }

    /// "The root principal in a bucket owner's account can perform the GetBucketPolicy, PutBucketPolicy, and
    /// DeleteBucketPolicy API actions, even if their bucket policy explicitly denies the root principal's access."
    private var isRootOnBucketPolicy: Bool {
        guard case .root = request.principal else { return false }
        return [.getBucketPolicy, .putBucketPolicy, .deleteBucketPolicy].contains(request.action)
    }

    private func decideAnonymous(_ bucket: Finding?) -> AccessDecision {
        guard let grant = bucket?.grant else { return .denied(.anonymous) }
        if policies.restrictsPublicBucket, policies.bucket?.document.isPublic == true {
            return .denied(.publicAccessBlocked)
        }
        return .allowed(.statement(grant))
    }

    private func decideKnown(_ bucket: Finding?) -> AccessDecision {
        let identity = finding(policies.identity)
        if let denial = identity.denial { return .denied(.statement(denial)) }
        let boundary = policies.boundary.map(finding)
        if let denial = boundary?.denial { return .denied(.statement(denial)) }
        let session = policies.session.map(finding)
        if let denial = session?.denial { return .denied(.statement(denial)) }

        let isSession = if case .session = request.principal { true } else { false }
        if isSession, let grant = bucket?.grantByName { return .allowed(.statement(grant)) }
        var grant: StatementReference?
        var missing = AccessDecision.Denial.nothingAllows
        if let allowed = identity.grantByName ?? bucket?.grant {
            if let boundary, boundary.grantByName == nil {
                missing = .boundary(policies.boundary?.name ?? "")
            } else {
                grant = allowed
            }
        }
        if !isSession, let allowed = bucket?.grantByName { grant = grant ?? allowed }
        guard let grant else { return .denied(missing) }
        if let session, session.grantByName == nil { return .denied(.session) }
        return .allowed(.statement(grant))
    }

    // MARK: One policy

    private func finding(_ list: [NamedPolicy]) -> Finding {
        var finding = Finding()
        for place in list.indices { add(list, place, to: &finding) }
        return finding
    }

    private func finding(_ policy: NamedPolicy) -> Finding { finding([policy]) }

    /// Takes no copy of a policy that has nothing to say.
    private func add(_ list: [NamedPolicy], _ place: Int, to finding: inout Finding) {
        let bucket = request.resource.bucketFingerprint
        var next = list[place].document.index.candidate(from: 0, request.action, bucket: bucket)
        while let index = next {
            let policy = list[place]
            add(policy.document.statements[index], StatementReference(policy, index), to: &finding)
            next = policy.document.index.candidate(from: index + 1, request.action, bucket: bucket)
        }
    }

    private func add(_ statement: PolicyStatement, _ reference: StatementReference, to finding: inout Finding) {
        let match = statement.match(request.principal, hasBoundary: policies.boundary != nil)
        guard match != .none, statement.isAbout(request), statement.failedCondition(request) == nil else { return }
        switch (statement.effect, match) {
        case (.deny, _): finding.denial = finding.denial ?? reference
        case (.allow, .byName): finding.grantByName = finding.grantByName ?? reference
        case (.allow, _): finding.grant = finding.grant ?? reference
        }
    }
}
