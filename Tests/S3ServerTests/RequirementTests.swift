import AccessControl
import Digests
import HTTPService
import NIOCore
import NIOHTTP1
import S3Protocol
import SigV4
import StorageAPI
import StorageTestSupport
import Synchronization
import Testing

@testable import S3Server

/// Decides by the policies that a test gives alice.
final class PolicyBoxAuthorizer: Authorizer {
    private let policy = Mutex<PolicyDocument?>(nil)

    func decide(_ request: AccessRequest) -> AccessDecision {
        let document = policy.withLock { $0 }
        return PolicyEvaluation.decide(
            request, PolicySet(identity: document.map { [NamedPolicy(name: "alice's policy", document: $0)] } ?? []))
    }

    func set(_ statements: [String]) throws {
        let text = #"{"Version": "2012-10-17", "Statement": [\#(statements.joined(separator: ", "))]}"#
        let document = statements.isEmpty ? nil : try PolicyDocument(text, kind: .identity)
        policy.withLock { $0 = document }
    }
}

let alice = Principal.user(Principal.User(name: "alice", id: "AIDAALICE"))

@Suite struct RequirementTests {
    struct Need: Sendable {
        let action: String
        /// `bucket/key`, or `*`.
        let resource: String

        func statement(_ effect: String) -> String {
            let name = resource == "*" ? "*" : "arn:aws:s3:::\(resource)"
            return #"{"Effect": "\#(effect)", "Action": "\#(action)", "Resource": "\#(name)"}"#
        }
    }

    struct Sample: Sendable, CustomTestStringConvertible {
        let method: HTTPMethod
        let target: String
        let headers: [(String, String)]
        let needs: [Need]

        init(
            _ method: HTTPMethod, _ target: String, _ headers: [(String, String)] = [], _ needs: (String, String)...
        ) {
            self.method = method
            self.target = target
            self.headers = headers
            self.needs = needs.map { Need(action: "s3:" + $0.0, resource: $0.1) }
        }

        var testDescription: String { "\(method) \(target)" }
    }

    private static let copy = [("x-amz-copy-source", "/bucket/source%2fkey")]
    private static let versionCopy = [("x-amz-copy-source", "bucket/source%2fkey?versionId=null")]
    private static let attributes = [("x-amz-object-attributes", "ETag")]

