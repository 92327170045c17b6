import AccessControl
import HTTPService
import NIOHTTP1
import S3Protocol
import StorageAPI

extension S3Exchange {
    func listBuckets(_ input: ListBucketsInput) async throws -> HTTPResponse {
        var page = try await store.listBuckets(
            prefix: input.prefix, after: input.after, limit: input.maximum ?? PageLimits.buckets)
        for index in page.buckets.indices { page.buckets[index].region = region(of: page.buckets[index]) }
        if let region = input.region { page.buckets.removeAll { $0.region != region } }
        return .document(S3Document.listBuckets(input, page, owner: owner))
    }

    func createBucket(_ input: CreateBucketInput) async throws -> HTTPResponse {
        let body = try CreateBucketBody(try await document(input.integrity))
        let region = body.region ?? service.settings.region
        do throws(StoreError) {
            let bucket = try await store.createBucket(
                input.bucket, region: region == service.settings.region ? "" : region)
            await service.buckets.welcome(bucket)
        } catch {
            guard error.code == .bucketExists, try await isMadeAgain(input.bucket, in: region) else { throw error }
        }
        return HTTPResponse(status: .ok, headers: ["Location": "/\(input.bucket)"])
    }

    /// In its first region alone, AWS answers that a bucket was made to an owner who makes it again, "for legacy
    /// compatibility" (CreateBucket, BucketAlreadyOwnedByYou).
    private static let lenientRegion = "us-east-1"

    private func isMadeAgain(_ name: BucketName, in region: String) async throws(StoreError) -> Bool {
        let bucket = try await store.bucket(name)
        return region == Self.lenientRegion && self.region(of: bucket) == Self.lenientRegion
    }

    func headBucket(_ name: BucketName) async throws -> HTTPResponse {
        let bucket = try await store.bucket(name)
        return HTTPResponse(status: .ok, headers: ["x-amz-bucket-region": region(of: bucket)])
    }

    func deleteBucket(_ name: BucketName) async throws -> HTTPResponse {
        try await service.buckets.deleteBucket(name)
        return HTTPResponse(status: .noContent)
    }

    func getBucketLocation(_ name: BucketName) async throws -> HTTPResponse {
        .document(S3Document.locationConstraint(region: region(of: try await store.bucket(name))))
    }

    private func region(of bucket: BucketInfo) -> String {
        bucket.region.isEmpty ? service.settings.region : bucket.region
    }
}
