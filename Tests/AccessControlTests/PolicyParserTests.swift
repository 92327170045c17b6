import Testing

@testable import AccessControl

@Suite struct PolicyParserTests {
    private static let good = #"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#

    @Test func `Single values and lists are the same`() throws {
        let one = try PolicyDocument(#"{"Statement": \#(Self.good)}"#, kind: .identity)
        let list = try PolicyDocument(
            #"{"Statement": [{"Resource": ["*"], "Action": ["s3:GetObject"], "Effect": "Allow"}]}"#, kind: .identity)
        #expect(one == list)
    }

    @Test func `A document is read with its names`() throws {
        let policy = try PolicyDocument(
            #"{"Version": "2012-10-17", "Id": "a b", "Statement": [{"Sid": "S1", \#(Self.good.dropFirst())]}"#,
            kind: .identity)
        #expect(policy.id == "a b")
        #expect(policy.statements.map(\.sid) == ["S1"])
        #expect(policy.statements[0].effect == .allow)
    }

    @Test(arguments: [
        ("", "Policies must be valid JSON and the first byte must be '{'", "", 1, 1),
        ("[]", "Policies must be valid JSON and the first byte must be '{'", "", 1, 1),
        (" nonsense", "Policies must be valid JSON and the first byte must be '{'", "", 1, 3),
        ("{", "A name in quotes is missing", "", 1, 2),
        ("{}", "Missing required field Statement", "", 1, 1),
        (#"{"Statement": []}"#, "Could not parse the policy: Statement is empty!", "Statement", 1, 15),
        (#"{"Statement": "all"}"#, "Statement must be an object or a list of them", "Statement", 1, 15),
        (#"{"Statement": ["all"]}"#, "A statement must be an object", "Statement[0]", 1, 16),
        (#"{"Version": "2012", "Statement": {}}"#, "The policy must contain a valid version string", "Version", 1, 13),
        (#"{"Version": 2012, "Statement": {}}"#, "Version must be a string", "Version", 1, 13),
        ("{\n  \"Versoin\": \"2012-10-17\"}", "Unknown field Versoin", "", 2, 3),
        (#"{"Id": "ä", "Versoin": ""}"#, "Unknown field Versoin", "", 1, 13),
        (#"{"Id": "a", "Id": "a", "Statement": {}}"#, "The name \"Id\" comes twice", "", 1, 13),
        (#"{"Statement": {}} {}"#, "There is text after the document's end", "", 1, 19),
    ])
    func `What is wrong with a document is said with its place`(
        text: String, reason: String, path: String, line: Int, column: Int
    ) {
        #expect(refusal(of: text) == MalformedPolicy(reason: reason, path: path, line: line, column: column))
    }

    @Test(arguments: [
        (#"{"Action": "s3:GetObject", "Resource": "*"}"#, "Missing required field Effect", "Statement[0]"),
        (#"{"Effect": "Allow", "Resource": "*"}"#, "Missing required field Action", "Statement[0]"),
        (#"{"Effect": "Allow", "Action": "s3:GetObject"}"#, "Missing required field Resource", "Statement[0]"),
        (
            #"{"Effect": "allow", "Action": "*", "Resource": "*"}"#,
            "Invalid effect: it is Allow or Deny", "Statement[0].Effect"
        ),
        (
            #"{"Effect": true, "Action": "*", "Resource": "*"}"#,
            "Statement[0].Effect must be a string", "Statement[0].Effect"
        ),
        (
            #"{"Effect": "Allow", "Action": [], "Resource": "*"}"#,
            "Statement[0].Action must not be empty", "Statement[0].Action"
        ),
        (
            #"{"Effect": "Allow", "Action": ["*", 1], "Resource": "*"}"#,
            "Statement[0].Action[1] must be a string", "Statement[0].Action[1]"
        ),
        (
            #"{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}"#,
            "Policy has invalid action", "Statement[0].Action"
        ),
        (
            #"{"Effect": "Allow", "Action": "s3:", "Resource": "*"}"#,
            "Policy has invalid action", "Statement[0].Action"
        ),
        (
            #"{"Effect": "Allow", "Action": "s3:Get Object", "Resource": "*"}"#,
            "Policy has invalid action", "Statement[0].Action"
        ),
        (
            #"{"Effect": "Allow", "Action": "s3:a:b", "Resource": "*"}"#,
            "Policy has invalid action", "Statement[0].Action"
        ),
        (
            #"{"Effect": "Allow", "Action": "s*:GetObject", "Resource": "*"}"#,
            "Policy has invalid action", "Statement[0].Action"
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}"#,
            "Action and NotAction exclude each other", "Statement[0].NotAction"
        ),
        (#"{@, "NotResource": "*"}"#, "Resource and NotResource exclude each other", "Statement[0].NotResource"),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": "bucket"}"#,
            "Resource bucket must be in ARN format or \"*\"", "Statement[0].Resource"
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:bucket"}"#,
            "Resource arn:aws:s3:bucket must be in ARN format or \"*\"", "Statement[0].Resource"
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": ["*", null]}"#,
            "Statement[0].Resource[1] must be a string", "Statement[0].Resource[1]"
        ),
        (#"{@, "Principal": "*"}"#, "Policy document should not specify a principal", "Statement[0].Principal"),
        (#"{@, "condition": {}}"#, "Unknown field condition", "Statement[0]"),
        (
            #"{"Sid": "a b", @}"#,
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
                + "[0-9A-Za-z]*", "Statement[0].Sid"
        ),
        (
            #"{"Sid": "a", @}, {"Sid": "a", @}"#,
            "Statement IDs (SID) in a single policy must be unique", "Statement[1].Sid"
        ),
        (#"{@, "Condition": []}"#, "Condition must be an object", "Statement[0].Condition"),
        (
            #"{@, "Condition": {"StringIs": {"s3:prefix": "a"}}}"#,
            "Invalid Condition type : StringIs", "Statement[0].Condition"
        ),
        (
            #"{@, "Condition": {"StringEquals": {}}}"#,
            "A condition operator needs an object of keys", "Statement[0].Condition.StringEquals"
        ),
        (
            #"{@, "Condition": {"StringEquals": {"s3:pre": "a"}}}"#,
            "Policy has an invalid condition key", "Statement[0].Condition.StringEquals.s3:pre"
        ),
        (
            #"{@, "Condition": {"StringEquals": {"s3:prefix": []}}}"#,
            "Statement[0].Condition.StringEquals.s3:prefix must not be empty",
            "Statement[0].Condition.StringEquals.s3:prefix"
        ),
        (
            #"{@, "Condition": {"StringEquals": {"s3:prefix": {}}}}"#,
            "A condition's value must be a string", "Statement[0].Condition.StringEquals.s3:prefix"
        ),
        (
            #"{@, "Condition": {"StringEquals": {"s3:prefix": "a", "S3:Prefix": "b"}}}"#,
            "The key s3:prefix comes twice", "Statement[0].Condition.StringEquals"
        ),
        (
            #"{@, "Condition": {"StringEquals": {"s3:prefix": "${aws:username"}}}"#,
            "Policy has an invalid condition value: A variable does not end",
            "Statement[0].Condition.StringEquals.s3:prefix"
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${aws:name}"}"#,
            "Policy has invalid resource: There is no variable aws:name", "Statement[0].Resource"
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${aws:username, x}"}"#,
            "Policy has invalid resource: The default of a variable stands between single quotes",
            "Statement[0].Resource"
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:${aws:username}:::b"}"#,
            "Resource arn:aws:${aws:username}:::b must be in ARN format or \"*\"", "Statement[0].Resource"
        ),
    ])
    func `What is wrong with a statement is said with its place`(statement: String, reason: String, path: String) {
        let complete = #""Effect": "Allow", "Action": "*", "Resource": "*""#
        let error = refusal(of: document([statement.replacing("@", with: complete)]))
        #expect(error?.reason == reason)
        #expect(error?.path == path)
    }

    @Test func `Numbers and truth values stand for themselves in conditions`() throws {
        let written = try identityPolicy(
            #"""
            {"Effect": "Allow", "Action": "*", "Resource": "*",
             "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"s3:max-keys": 10}}}
            """#)
        let quoted = try identityPolicy(
            #"""
            {"Effect": "Allow", "Action": "*", "Resource": "*",
             "Condition": {"Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": {"s3:max-keys": "10"}}}
            """#)
        #expect(written == quoted)
    }

    @Test func `White space does not count, and the limits are AWS's`() throws {
        func padded(_ count: Int, _ space: String = "") -> String {
            let name = String(repeating: "a", count: count)
            let statement = #"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::\#(name)"}"#
            return #"{"Statement":\#(space)\#(statement)}"#
        }
        let fixed = padded(0).utf8.count
        #expect(refusal(of: padded(6_144 - fixed, String(repeating: " ", count: 4_000))) == nil)
        let message = refusal(of: padded(6_145 - fixed))?.message
        #expect(
            message
                == "Normalized policy document exceeds the maximum allowed size of 6144 bytes (line 1, column 1)")
        #expect(ofBucket.maximumByteCount == 20 * 1024)
    }
}

@Suite struct BucketPolicyParserTests {
    private static func statement(
        principal: String = #""Principal": "*""#, action: String = #""s3:GetObject""#,
        resource: String = #""arn:aws:s3:::bucket/*""#, effect: String = "Allow"
    ) -> String {
        document([#"{"Effect": "\#(effect)", \#(principal), "Action": \#(action), "Resource": \#(resource)}"#])
    }

    private static func reason(_ text: String) -> String? { refusal(of: text, kind: ofBucket)?.reason }

    @Test(arguments: [
        #""Principal": "*""#, #""Principal": {"AWS": "*"}"#, #""Principal": {"AWS": "000000000001"}"#,
        #""Principal": {"AWS": ["arn:aws:iam::000000000001:user/alice", "arn:aws:iam::000000000001:root"]}"#,
        #""Principal": {"AWS": "arn:aws:sts::000000000001:assumed-role/loader/night"}"#,
    ])
    func `Principals of the account are taken`(principal: String) {
        #expect(Self.reason(Self.statement(principal: principal)) == nil)
    }

    @Test(arguments: [
        #""Principal": "alice""#, #""Principal": {}"#, #""Principal": []"#, #""Principal": {"AWS": []}"#,
        #""Principal": {"AWS": "alice"}"#, #""Principal": {"AWS": "123456789012"}"#,
        #""Principal": {"AWS": "arn:aws:iam::123456789012:user/alice"}"#,
        #""Principal": {"AWS": "arn:aws:iam::000000000001:user/*"}"#,
        #""Principal": {"AWS": "arn:aws:iam::000000000001:user/"}"#,
        #""Principal": {"AWS": "arn:aws:iam::000000000001:group/staff"}"#,
        #""Principal": {"AWS": "arn:aws:iam::000000000001:user/path/alice"}"#,
        #""Principal": {"Service": "logs.amazonaws.com"}"#, #""Principal": {"Federated": "x"}"#,
    ])
    func `Who can be nobody here is refused`(principal: String) {
        let reason = Self.reason(Self.statement(principal: principal))
        #expect(reason == "Invalid principal in policy" || reason?.hasSuffix("must not be empty") == true)
    }

    @Test func `Somebody must be named, and NotPrincipal only denies`() {
        let nobody = #"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}"#
        #expect(Self.reason(document([nobody])) == "Missing required field Principal")
        let others = #""NotPrincipal": {"AWS": "000000000001"}"#
        #expect(Self.reason(Self.statement(principal: others)) == "NotPrincipal can only deny")
        #expect(Self.reason(Self.statement(principal: others, effect: "Deny")) == nil)
        #expect(
            Self.reason(Self.statement(principal: others + #", "Principal": "*""#, effect: "Deny"))
                == "Principal and NotPrincipal exclude each other")
    }

    @Test(arguments: [
        #""arn:aws:s3:::bucket/*""#, #""arn:aws:s3:::bucket/a""#, #"["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]"#,
        #""arn:aws:s3:::bucket*""#, #""*""#, #""arn:aws:s3:::bucket/${aws:username}/*""#,
    ])
    func `A bucket's policy is about its bucket`(resource: String) {
        #expect(Self.reason(Self.statement(resource: resource)) == nil)
    }

    @Test(arguments: [
        #""arn:aws:s3:::other/*""#, #""arn:aws:s3:::bucket2/*""#, #""arn:aws:s3:::buck*""#, #""arn:aws:s3:::*""#,
        #"["arn:aws:s3:::bucket/*", "arn:aws:s3:::other/*"]"#, #""arn:aws:s3:::${aws:username}/*""#,
        #""arn:aws:sqs:::bucket/*""#, #""arn:aws:s3:us-east-1::bucket/*""#, #""bucket/*""#,
    ])
    func `A bucket's policy is about nothing else`(resource: String) {
        #expect(Self.reason(Self.statement(resource: resource)) == "Policy has invalid resource")
    }

    @Test(arguments: [#""sqs:SendMessage""#, #""s3:GetEverything""#, #""admin:GetStatus""#, #""GetObject""#])
    func `A bucket's policy has actions of S3`(action: String) {
        #expect(Self.reason(Self.statement(action: action)) == "Policy has invalid action")
    }

    @Test(arguments: [
        (#""s3:ListBucket""#, #""arn:aws:s3:::bucket/*""#, false),
        (#""s3:ListBucket""#, #""arn:aws:s3:::bucket""#, true),
        (#""s3:GetObject""#, #""arn:aws:s3:::bucket""#, false), (#""s3:GetObject""#, #""arn:aws:s3:::bucket*""#, true),
        (#"["s3:GetObject", "s3:ListBucket"]"#, #""arn:aws:s3:::bucket/*""#, false),
        (#"["s3:GetObject", "s3:ListBucket"]"#, #"["arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket"]"#, true),
        (#""s3:*""#, #""arn:aws:s3:::bucket""#, true), (#""*""#, #""arn:aws:s3:::bucket/*""#, true),
        (#""s3:ListAllMyBuckets""#, #""*""#, false),
    ])
    func `An action that none of the resources is for is refused`(action: String, resource: String, isTaken: Bool) {
        let reason = Self.reason(Self.statement(action: action, resource: resource))
        #expect(reason == (isTaken ? nil : "Action does not apply to any resource(s) in statement"))
    }

    @Test func `The place is told in lines and columns`() {
        let text = """
            {
              "Statement": [{
                "Effect": "Allow", "Principal": "*",
                "Action": ["s3:GetObject", "s3:GetNothing"],
                "Resource": "arn:aws:s3:::bucket/*"
              }]
            }
            """
        #expect(
            refusal(of: text, kind: ofBucket)?.message
                == "Policy has invalid action (Statement[0].Action[1], line 4, column 32)")
    }

    @Test(arguments: [
        (#""Principal": "*""#, "{}", true),
        (#""Principal": {"AWS": "*"}"#, "{}", true),
        (#""Principal": {"AWS": "000000000001"}"#, "{}", false),
        (#""Principal": "*""#, #"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#, false),
        (#""Principal": "*""#, #"{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#, true),
        (#""Principal": "*""#, #"{"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/1"]}}"#, true),
        (#""Principal": "*""#, #"{"IpAddressIfExists": {"aws:SourceIp": "192.0.2.0/24"}}"#, true),
        (#""Principal": "*""#, #"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#, true),
        (#""Principal": "*""#, #"{"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}"#, false),
        (#""Principal": "*""#, #"{"IpAddress": {"aws:SourceIp": "::/0"}}"#, true),
        (#""Principal": "*""#, #"{"StringEquals": {"aws:PrincipalAccount": "000000000001"}}"#, false),
        (#""Principal": "*""#, #"{"StringLike": {"aws:PrincipalAccount": "0*"}}"#, true),
        (#""Principal": "*""#, #"{"StringEquals": {"aws:userid": "${aws:PrincipalTag/id}"}}"#, true),
        (#""Principal": "*""#, #"{"ForAllValues:StringEquals": {"aws:PrincipalAccount": "000000000001"}}"#, true),
        (#""Principal": "*""#, #"{"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::000000000001:user/alice"}}"#, false),
        (#""Principal": "*""#, #"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::000000000001:user/*"}}"#, true),
        (#""Principal": "*""#, #"{"StringEquals": {"aws:Referer": "https://example.org/"}}"#, true),
        (#""Principal": "*""#, #"{"Bool": {"aws:SecureTransport": "true"}}"#, true),
    ])
    func `A policy is public by AWS's meaning`(principal: String, condition: String, isPublic: Bool) throws {
        let fields = #""Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*", "Condition": \#(condition)"#
        let allows = try bucketPolicy(#"{"Effect": "Allow", \#(principal), \#(fields)}"#)
        #expect(allows.isPublic == isPublic)
        let denies = try bucketPolicy(#"{"Effect": "Deny", \#(principal), \#(fields)}"#)
        #expect(!denies.isPublic)
    }
}
