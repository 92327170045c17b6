import StorageAPI
import StorageTestSupport
import Testing

@testable import AccessControl

@Suite struct BucketAccessTests {
    private let store = InMemoryObjectStore()
    private let bucket: BucketName

    init() throws {
        bucket = try BucketName("bucket")
    }

    private static let open =
        #"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "#
        + #""Resource": "arn:aws:s3:::bucket/*"}}"#

    private func policy() throws -> BucketPolicy {
        try BucketPolicy(Array(Self.open.utf8), of: bucket, account: account)
    }

    private func registry() async throws -> BucketAccessRegistry {
        try await BucketAccessRegistry.open(store, account: account)
    }

    private func decide(_ registry: BucketAccessRegistry, _ principal: Principal = .anonymous) throws -> String {
        let request = try Sample.request(principal, .getObject, "bucket/a")
        return PolicyAuthorizer(buckets: registry).decide(request).description
    }

    @Test func `A new bucket is closed`() async throws {
        let info = try await store.createBucket(bucket, region: "")
        let access = try await registry().access(to: info)
        #expect(access.policy == nil)
        #expect(access.publicAccessBlock == .all)
        #expect(access.ownership == .bucketOwnerEnforced)
    }

    @Test func `What is set is kept, and found again`() async throws {
        let info = try await store.createBucket(bucket, region: "")
        let first = try await registry()
        try await first.setPolicy(try policy(), of: bucket)
        try await first.setPublicAccessBlock(nil, of: bucket)
        try await first.setOwnership(nil, of: bucket)
        for registry in [first, try await registry()] {
            let access = registry.access(to: info)
            #expect(access.policy == (try policy()))
            #expect(access.publicAccessBlock == nil)
            #expect(access.ownership == nil)
            #expect(try decide(registry) == "allowed by statement 1 of the policy of bucket bucket")
        }
        var block = PublicAccessBlock.none
        block.restrictsPublicBuckets = true
        try await first.setPublicAccessBlock(block, of: bucket)
        try await first.setOwnership(.bucketOwnerEnforced, of: bucket)
        for registry in [first, try await registry()] {
            #expect(registry.access(to: info).publicAccessBlock == block)
            #expect(registry.access(to: info).ownership == .bucketOwnerEnforced)
            #expect(try decide(registry) == AccessDecision.denied(.publicAccessBlocked).description)
        }
        try await first.setPolicy(nil, of: bucket)
        #expect(try await registry().access(to: info).policy == nil)
        #expect(try decide(first) == AccessDecision.denied(.anonymous).description)
    }

    @Test func `A bucket does not come into the settings of one that had its name`() async throws {
        _ = try await store.createBucket(bucket, region: "")
        let registry = try await registry()
        try await registry.setPolicy(try policy(), of: bucket)
        try await registry.setPublicAccessBlock(nil, of: bucket)
        try await registry.deleteBucket(bucket)
        #expect(try await store.documents(prefix: "access/").isEmpty)
        let again = try await store.createBucket(bucket, region: "")
        #expect(registry.access(to: again).publicAccessBlock == .all)
        #expect(try decide(registry) == AccessDecision.denied(.anonymous).description)
    }

    /// As when the server went down between the two.
    @Test func `What a deleted bucket left behind is removed at the start, or with its successor`() async throws {
        _ = try await store.createBucket(bucket, region: "")
        let registry = try await registry()
        try await registry.setPolicy(try policy(), of: bucket)
        try await registry.setPublicAccessBlock(nil, of: bucket)
        try await store.deleteBucket(bucket)
        let again = try await store.createBucket(bucket, region: "")
        #expect(registry.access(to: again).policy == nil)
        let restarted = try await self.registry()
        #expect(try decide(restarted) == AccessDecision.denied(.anonymous).description)
        #expect(try await store.documents(prefix: "access/").isEmpty)
        await registry.welcome(again)
        #expect(try decide(registry) == AccessDecision.denied(.anonymous).description)
    }

    @Test(arguments: [
        ("policy", "{}"), ("policy", "x"), ("public-access-block", "11"), ("public-access-block", "11x1"),
    ])
    func `Settings that can not be read let in nobody but root`(name: String, text: String) async throws {
        let info = try await store.createBucket(bucket, region: "")
        try await registry().setPolicy(try policy(), of: bucket)
        try await registry().setPublicAccessBlock(nil, of: bucket)
        try await store.setDocument(
            "access/\(info.id.value)/bucket/\(name)", Array(text.utf8), expected: .anything)
        let registry = try await registry()
        #expect(try decide(registry) == AccessDecision.denied(.unknown).description)
        #expect(try decide(registry, Sample.alice) == AccessDecision.denied(.unknown).description)
        #expect(try decide(registry, Sample.root) == AccessDecision.allowed(.root).description)
        try await registry.setPolicy(try policy(), of: bucket)
        try await registry.setPublicAccessBlock(nil, of: bucket)
        #expect(try decide(registry).hasPrefix("allowed"))
    }

    @Test func `Settings of a bucket that is not there are refused`() async throws {
        let registry = try await registry()
        await #expect(throws: StoreError.self) { try await registry.setPublicAccessBlock(nil, of: bucket) }
        #expect(try await store.documents(prefix: "").isEmpty)
    }
}