    static let samples: [Sample] = [
        Sample(.GET, "/", [], ("ListAllMyBuckets", "*")),
        Sample(.PUT, "/another", [], ("CreateBucket", "another")),
        Sample(.HEAD, "/bucket", [], ("ListBucket", "bucket")),
        Sample(.DELETE, "/bucket", [], ("DeleteBucket", "bucket")),
        Sample(.GET, "/bucket?location", [], ("GetBucketLocation", "bucket")),
        Sample(.GET, "/bucket", [], ("ListBucket", "bucket")),
        Sample(.GET, "/bucket?list-type=2", [], ("ListBucket", "bucket")),
        Sample(.GET, "/bucket?versions", [], ("ListBucketVersions", "bucket")),
        Sample(.GET, "/bucket?uploads", [], ("ListBucketMultipartUploads", "bucket")),
        Sample(.GET, "/bucket?acl", [], ("GetBucketAcl", "bucket")),
        Sample(.PUT, "/bucket?acl", [("x-amz-acl", "private")], ("PutBucketAcl", "bucket")),
        Sample(.GET, "/bucket?policy", [], ("GetBucketPolicy", "bucket")),
        Sample(.PUT, "/bucket?policy", [], ("PutBucketPolicy", "bucket")),
        Sample(.DELETE, "/bucket?policy", [], ("DeleteBucketPolicy", "bucket")),
        Sample(.GET, "/bucket?policyStatus", [], ("GetBucketPolicyStatus", "bucket")),
        Sample(.GET, "/bucket?publicAccessBlock", [], ("GetBucketPublicAccessBlock", "bucket")),
        Sample(.PUT, "/bucket?publicAccessBlock", [], ("PutBucketPublicAccessBlock", "bucket")),
        Sample(.DELETE, "/bucket?publicAccessBlock", [], ("PutBucketPublicAccessBlock", "bucket")),
        Sample(.GET, "/bucket?ownershipControls", [], ("GetBucketOwnershipControls", "bucket")),
        Sample(.PUT, "/bucket?ownershipControls", [], ("PutBucketOwnershipControls", "bucket")),
        Sample(.DELETE, "/bucket?ownershipControls", [], ("PutBucketOwnershipControls", "bucket")),
        Sample(.GET, "/bucket?versioning", [], ("GetBucketVersioning", "bucket")),
        Sample(.GET, "/bucket?cors", [], ("GetBucketCORS", "bucket")),
        Sample(.GET, "/bucket?lifecycle", [], ("GetLifecycleConfiguration", "bucket")),
        Sample(.GET, "/bucket?encryption", [], ("GetEncryptionConfiguration", "bucket")),
        Sample(.GET, "/bucket?tagging", [], ("GetBucketTagging", "bucket")),
        Sample(.GET, "/bucket?object-lock", [], ("GetBucketObjectLockConfiguration", "bucket")),
        Sample(.GET, "/bucket/key", [], ("GetObject", "bucket/key")),
        Sample(.HEAD, "/bucket/key", [], ("GetObject", "bucket/key")),
        Sample(.GET, "/bucket/key?versionId=null", [], ("GetObjectVersion", "bucket/key")),
        Sample(.GET, "/bucket/a%2f..%2fb", [], ("GetObject", "bucket/a/../b"), ("ListBucket", "bucket")),
        Sample(.GET, "/bucket/key?acl", [], ("GetObjectAcl", "bucket/key")),
        Sample(.PUT, "/bucket/key?acl", [("x-amz-acl", "private")], ("PutObjectAcl", "bucket/key")),
        Sample(.GET, "/bucket/key?tagging", [], ("GetObjectTagging", "bucket/key")),
        Sample(
            .GET, "/bucket/key?attributes", attributes, ("GetObject", "bucket/key"),
            ("GetObjectAttributes", "bucket/key")),
        Sample(
            .GET, "/bucket/key?attributes&versionId=null", attributes, ("GetObjectVersion", "bucket/key"),
            ("GetObjectVersionAttributes", "bucket/key")),
        Sample(.PUT, "/bucket/new", [], ("PutObject", "bucket/new")),
        Sample(.PUT, "/bucket/new", copy, ("PutObject", "bucket/new"), ("GetObject", "bucket/source/key")),
        Sample(
            .PUT, "/bucket/new", versionCopy, ("PutObject", "bucket/new"), ("GetObjectVersion", "bucket/source/key")),
        Sample(.DELETE, "/bucket/key", [], ("DeleteObject", "bucket/key")),
        Sample(.DELETE, "/bucket/key?versionId=null", [], ("DeleteObjectVersion", "bucket/key")),
        Sample(.POST, "/bucket/new?uploads", [], ("PutObject", "bucket/new")),
        Sample(.PUT, "/bucket/new?partNumber=1&uploadId=u", [], ("PutObject", "bucket/new")),
        Sample(
            .PUT, "/bucket/new?partNumber=1&uploadId=u", copy, ("PutObject", "bucket/new"),
            ("GetObject", "bucket/source/key")),
        Sample(.POST, "/bucket/new?uploadId=u", [], ("PutObject", "bucket/new")),
        Sample(.DELETE, "/bucket/new?uploadId=u", [], ("AbortMultipartUpload", "bucket/new")),
        Sample(.GET, "/bucket/new?uploadId=u", [], ("ListMultipartUploadParts", "bucket/new")),
    ]

