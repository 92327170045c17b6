extension Scenario {
    static let limits: [Scenario] = [
        Scenario(
            name: "a boundary is the most that own policies can allow",
            identity: [
                "alice": [#"{"Effect": "Allow", "Action": ["s3:*", "admin:*"], "Resource": "*"}"#]
            ],
            boundary: [
                #"""
                {"Effect": "Allow", "Action": ["s3:Get*", "s3:DeleteObject"],
                 "Resource": "arn:aws:s3:::bucket/*"}
                """#
            ],
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:user/alice"},
                 "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObjectAcl",
                 "Resource": "arn:aws:s3:::bucket/*"}
                """#,
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                alice s3:GetObject other/a -> boundary
                alice s3:DeleteObject bucket/a -> allow
                alice s3:ListBucket bucket -> boundary
                alice admin:GetStatus - -> boundary
                alice s3:PutObject bucket/a -> allow by bucket
                alice s3:PutObjectAcl bucket/a -> boundary
                alice sts:AssumeRole - -> nothing
                bob s3:GetObject bucket/a -> nothing
                anonymous s3:PutObjectAcl bucket/a -> allow by bucket
                """),
        Scenario(
            name: "a boundary allows nothing by itself, and can deny",
            boundary: [
                #"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#,
                #"{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}"#,
            ],
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:user/alice"},
                 "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::bucket/*"}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow by bucket
                alice s3:GetObject other/a -> nothing
                alice s3:PutObject bucket/a -> deny
                alice s3:PutObject other/a -> deny
                """),
        Scenario(
            name: "a key with a policy of its own",
            identity: ["alice": [#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#]],
            session: [
                #"{"Effect": "Allow", "Action": ["s3:GetObject", "admin:GetStatus"], "Resource": "*"}"#,
                #"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/secret/*"}"#,
            ],
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:user/alice"},
                 "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/*"}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                alice s3:GetObject bucket/secret/a -> deny
                alice s3:PutObject bucket/a -> session
                alice s3:ListAllMyBuckets - -> session
                alice s3:DeleteObject bucket/a -> session
                alice admin:GetStatus - -> nothing
                """),
        Scenario(
            name: "the policies of a session, its role and the bucket",
            identity: [
                "session": [
                    #"""
                    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}
                    """#
                ]
            ],
            session: [
                #"{"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject", "s3:ListBucket"], "Resource": "*"}"#
            ],
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:role/loader"},
                 "Action": ["s3:DeleteObject", "s3:GetObjectAcl"], "Resource": "arn:aws:s3:::bucket/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::000000000001:assumed-role/loader/night"},
                 "Action": "s3:PutObjectAcl", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
            ],
            lines: """
                session s3:GetObject bucket/a -> allow
                session s3:GetObject other/a -> allow
                session s3:PutObject bucket/a -> session
                session s3:DeleteObject bucket/a -> allow by bucket
                session s3:DeleteObject other/a -> nothing
                session s3:GetObjectAcl bucket/a -> session
                session s3:PutObjectAcl bucket/a -> allow by bucket
                session s3:PutObjectAcl other/a -> nothing
                session s3:ListBucket bucket -> nothing
                """),
        Scenario(
            name: "a session's policy of nothing",
            identity: ["session": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#]],
            session: [#"{"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}"#],
            lines: """
                session s3:GetObject bucket/a -> session
                session admin:GetStatus - -> session
                session sts:AssumeRole - -> deny
                """),
        Scenario(
            name: "boundary and session policy and role: all of them",
            identity: ["session": [#"{"Effect": "Allow", "Action": ["s3:Get*", "s3:Put*"], "Resource": "*"}"#]],
            boundary: [#"{"Effect": "Allow", "Action": ["s3:Get*", "s3:Delete*"], "Resource": "*"}"#],
            session: [
                #"""
                {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"],
                 "Resource": "*"}
                """#
            ],
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:role/loader"},
                 "Action": ["s3:DeleteObject", "s3:PutObject", "s3:RestoreObject"], "Resource": "arn:aws:s3:::bucket/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::000000000001:assumed-role/loader/night"},
                 "Action": "s3:PutObjectTagging", "Resource": "arn:aws:s3:::bucket/*"}
                """#,
            ],
            lines: """
                session s3:GetObject bucket/a -> allow
                session s3:GetObjectAcl bucket/a -> session
                session s3:PutObject bucket/a -> boundary
                session s3:DeleteObject bucket/a -> allow by bucket
                session s3:DeleteObject other/a -> nothing
                session s3:RestoreObject bucket/a -> boundary
                session s3:PutObjectTagging bucket/a -> allow by bucket
                session s3:PutObjectTagging other/a -> boundary
                """),
        Scenario(
            name: "a bucket's denial reaches who is allowed by own policies",
            identity: ["alice": [#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#]],
            bucket: [
                #"""
                {"Sid": "TLS only", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                 "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
                 "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a aws:SecureTransport=true -> allow
                alice s3:GetObject bucket/a aws:SecureTransport=false -> deny
                alice s3:ListBucket bucket aws:SecureTransport=false -> deny
                alice s3:GetObject bucket/a -> allow
                root s3:GetObject bucket/a aws:SecureTransport=false -> deny
                root s3:GetObject bucket/a aws:SecureTransport=true -> root
                anonymous s3:GetObject bucket/a aws:SecureTransport=true -> anonymous
                anonymous s3:GetObject bucket/a aws:SecureTransport=false -> deny
                """),
    ]
}
