extension Scenario {
    static let basics: [Scenario] = [
        Scenario(
            name: "nothing is allowed by default",
            lines: """
                alice s3:GetObject bucket/a -> nothing
                alice s3:PutObject bucket/a -> nothing
                alice s3:ListAllMyBuckets - -> nothing
                alice admin:GetStatus - -> nothing
                session s3:GetObject bucket/a -> nothing
                anonymous s3:GetObject bucket/a -> anonymous
                anonymous s3:ListBucket bucket -> anonymous
                root s3:GetObject bucket/a -> root
                root s3:ListAllMyBuckets - -> root
                root admin:GetStatus - -> root
                """),
        Scenario(
            name: "an allowed action on an allowed resource",
            identity: [
                "alice": [
                    #"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/reports/*"}"#
                ]
            ],
            lines: """
                alice s3:GetObject bucket/reports/a -> allow
                alice s3:GetObject bucket/reports/a/b -> allow
                alice s3:GetObject bucket/reports/ -> allow
                alice s3:GetObject bucket/reports -> nothing
                alice s3:GetObject bucket/reportsx/a -> nothing
                alice s3:GetObject bucket/Reports/a -> nothing
                alice s3:GetObject bucket/secret/x -> nothing
                alice s3:GetObject bucket/reports/../secret/x -> allow
                alice s3:GetObject other/reports/a -> nothing
                alice s3:GetObjectVersion bucket/reports/a -> nothing
                alice s3:GetObjectAcl bucket/reports/a -> nothing
                alice s3:GetObjectAttributes bucket/reports/a -> nothing
                alice s3:PutObject bucket/reports/a -> nothing
                alice s3:DeleteObject bucket/reports/a -> nothing
                alice s3:ListBucket bucket -> nothing
                bob s3:GetObject bucket/reports/a -> nothing
                session s3:GetObject bucket/reports/a -> nothing
                anonymous s3:GetObject bucket/reports/a -> anonymous
                """),
        Scenario(
            name: "deny wins over allow, in whatever order",
            identity: [
                "alice": [
                    #"{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}"#,
                    #"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
                    #"{"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/secret/*"}"#,
                ]
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                alice s3:PutObject bucket/a -> allow
                alice s3:DeleteObject bucket/a -> deny
                alice s3:DeleteObject bucket/secret/a -> deny
                alice s3:GetObject bucket/secret/a -> deny
                alice s3:GetObject bucket/secret/ -> deny
                alice s3:GetObject bucket/secret -> allow
                alice s3:DeleteObjectVersion bucket/a -> allow
                alice s3:ListBucket bucket -> allow
                alice s3:ListAllMyBuckets - -> allow
                alice admin:GetStatus - -> nothing
                """),
        Scenario(
            name: "wildcards in actions",
            identity: [
                "alice": [#"{"Effect": "Allow", "Action": ["s3:Get*", "S3:LISTBUCKET"], "Resource": "*"}"#],
                "bob": [#"{"Effect": "Allow", "Action": ["s3:?etObject", "s3:*Acl"], "Resource": "*"}"#],
                "session": [#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#],
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                alice s3:GetObjectVersion bucket/a -> allow
                alice s3:GetBucketPolicy bucket -> allow
                alice s3:ListBucket bucket -> allow
                alice s3:ListBucketVersions bucket -> nothing
                alice s3:PutObject bucket/a -> nothing
                bob s3:GetObject bucket/a -> allow
                bob s3:PutObject bucket/a -> nothing
                bob s3:GetObjectAcl bucket/a -> allow
                bob s3:PutBucketAcl bucket -> allow
                bob s3:GetObjectTagging bucket/a -> nothing
                session s3:PutObject bucket/a -> allow
                session admin:GetStatus - -> allow
                session sts:AssumeRole - -> allow
                """),
        Scenario(
            name: "NotAction",
            identity: [
                "alice": [#"{"Effect": "Allow", "NotAction": "s3:Delete*", "Resource": "*"}"#],
                "bob": [
                    #"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#,
                    #"{"Effect": "Deny", "NotAction": ["s3:Get*", "s3:List*"], "Resource": "*"}"#,
                ],
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                alice s3:PutObject bucket/a -> allow
                alice s3:DeleteObject bucket/a -> nothing
                alice s3:DeleteBucket bucket -> nothing
                alice s3:AbortMultipartUpload bucket/a -> allow
                bob s3:GetObject bucket/a -> allow
                bob s3:ListBucket bucket -> allow
                bob s3:ListAllMyBuckets - -> allow
                bob s3:PutObject bucket/a -> deny
                bob admin:GetStatus - -> deny
                """),
        Scenario(
            name: "NotResource",
            identity: [
                "alice": [
                    #"""
                    {"Effect": "Allow", "Action": "s3:*",
                     "NotResource": ["arn:aws:s3:::bucket/secret/*", "arn:aws:s3:::hidden*"]}
                    """#
                ],
                "bob": [
                    #"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
                    #"""
                    {"Effect": "Deny", "Action": "s3:*",
                     "NotResource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}
                    """#,
                ],
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                alice s3:GetObject bucket/secret/a -> nothing
                alice s3:GetObject bucket/secret -> allow
                alice s3:GetObject hidden-one/a -> nothing
                alice s3:ListBucket hidden -> nothing
                alice s3:ListBucket bucket -> allow
                alice s3:ListAllMyBuckets - -> allow
                bob s3:GetObject bucket/a -> allow
                bob s3:ListBucket bucket -> allow
                bob s3:GetObject other/a -> deny
                bob s3:ListBucket other -> deny
                bob s3:ListAllMyBuckets - -> deny
                """),
        Scenario(
            name: "listing is of the bucket, and only with the prefix that is allowed",
            identity: [
                "alice": [
                    #"""
                    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket",
                     "Condition": {"StringLike": {"s3:prefix": ["reports/*", "public"]}}}
                    """#
                ],
                "bob": [#"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket/*"}"#],
            ],
            lines: """
                alice s3:ListBucket bucket s3:prefix=reports/ -> allow
                alice s3:ListBucket bucket s3:prefix=reports/2026/ -> allow
                alice s3:ListBucket bucket s3:prefix=reports -> nothing
                alice s3:ListBucket bucket s3:prefix=public -> allow
                alice s3:ListBucket bucket s3:prefix=public/ -> nothing
                alice s3:ListBucket bucket s3:prefix= -> nothing
                alice s3:ListBucket bucket -> nothing
                alice s3:ListBucket other s3:prefix=reports/ -> nothing
                alice s3:ListBucketVersions bucket s3:prefix=reports/ -> nothing
                bob s3:ListBucket bucket -> nothing
                """),
        Scenario(
            name: "the first version of the language",
            version: "2008-10-17",
            identity: [
                "alice": [
                    #"""
                    {"Effect": "Allow", "Action": "s3:GetObject",
                     "Resource": "arn:aws:s3:::bucket/${aws:username}/*"}
                    """#,
                    #"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/a*"}"#,
                ]
            ],
            lines: """
                alice s3:GetObject bucket/alice/a -> nothing
                alice s3:GetObject bucket/${aws:username}/a -> allow
                alice s3:PutObject bucket/alice -> allow
                """),
        Scenario(
            name: "several statements and policies add up",
            identity: [
                "alice": [
                    #"""
                    {"Sid": "one", "Effect": "Allow", "Action": "s3:GetObject",
                     "Resource": "arn:aws:s3:::bucket/*"}
                    """#,
                    #"""
                    {"Sid": "two", "Effect": "Allow", "Action": "s3:PutObject",
                     "Resource": "arn:aws:s3:::bucket/in/*"}
                    """#,
                ]
            ],
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:user/alice"},
                 "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/in/*"}
                """#
            ],
            lines: """
                alice s3:GetObject bucket/a -> allow
                alice s3:PutObject bucket/a -> nothing
                alice s3:PutObject bucket/in/a -> allow
                alice s3:DeleteObject bucket/in/a -> allow by bucket
                alice s3:DeleteObject bucket/a -> nothing
                bob s3:DeleteObject bucket/in/a -> nothing
                """),
    ]
}
