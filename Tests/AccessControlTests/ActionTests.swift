import Testing

@testable import AccessControl

@Suite struct ActionTests {
    @Test func `Actions are named as AWS names them`() {
        #expect(Action.getObject.name == "s3:GetObject")
        #expect(Action.getBucketCORS.name == "s3:GetBucketCORS")
        #expect(Action.listAllMyBuckets.name == "s3:ListAllMyBuckets")
        #expect(Action.adminGetStatus.name == "admin:GetStatus")
        #expect(Action.stsAssumeRoleWithWebIdentity.name == "sts:AssumeRoleWithWebIdentity")
    }

    @Test func `A name leads back to its action, whatever its case`() {
        for action in Action.allCases {
            #expect(Action(name: action.name) == action)
            #expect(Action(name: action.name.uppercased()) == action)
        }
        #expect(Action(name: "s3:GetEverything") == nil)
    }

    @Test func `A set holds what it was made of`() {
        let some: [Action] = [.listAllMyBuckets, .getObject, .stsGetCallerIdentity]
        let set = ActionSet(some)
        #expect(Action.allCases.filter(set.contains) == some.sorted { $0.rawValue < $1.rawValue })
        #expect(set.complement.actions.count == Action.allCases.count - 3)
        #expect(ActionSet(matching: "*").actions == Action.allCases)
        #expect(ActionSet(matching: "s3:get*").actions.allSatisfy { $0.name.hasPrefix("s3:Get") })
        #expect(ActionSet(matching: "sqs:*").isEmpty)
    }

    /// One bit each.
    @Test func `All actions have room in a set`() {
        #expect(Action.allCases.count <= 256)
    }
}

@Suite struct ExplanationTests {
    @Test func `An explanation names the statement and the condition that failed`() throws {
        let policy = try identityPolicy(
            #"""
            {"Sid": "Listing", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket",
             "Condition": {"StringLike": {"s3:prefix": "reports/*"}}}
            """#,
            #"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}"#)
        let policies = PolicySet(identity: [NamedPolicy(name: "policy readers", document: policy)])
        let listing = try Sample.request(Sample.alice, .listBucket, "bucket", ["s3:prefix": ["secret/"]])
        #expect(
            Explanation(listing, policies).lines == [
                "no policy allows it",
                "statement 1 (Listing) of policy readers would allow it, but StringLike s3:prefix does not hold",
            ])
        let reading = try Sample.request(Sample.alice, .getObject, "bucket/a")
        #expect(Explanation(reading, policies).lines == ["allowed by statement 2 of policy readers"])
    }

    @Test func `Every reason is a sentence`() {
        let statement = StatementReference(policy: "policy p", index: 0, sid: nil)
        let all: [AccessDecision] = [
            .allowed(.root), .allowed(.statement(statement)), .denied(.statement(statement)), .denied(.anonymous),
            .denied(.publicAccessBlocked), .denied(.nothingAllows), .denied(.boundary("b")), .denied(.session),
            .denied(.unknown),
        ]
        #expect(Set(all.map(\.description)).count == all.count)
        #expect(AccessDecision.denied(.statement(statement)).description == "denied by statement 1 of policy p")
    }
}
