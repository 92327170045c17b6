extension Scenario {
    static let principals: [Scenario] = [
        Scenario(
            name: "a bucket's policy for everybody",
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::bucket/public/*"}
                """#
            ],
            lines: """
                anonymous s3:GetObject bucket/public/a -> allow by bucket
                alice s3:GetObject bucket/public/a -> allow by bucket
                session s3:GetObject bucket/public/a -> allow by bucket
                root s3:GetObject bucket/public/a -> root
                anonymous s3:GetObject bucket/a -> anonymous
                anonymous s3:PutObject bucket/public/a -> anonymous
                anonymous s3:ListBucket bucket -> anonymous
                anonymous s3:GetObjectVersion bucket/public/a -> anonymous
                alice s3:GetObject bucket/a -> nothing
                """),
        Scenario(
            name: "everybody in a list of AWS principals",
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::000000000001:user/bob", "*"]},
                 "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}
                """#
            ],
            lines: """
                anonymous s3:GetObject bucket/a -> allow by bucket
                alice s3:GetObject bucket/a -> allow by bucket
                bob s3:GetObject bucket/a -> allow by bucket
                """),
        Scenario(
            name: "public access is restricted",
            identity: ["alice": [#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}"#]],
            bucket: [
                #"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}"#
            ],
            restrictsPublicBucket: true,
            lines: """
                anonymous s3:GetObject bucket/a -> blocked
                anonymous s3:PutObject bucket/a -> anonymous
                alice s3:GetObject bucket/a -> allow by bucket
                alice s3:PutObject bucket/a -> allow
                root s3:GetObject bucket/a -> root
                """),
        Scenario(
            name: "a policy that is not public is not restricted",
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*",
                 "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}
                """#
            ],
            restrictsPublicBucket: true,
            lines: """
                anonymous s3:GetObject bucket/a aws:SourceIp=192.0.2.7 -> allow by bucket
                anonymous s3:GetObject bucket/a aws:SourceIp=198.51.100.7 -> anonymous
                anonymous s3:GetObject bucket/a -> anonymous
                """),
        Scenario(
            name: "a bucket's policy for a user",
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:user/alice"},
                 "Action": ["s3:GetObject", "s3:ListBucket"],
                 "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow by bucket
                alice s3:ListBucket bucket -> allow by bucket
                alice s3:PutObject bucket/a -> nothing
                bob s3:GetObject bucket/a -> nothing
                bob s3:ListBucket bucket -> nothing
                session s3:GetObject bucket/a -> nothing
                anonymous s3:GetObject bucket/a -> anonymous
                """),
        Scenario(
            name: "a bucket's policy for the account leaves it to the account's policies",
            identity: ["bob": [#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#]],
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "000000000001"}, "Action": "s3:*",
                 "Resource": "arn:aws:s3:::bucket/*"}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a -> nothing
                bob s3:GetObject bucket/a -> allow
                bob s3:PutObject bucket/a -> nothing
                session s3:GetObject bucket/a -> nothing
                anonymous s3:GetObject bucket/a -> anonymous
                root s3:GetObject bucket/a -> root
                """),
        Scenario(
            name: "a denial to the account is one to all of it",
            identity: ["alice": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#]],
            bucket: [
                #"""
                {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::000000000001:root"},
                 "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
                #"{"Effect": "Allow", "Principal": "*", "Action": "s3:*Object", "Resource": "arn:aws:s3:::bucket/*"}"#,
            ],
            lines: """
                alice s3:DeleteObject bucket/a -> deny
                session s3:DeleteObject bucket/a -> deny
                root s3:DeleteObject bucket/a -> deny
                anonymous s3:DeleteObject bucket/a -> allow by bucket
                alice s3:GetObject bucket/a -> allow
                """),
        Scenario(
            name: "a role's name reaches its sessions, a session's name one of them",
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:role/loader"},
                 "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::000000000001:assumed-role/loader/night"},
                 "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::000000000001:assumed-role/loader/day"},
                 "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:role/other"},
                 "Action": "s3:GetObjectAcl", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
            ],
            lines: """
                session s3:GetObject bucket/a -> allow by bucket
                session s3:PutObject bucket/a -> allow by bucket
                session s3:DeleteObject bucket/a -> nothing
                session s3:GetObjectAcl bucket/a -> nothing
                alice s3:GetObject bucket/a -> nothing
                """),
        Scenario(
            name: "root and a bucket that denies everything to everybody",
            identity: ["alice": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#]],
            bucket: [
                #"""
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                 "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}
                """#
            ],
            lines: """
                root s3:GetObject bucket/a -> deny
                root s3:ListBucket bucket -> deny
                root s3:DeleteBucket bucket -> deny
                root s3:GetBucketPolicy bucket -> root
                root s3:PutBucketPolicy bucket -> root
                root s3:DeleteBucketPolicy bucket -> root
                root s3:GetBucketPolicyStatus bucket -> deny
                root s3:PutBucketAcl bucket -> deny
                alice s3:DeleteBucketPolicy bucket -> deny
                alice s3:GetObject bucket/a -> deny
                session s3:GetObject bucket/a -> deny
                anonymous s3:GetObject bucket/a -> deny
                """),
        Scenario(
            name: "NotPrincipal excepts a user that is named together with the account",
            identity: [
                "alice": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
                "bob": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
                "session": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
            ],
            bucket: [
                #"""
                {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*",
                 "NotPrincipal": {"AWS": ["arn:aws:iam::000000000001:user/alice", "arn:aws:iam::000000000001:root"]}}
                """#,
                #"""
                {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*",
                 "NotPrincipal": {"AWS": "arn:aws:iam::000000000001:user/alice"}}
                """#,
                #"""
                {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/*",
                 "NotPrincipal": {"AWS": ["arn:aws:sts::000000000001:assumed-role/loader/night", "000000000001",
                                          "arn:aws:iam::000000000001:role/loader"]}}
                """#,
                #"""
                {"Effect": "Deny", "Action": "s3:RestoreObject", "Resource": "arn:aws:s3:::bucket/*",
                 "NotPrincipal": {"AWS": ["arn:aws:iam::000000000001:role/loader", "000000000001"]}}
                """#,
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                root s3:GetObject bucket/a -> root
                bob s3:GetObject bucket/a -> deny
                session s3:GetObject bucket/a -> deny
                anonymous s3:GetObject bucket/a -> deny
                alice s3:PutObject bucket/a -> deny
                root s3:PutObject bucket/a -> deny
                session s3:DeleteObject bucket/a -> allow
                alice s3:DeleteObject bucket/a -> deny
                root s3:DeleteObject bucket/a -> root
                session s3:RestoreObject bucket/a -> deny
                root s3:RestoreObject bucket/a -> root
                alice s3:GetObjectAcl bucket/a -> allow
                """),
        Scenario(
            name: "NotPrincipal never excepts who has a boundary",
            identity: ["alice": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#]],
            boundary: [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
            bucket: [
                #"""
                {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*",
                 "NotPrincipal": {"AWS": ["arn:aws:iam::000000000001:user/alice", "arn:aws:iam::000000000001:root"]}}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a -> deny
                alice s3:PutObject bucket/a -> allow
                """),
        Scenario(
            name: "all but one, by a condition on the principal",
            identity: [
                "alice": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
                "bob": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
                "session": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
            ],
            bucket: [
                #"""
                {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*",
                 "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ["arn:aws:iam::000000000001:user/alice",
                                                                     "arn:aws:iam::000000000001:role/loader"]}}}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                session s3:GetObject bucket/a -> allow
                bob s3:GetObject bucket/a -> deny
                root s3:GetObject bucket/a -> deny
                anonymous s3:GetObject bucket/a -> deny
                """),
        Scenario(
            name: "who asks, as conditions see it",
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/user",
                 "Condition": {"StringEquals": {"aws:PrincipalType": "User"}}}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/role",
                 "Condition": {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::bucket/nobody",
                 "Condition": {"StringEquals": {"aws:userid": "anonymous", "aws:PrincipalType": "Anonymous"}}}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/ours",
                 "Condition": {"StringEquals": {"aws:PrincipalAccount": "000000000001"}}}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/night",
                 "Condition": {"StringLike": {"aws:userid": "AROALOADER:*"}}}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/red",
                 "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/staff",
                 "Condition": {"ForAnyValue:StringEquals": {"aws:groups": "staff"}}}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/carol",
                 "Condition": {"StringEquals": {"jwt:sub": "carol"}}}
                """#,
            ],
            lines: """
                alice s3:GetObject bucket/user -> allow by bucket
                session s3:GetObject bucket/user -> nothing
                anonymous s3:GetObject bucket/user -> anonymous
                session s3:GetObject bucket/role -> allow by bucket
                alice s3:GetObject bucket/role -> nothing
                anonymous s3:GetObject bucket/nobody -> allow by bucket
                alice s3:GetObject bucket/nobody -> nothing
                alice s3:GetObject bucket/ours -> allow by bucket
                session s3:GetObject bucket/ours -> allow by bucket
                anonymous s3:GetObject bucket/ours -> anonymous
                session s3:GetObject bucket/night -> allow by bucket
                alice s3:GetObject bucket/night -> nothing
                alice s3:GetObject bucket/red -> allow by bucket
                bob s3:GetObject bucket/red -> nothing
                session s3:GetObject bucket/red -> nothing
                alice s3:GetObject bucket/staff -> allow by bucket
                bob s3:GetObject bucket/staff -> nothing
                session s3:GetObject bucket/carol -> allow by bucket
                alice s3:GetObject bucket/carol -> nothing
                anonymous s3:GetObject bucket/carol -> anonymous
                anonymous s3:GetObject bucket/carol jwt:sub=dave -> anonymous
                """),
    ]
}