    @Test(arguments: samples)
    func `An operation needs its actions, all of them and no others`(sample: Sample) async throws {
        let authorizer = PolicyBoxAuthorizer()
        try await withBucket(principal: alice, authorizer: authorizer) { client in
            try authorizer.set([Need(action: "s3:*", resource: "*").statement("Allow")])
            for key in ["key", "source/key"] { #expect(try await client.put("/bucket/\(key)", "text").status == 200) }
            func status() async throws -> UInt {
                let body = [.PUT, .POST].contains(sample.method) ? ByteBuffer() : nil
                return try await client.send(sample.method, sample.target, headers: sample.headers, body: body).status
            }
            try authorizer.set([])
            #expect(try await status() == 403)
            let all = sample.needs.map { $0.statement("Allow") }
            for (index, need) in sample.needs.enumerated() {
                var others = all
                others.remove(at: index)
                try authorizer.set(others)
                #expect(try await status() == 403, "without \(need.action)")
                try authorizer.set([#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#, need.statement("Deny")])
                #expect(try await status() == 403, "with \(need.action) denied")
                try authorizer.set([#"{"Effect": "Allow", "NotAction": "\#(need.action)", "Resource": "*"}"#])
                #expect(try await status() == 403, "with all but \(need.action)")
            }
            try authorizer.set(all)
            #expect(try await status() != 403)
        }
    }

    @Test func `The log says what was not allowed, and why; the client is not told`() async throws {
        let log = RefusalLog()
        try await withServer(accessLog: log) { server in
            let answer = try await server.client.send(.GET, "/bucket/key", signing: .none)
            #expect(answer.code == "AccessDenied")
            #expect(!answer.text.contains("policy"))
            #expect(try await server.client.get("/").status == 200)
        }
        #expect(log.refusals == ["s3:GetObject: \(AccessDecision.denied(.anonymous))", nil])
    }

    private final class RefusalLog: AccessLogSink {
        private let entries = Mutex<[AccessLogEntry]>([])

        func record(_ entry: AccessLogEntry) { entries.withLock { $0.append(entry) } }

        /// One for each request.
        var refusals: [String?] {
            entries.withLock { $0 }.map { entry in entry.fields.first { $0.name == "refusal" }?.value }
        }
    }

    @Test(arguments: ["versionId=null", "acl", "attributes", "response-content-type=text/html", "partNumber=1"])
    func `A presigned URL opens nothing beside what was signed`(parameter: String) async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "text")
            #expect(try await client.send(.GET, "/bucket/key", signing: .presigned()).status == 200)
            let answer = try await client.send(
                .GET, "/bucket/key", signing: .presigned(), forge: { request, _ in request.query += "&\(parameter)" })
            #expect(answer.code == "SignatureDoesNotMatch")
        }
    }

    @Test func `Every setting that can be read has an action`() throws {
        for subresource in S3Operation.unsettableSubresources {
            #expect(Action(name: subresource.action) != nil, "\(subresource.action)")
        }
    }

    @Test func `Nobody is let in without a key`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "text")
            for sample in Self.samples {
                let body = [.PUT, .POST].contains(sample.method) ? ByteBuffer() : nil
                let answer = try await client.send(
                    sample.method, sample.target, headers: sample.headers, body: body, signing: .none)
                #expect(answer.status == 403, "\(sample.testDescription)")
            }
        }
    }

    @Test func `Of many keys, those are deleted that may be`() async throws {
        let authorizer = PolicyBoxAuthorizer()
        try await withBucket(principal: alice, authorizer: authorizer) { client in
            try authorizer.set([Need(action: "s3:*", resource: "*").statement("Allow")])
            for key in ["mine/a", "theirs/b"] { try await client.put("/bucket/\(key)", "text") }
            try authorizer.set([Need(action: "s3:DeleteObject", resource: "bucket/mine/*").statement("Allow")])
            let body =
                "<Delete><Object><Key>mine/a</Key></Object><Object><Key>theirs/b</Key></Object>"
                + "<Object><Key>mine/a</Key><VersionId>null</VersionId></Object></Delete>"
            let answer = try await client.post(
                "/bucket?delete", body,
                headers: [("content-md5", Base64.encode(DigestAlgorithm.md5.digest(of: Array(body.utf8))))])
            #expect(answer.status == 200)
            #expect(answer.text.contains("<Deleted><Key>mine/a</Key></Deleted>"))
            #expect(answer.elements("Code") == ["AccessDenied", "AccessDenied"])
            try authorizer.set([Need(action: "s3:*", resource: "*").statement("Allow")])
            #expect(try await client.get("/bucket/mine/a").status == 404)
            #expect(try await client.get("/bucket/theirs/b").status == 200)
        }
    }

    @Test func `Who may not list does not learn which keys there are`() async throws {
        let authorizer = PolicyBoxAuthorizer()
        try await withBucket(principal: alice, authorizer: authorizer) { client in
            let reading = Need(action: "s3:GetObject*", resource: "bucket/*").statement("Allow")
            try authorizer.set([reading])
            for target in ["/bucket/none", "/bucket/none?acl"] {
                #expect(try await client.get(target).code == "AccessDenied")
            }
            try authorizer.set([reading, Need(action: "s3:ListBucket", resource: "bucket").statement("Allow")])
            #expect(try await client.get("/bucket/none").code == "NoSuchKey")
        }
    }

    @Test func `What is no longer allowed when the body has come is not stored`() async throws {
        try await withBucket(authorizer: FirstAuthorizer()) { client in
            #expect(try await client.put("/bucket/key", "text").code == "AccessDenied")
            let page = try await client.server.store.list(try BucketName("bucket"), ListQuery(limit: 10))
            #expect(page.entries.isEmpty)
        }
    }

    /// Allows what is asked first, and nothing after it.
    private final class FirstAuthorizer: Authorizer {
        private let isSpent = Atomic(false)

        func decide(_ request: AccessRequest) -> AccessDecision {
            isSpent.exchange(true, ordering: .relaxed) ? .denied(.nothingAllows) : .allowed(.root)
        }
    }
}
