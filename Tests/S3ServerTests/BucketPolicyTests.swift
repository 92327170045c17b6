import AccessControl
import NIOCore
import NIOHTTP1
import Testing

@testable import S3Server

@Suite struct BucketPolicyTests {
    private static func policy(_ principal: String, condition: String = "{}") -> String {
        #"""
        {"Version": "2012-10-17", "Statement": [
          {"Sid": "Read", "Effect": "Allow", "Principal": \#(principal), "Action": "s3:GetObject",
           "Resource": "arn:aws:s3:::bucket/public/*", "Condition": \#(condition)}]}
        """#
    }

    private static let open = policy(#""*""#)

    private static func get(_ client: Client, _ target: String) async throws -> Answer {
        try await client.send(.GET, target, signing: .none)
    }

    @Test func `A policy is kept as it was sent`() async throws {
        try await withBucket { client in
            #expect(try await client.get("/bucket?policy").code == "NoSuchBucketPolicy")
            #expect(try await client.get("/bucket?policyStatus").code == "NoSuchBucketPolicy")
            let text = Self.policy(#"{"AWS": "000000000001"}"#)
            #expect(try await client.put("/bucket?policy", text).status == 204)
            let answer = try await client.get("/bucket?policy")
            #expect(answer.text == text)
            #expect(answer.header("Content-Type") == "application/json")
            #expect(try await client.get("/bucket?policyStatus").element("IsPublic") == "false")
            #expect(try await client.send(.DELETE, "/bucket?policy").status == 204)
            #expect(try await client.send(.DELETE, "/bucket?policy").status == 204)
            #expect(try await client.get("/bucket?policy").code == "NoSuchBucketPolicy")
            #expect(try await client.put("/none?policy", text).code == "NoSuchBucket")
        }
    }

    @Test func `A policy that is malformed changes nothing, and the place is told`() async throws {
        try await withBucket { client in
            let good = Self.policy(#"{"AWS": "000000000001"}"#)
            try await client.put("/bucket?policy", good)
            let answer = try await client.put("/bucket?policy", Self.policy(#"{"AWS": "somebody"}"#))
            #expect(answer.status == 400)
            #expect(answer.code == "MalformedPolicy")
            #expect(
                answer.element("Message")
                    == "Invalid principal in policy (Statement[0].Principal.AWS, line 2, column 59)")
            #expect(try await client.put("/bucket?policy", "").code == "MalformedPolicy")
            let large = String(repeating: " ", count: 70_000)
            #expect(try await client.put("/bucket?policy", large).status == 400)
            #expect(try await client.get("/bucket?policy").text == good)
        }
    }

    @Test func `Public policies are blocked until that is changed, and the refusal says how`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/public/a", "text")
            let refusal = try await client.put("/bucket?policy", Self.open)
            #expect(refusal.status == 403)
            #expect(refusal.code == "AccessDenied")
            #expect(
                refusal.element("Message")?.hasSuffix("aws s3api delete-public-access-block --bucket bucket") == true)
            #expect(try await Self.get(client, "/bucket/public/a").status == 403)

            #expect(try await client.send(.DELETE, "/bucket?publicAccessBlock").status == 204)
            #expect(
                try await client.get("/bucket?publicAccessBlock").code == "NoSuchPublicAccessBlockConfiguration")
            #expect(try await client.put("/bucket?policy", Self.open).status == 204)
            #expect(try await client.get("/bucket?policyStatus").element("IsPublic") == "true")
            #expect(try await Self.get(client, "/bucket/public/a").text == "text")
        }
    }

    @Test func `A policy opens what it names to everybody, and nothing beside it`() async throws {
        try await withBucket { client in
            for key in ["public/a", "secret", "public"] { try await client.put("/bucket/\(key)", "text") }
            try await client.send(.DELETE, "/bucket?publicAccessBlock")
            try await client.put("/bucket?policy", Self.open)
            #expect(try await Self.get(client, "/bucket/public/a").status == 200)
            #expect(try await client.send(.HEAD, "/bucket/public/a", signing: .none).status == 200)
            for target in [
                "/bucket/secret", "/bucket/public", "/bucket", "/bucket?list-type=2&prefix=public/", "/",
                "/bucket?policy",
                "/bucket/public/a?acl", "/bucket/public/a?versionId=null", "/bucket/public/..%2fsecret",
                "/bucket/public/none", "/bucket?uploads", "/other/public/a",
            ] {
                #expect(try await Self.get(client, target).code == "AccessDenied", "\(target)")
            }
            for method in [HTTPMethod.PUT, .DELETE] {
                let answer = try await client.send(method, "/bucket/public/a", body: ByteBuffer(), signing: .none)
                #expect(answer.code == "AccessDenied")
            }
            let copy = [("x-amz-copy-source", "/bucket/secret")]
            #expect(try await client.send(.PUT, "/bucket/public/b", headers: copy, signing: .none).status == 403)
            #expect(try await client.get("/bucket/secret").text == "text")
        }
    }

    @Test func `A public bucket is closed again by restricting it`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/public/a", "text")
            try await client.send(.DELETE, "/bucket?publicAccessBlock")
            try await client.put("/bucket?policy", Self.open)
            let block =
                "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets>"
                + "</PublicAccessBlockConfiguration>"
            #expect(try await client.put("/bucket?publicAccessBlock", block).status == 200)
            #expect(try await Self.get(client, "/bucket/public/a").status == 403)
            let answer = try await client.get("/bucket?publicAccessBlock")
            #expect(answer.element("RestrictPublicBuckets") == "true")
            #expect(answer.element("BlockPublicPolicy") == "false")
            #expect(try await client.get("/bucket/public/a").status == 200)
        }
    }

    @Test func `Conditions are asked of the request itself`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/public/a", "text")
            try await client.send(.DELETE, "/bucket?publicAccessBlock")
            func status(_ condition: String, _ headers: [(String, String)] = []) async throws -> UInt {
                let answer = try await client.put("/bucket?policy", Self.policy(#""*""#, condition: condition))
                #expect(answer.status == 204)
                return try await client.send(.GET, "/bucket/public/a", headers: headers, signing: .none).status
            }
            #expect(try await status(#"{"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}"#) == 200)
            let forwarded = [("X-Forwarded-For", "192.0.2.1")]
            #expect(try await status(#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#, forwarded) == 403)
            #expect(try await status(#"{"Bool": {"aws:SecureTransport": "true"}}"#) == 403)
            #expect(try await status(#"{"Bool": {"aws:SecureTransport": "false"}}"#) == 200)
            let referer = #"{"StringLike": {"aws:Referer": "https://example.org/*"}}"#
            #expect(try await status(referer, [("Referer", "https://example.org/page")]) == 200)
            #expect(try await status(referer) == 403)
            #expect(try await status(#"{"StringEquals": {"aws:UserAgent": "x"}}"#, [("User-Agent", "x")]) == 200)
            #expect(try await status(#"{"Null": {"s3:authType": "true"}}"#) == 200)
            #expect(try await status(#"{"DateGreaterThan": {"aws:CurrentTime": "9000-01-01"}}"#) == 403)
        }
    }

    /// How a copy's source is written must not decide whether a policy sees it.
    @Test(arguments: ["/bucket/secret/x", "bucket/secret/x", "bucket/secret%2Fx", "%2Fbucket%2Fsecret%2Fx"])
    func `A denial by copy source sees through the ways to write it`(source: String) async throws {
        try await withBucket { client in
            try await client.put("/bucket/secret/x", "text")
            let policy = #"""
                {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::bucket/*",
                 "Condition": {"StringLike": {"s3:x-amz-copy-source": "bucket/secret/*"}}}}
                """#
            #expect(try await client.put("/bucket?policy", policy).status == 204)
            let answer = try await client.send(.PUT, "/bucket/copy", headers: [("x-amz-copy-source", source)])
            #expect(answer.code == "AccessDenied")
            #expect(try await client.put("/bucket/plain", "text").status == 200)
        }
    }

    @Test func `Root can be denied all but the policy itself`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "text")
            let policy = #"""
                {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                 "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}}
                """#
            #expect(try await client.put("/bucket?policy", policy).status == 204)
            #expect(try await client.get("/bucket/key").code == "AccessDenied")
            #expect(try await client.get("/bucket").code == "AccessDenied")
            #expect(try await client.get("/bucket?policy").status == 200)
            #expect(try await client.send(.DELETE, "/bucket?policy").status == 204)
            #expect(try await client.get("/bucket/key").status == 200)
        }
    }

    @Test func `A bucket that is made again is closed`() async throws {
        try await withBucket { client in
            try await client.send(.DELETE, "/bucket?publicAccessBlock")
            try await client.put("/bucket?policy", Self.open)
            #expect(try await client.send(.DELETE, "/bucket").status == 204)
            #expect(try await client.send(.PUT, "/bucket").status == 200)
            #expect(try await client.get("/bucket?policy").code == "NoSuchBucketPolicy")
            #expect(try await client.get("/bucket?publicAccessBlock").element("BlockPublicPolicy") == "true")
            try await client.put("/bucket/public/a", "text")
            #expect(try await Self.get(client, "/bucket/public/a").status == 403)
        }
    }

    @Test func `Ownership is the bucket owner's`() async throws {
        try await withBucket { client in
            let enforced =
                "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
                + "</OwnershipControls>"
            let initial = try await client.get("/bucket?ownershipControls")
            #expect(initial.element("ObjectOwnership") == "BucketOwnerEnforced")
            #expect(try await client.send(.DELETE, "/bucket?ownershipControls").status == 204)
            #expect(try await client.get("/bucket?ownershipControls").code == "OwnershipControlsNotFoundError")
            #expect(try await client.put("/bucket?ownershipControls", enforced).status == 200)
            let writer = enforced.replacing("BucketOwnerEnforced", with: "ObjectWriter")
            #expect(try await client.put("/bucket?ownershipControls", writer).status == 501)
            let unknown = enforced.replacing("BucketOwnerEnforced", with: "Nobody")
            #expect(try await client.put("/bucket?ownershipControls", unknown).code == "MalformedXML")
        }
    }
}
