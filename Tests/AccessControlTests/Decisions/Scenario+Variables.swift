extension Scenario {
    static let variables: [Scenario] = [
        Scenario(
            name: "a home for each",
            identity: Dictionary(
                uniqueKeysWithValues: ["alice", "bob", "session"].map { name in
                    (
                        name,
                        [
                            #"""
                            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
                             "Resource": "arn:aws:s3:::bucket/home/${aws:username}/*"}
                            """#,
                            #"""
                            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket",
                             "Condition": {"StringLike": {"s3:prefix": ["home/${aws:username}/*",
                              "home/${AWS:UserName}"]}}}
                            """#,
                        ]
                    )
                }),
            lines: """
                alice s3:GetObject bucket/home/alice/a -> allow
                alice s3:PutObject bucket/home/alice/a/b -> allow
                alice s3:GetObject bucket/home/bob/a -> nothing
                alice s3:GetObject bucket/home//a -> nothing
                alice s3:GetObject bucket/home/alice -> nothing
                alice s3:GetObject bucket/home/${aws:username}/a -> nothing
                bob s3:GetObject bucket/home/bob/a -> allow
                bob s3:GetObject bucket/home/alice/a -> nothing
                session s3:GetObject bucket/home/night/a -> nothing
                session s3:GetObject bucket/home//a -> nothing
                alice s3:ListBucket bucket s3:prefix=home/alice/x -> allow
                alice s3:ListBucket bucket s3:prefix=home/alice -> allow
                alice s3:ListBucket bucket s3:prefix=home/alice2 -> nothing
                alice s3:ListBucket bucket s3:prefix=home/bob/ -> nothing
                session s3:ListBucket bucket s3:prefix=home/ -> nothing
                """),
        Scenario(
            name: "defaults",
            bucket: [
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::bucket/${aws:username, 'guest'}/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::bucket/${ aws:PrincipalTag/Team ,  'no team' }/*"}
                """#,
                #"""
                {"Effect": "Allow", "Principal": "*", "Action": "s3:DeleteObject",
                 "Resource": "arn:aws:s3:::bucket/${aws:username, '*'}/*"}
                """#,
            ],
            lines: """
                anonymous s3:GetObject bucket/guest/a -> allow by bucket
                anonymous s3:GetObject bucket/alice/a -> anonymous
                alice s3:GetObject bucket/alice/a -> allow by bucket
                alice s3:GetObject bucket/guest/a -> nothing
                session s3:GetObject bucket/guest/a -> allow by bucket
                alice s3:PutObject bucket/red/a -> allow by bucket
                session s3:PutObject bucket/blue/a -> allow by bucket
                anonymous s3:PutObject bucket/red/a -> anonymous
                anonymous s3:DeleteObject bucket/*/a -> allow by bucket
                anonymous s3:DeleteObject bucket/alice/a -> anonymous
                """),
        Scenario(
            name: "escapes",
            identity: [
                "alice": [
                    #"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/a${*}b"}"#,
                    #"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/a${?}b"}"#,
                    #"""
                    {"Effect": "Allow", "Action": "s3:DeleteObject",
                     "Resource": "arn:aws:s3:::bucket/a${$}{aws:username}"}
                    """#,
                    #"{"Effect": "Allow", "Action": "s3:RestoreObject", "Resource": "arn:aws:s3:::bucket/$a$${$}*"}"#,
                ]
            ],
            lines: """
                alice s3:GetObject bucket/a*b -> allow
                alice s3:GetObject bucket/axb -> nothing
                alice s3:PutObject bucket/a?b -> allow
                alice s3:PutObject bucket/axb -> nothing
                alice s3:DeleteObject bucket/a${aws:username} -> allow
                alice s3:DeleteObject bucket/aalice -> nothing
                alice s3:RestoreObject bucket/$a$$ -> allow
                alice s3:RestoreObject bucket/$a$$x -> allow
                alice s3:RestoreObject bucket/$a$ -> nothing
                """),
        Scenario(
            name: "a star in a value of the request is no wildcard",
            identity: [
                "alice": [
                    #"""
                    {"Effect": "Allow", "Action": "s3:GetObject",
                     "Resource": "arn:aws:s3:::bucket/${aws:PrincipalTag/star}/a"}
                    """#,
                    #"""
                    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket",
                     "Condition": {"StringLike": {"s3:prefix": "${aws:UserAgent}"}}}
                    """#,
                ]
            ],
            lines: """
                alice s3:GetObject bucket/*/a -> allow
                alice s3:GetObject bucket/b/a -> nothing
                alice s3:ListBucket bucket s3:prefix=secret aws:UserAgent=* -> nothing
                alice s3:ListBucket bucket s3:prefix=* aws:UserAgent=* -> allow
                alice s3:ListBucket bucket s3:prefix=secret aws:UserAgent=secret -> allow
                """),
        Scenario(
            name: "a variable without a value never widens a grant, and may widen a denial",
            identity: [
                "session": [
                    #"""
                    {"Effect": "Allow", "Action": "s3:GetObject",
                     "NotResource": "arn:aws:s3:::bucket/${aws:username}/*"}
                    """#,
                    #"""
                    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*",
                     "Condition": {"StringNotLike": {"s3:prefix": "${aws:username}/*"}}}
                    """#,
                    #"{"Effect": "Allow", "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": "*"}"#,
                    #"""
                    {"Effect": "Deny", "Action": "s3:PutObject",
                     "NotResource": "arn:aws:s3:::bucket/${aws:username}/*"}
                    """#,
                    #"""
                    {"Effect": "Deny", "Action": "s3:DeleteObject",
                     "Resource": "arn:aws:s3:::bucket/${aws:username}/*"}
                    """#,
                    #"""
                    {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/own/*",
                     "Condition": {"StringNotEquals": {"aws:UserAgent": "${aws:username}"}}}
                    """#,
                ]
            ],
            lines: """
                session s3:GetObject bucket/a -> nothing
                session s3:GetObject other/a -> nothing
                session s3:ListBucket bucket s3:prefix=x/ -> nothing
                session s3:PutObject bucket/a -> deny
                session s3:PutObject bucket//a -> deny
                session s3:DeleteObject bucket/a -> allow
                session s3:DeleteObject bucket/own/a aws:UserAgent=x -> deny
                """),
        Scenario(
            name: "a key with several values is no variable",
            identity: [
                "alice": [
                    #"""
                    {"Effect": "Allow", "Action": "s3:GetObject",
                     "Resource": "arn:aws:s3:::bucket/${aws:groups}/*"}
                    """#,
                    #"""
                    {"Effect": "Allow", "Action": "s3:PutObject",
                     "Resource": "arn:aws:s3:::bucket/${aws:groups, 'none'}/*"}
                    """#,
                ],
                "session": [
                    #"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/${jwt:sub}/*"}"#,
                    #"""
                    {"Effect": "Allow", "Action": "s3:PutObject",
                     "Resource": "arn:aws:s3:::bucket/${jwt:groups}/*"}
                    """#,
                ],
            ],
            lines: """
                alice s3:GetObject bucket/staff/a -> nothing
                alice s3:GetObject bucket/readers/a -> nothing
                alice s3:PutObject bucket/none/a -> allow
                session s3:GetObject bucket/carol/a -> allow
                session s3:GetObject bucket/dave/a -> nothing
                session s3:PutObject bucket/a/x -> nothing
                """),
    ]

    static let resources: [Scenario] = [
        Scenario(
            name: "wildcards in resources",
            identity: [
                "alice": [
                    #"""
                    {"Effect": "Allow", "Action": "s3:GetObject",
                     "Resource": "arn:aws:s3:::bucket/*/daily/*.parquet"}
                    """#,
                    #"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/log-????"}"#,
                    #"{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::b*/*tmp*"}"#,
                    #"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket*"}"#,
                    #"{"Effect": "Allow", "Action": "s3:RestoreObject", "Resource": "arn:*:s?:::bucket/*"}"#,
                ]
            ],
            lines: """
                alice s3:GetObject bucket/x/daily/a.parquet -> allow
                alice s3:GetObject bucket/x/y/daily/z/a.parquet -> allow
                alice s3:GetObject bucket//daily/.parquet -> allow
                alice s3:GetObject bucket/daily/a.parquet -> nothing
                alice s3:GetObject bucket/x/daily/a.csv -> nothing
                alice s3:GetObject bucket/x/daily/a.parquet.gz -> nothing
                alice s3:PutObject bucket/log-2026 -> allow
                alice s3:PutObject bucket/log-äöü€ -> allow
                alice s3:PutObject bucket/log-202 -> nothing
                alice s3:PutObject bucket/log-20261 -> nothing
                alice s3:DeleteObject bucket/tmp -> allow
                alice s3:DeleteObject backup/a/tmpfile -> allow
                alice s3:DeleteObject other/tmp -> nothing
                alice s3:ListBucket bucket -> allow
                alice s3:ListBucket bucket2 -> allow
                alice s3:ListBucket other -> nothing
                alice s3:RestoreObject bucket/a -> allow
                """),
        Scenario(
            name: "resources of other services and accounts are none of ours",
            identity: [
                "alice": [
                    #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:sqs:us-east-1:000000000001:bucket/a"}"#,
                    #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:us-east-1::bucket/a"}"#,
                    #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3::000000000001:bucket/a"}"#,
                    #"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws-cn:s3:::bucket/a"}"#,
                    #"{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}"#,
                    #"{"Effect": "Allow", "Action": "s3:GetEverything", "Resource": "*"}"#,
                ]
            ],
            lines: """
                alice s3:GetObject bucket/a -> nothing
                alice s3:ListAllMyBuckets - -> nothing
                alice admin:GetStatus - -> nothing
                """),
        Scenario(
            name: "what is of no bucket",
            identity: [
                "alice": [#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::*"}"#],
                "bob": [
                    #"""
                    {"Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::bucket",
                     "arn:aws:s3:::bucket/*"]}
                    """#
                ],
            ],
            lines: """
                alice s3:ListAllMyBuckets - -> allow
                alice s3:ListBucket bucket -> allow
                alice s3:GetObject bucket/a -> allow
                bob s3:ListAllMyBuckets - -> nothing
                bob s3:ListBucket bucket -> allow
                """),
        Scenario(
            name: "keys are what they are",
            identity: [
                "alice": [
                    #"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/a:b/*"}"#,
                    #"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/caf\u00e9"}"#,
                    #"{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/100%25"}"#,
                ]
            ],
            lines: """
                alice s3:GetObject bucket/a:b/c -> allow
                alice s3:GetObject bucket/a:b/c:d -> allow
                alice s3:PutObject bucket/caf\u{e9} -> allow
                alice s3:PutObject bucket/cafe\u{301} -> nothing
                alice s3:DeleteObject bucket/100%25 -> allow
                alice s3:DeleteObject bucket/100% -> nothing
                """),
    ]
}
