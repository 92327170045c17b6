import AccessControl
import HTTPService
import NIOCore
import NIOHTTP1
import S3Protocol
import StorageAPI

// MARK: Policy

extension S3Exchange {
    private func access(to name: BucketName) async throws(StoreError) -> BucketAccess {
        service.buckets.access(to: try await store.bucket(name))
    }

    func getBucketPolicy(_ bucket: BucketName) async throws -> HTTPResponse {
        guard let policy = try await access(to: bucket).policy else { throw S3Error.noPolicy(of: bucket) }
        return HTTPResponse(
            status: .ok, headers: ["Content-Type": "application/json"], body: .bytes(ByteBuffer(bytes: policy.text)))
    }

    func putBucketPolicy(_ input: PutDocumentInput) async throws -> HTTPResponse {
        let body = try await document(input.integrity)
        let access = try await access(to: input.bucket)
        let policy: BucketPolicy
        do throws(MalformedPolicy) {
            policy = try BucketPolicy(
                Array(body.readableBytesView), of: input.bucket, account: service.settings.account)
        } catch {
            throw S3Error(.malformedPolicy, error.message)
        }
        if policy.document.isPublic, access.publicAccessBlock?.blocksPublicPolicy == true {
            throw S3Error.publicPolicyBlocked(input.bucket)
        }
        try await service.buckets.setPolicy(policy, of: input.bucket)
        return HTTPResponse(status: .noContent)
    }

    func deleteBucketPolicy(_ bucket: BucketName) async throws -> HTTPResponse {
        try await service.buckets.setPolicy(nil, of: bucket)
        return HTTPResponse(status: .noContent)
    }

    func getBucketPolicyStatus(_ bucket: BucketName) async throws -> HTTPResponse {
        let access = try await access(to: bucket)
        guard access.policy != nil else { throw S3Error.noPolicy(of: bucket) }
        return .document(S3Document.policyStatus(isPublic: access.isPublic))
    }
}

extension S3Error {
    fileprivate static func noPolicy(of bucket: BucketName) -> S3Error {
        S3Error(.noSuchBucketPolicy).with("BucketName", bucket.text)
    }

    fileprivate static func publicPolicyBlocked(_ bucket: BucketName) -> S3Error {
        S3Error(
            .accessDenied,
            "The policy is public, and public policies are blocked by the BlockPublicPolicy setting of the bucket. "
                + "This allows them: aws s3api delete-public-access-block --bucket \(bucket)")
    }
}

// MARK: Public access and ownership

extension S3Exchange {
    func getPublicAccessBlock(_ bucket: BucketName) async throws -> HTTPResponse {
        guard let block = try await access(to: bucket).publicAccessBlock else {
            throw S3Error(.noSuchPublicAccessBlockConfiguration).with("BucketName", bucket.text)
        }
        return .document(
            S3Document.publicAccessBlock(
                PublicAccessBlockBody(
                    blocksPublicACLs: block.blocksPublicACLs, ignoresPublicACLs: block.ignoresPublicACLs,
                    blocksPublicPolicy: block.blocksPublicPolicy, restrictsPublicBuckets: block.restrictsPublicBuckets))
        )
    }

    func putPublicAccessBlock(_ input: PutDocumentInput) async throws -> HTTPResponse {
        let body = try PublicAccessBlockBody(try await document(input.integrity))
        let block = PublicAccessBlock(
            blocksPublicACLs: body.blocksPublicACLs, ignoresPublicACLs: body.ignoresPublicACLs,
            blocksPublicPolicy: body.blocksPublicPolicy, restrictsPublicBuckets: body.restrictsPublicBuckets)
        try await service.buckets.setPublicAccessBlock(block, of: input.bucket)
        return HTTPResponse(status: .ok)
    }

    func deletePublicAccessBlock(_ bucket: BucketName) async throws -> HTTPResponse {
        try await service.buckets.setPublicAccessBlock(nil, of: bucket)
        return HTTPResponse(status: .noContent)
    }

    func getBucketOwnershipControls(_ bucket: BucketName) async throws -> HTTPResponse {
        guard let ownership = try await access(to: bucket).ownership else {
            throw S3Error(.ownershipControlsNotFound).with("BucketName", bucket.text)
        }
        return .document(S3Document.ownershipControls(ownership.rawValue))
    }

    /// The others would enable ACLs, which are not there.
    func putBucketOwnershipControls(_ input: PutDocumentInput) async throws -> HTTPResponse {
        let body = try OwnershipControlsBody(try await document(input.integrity))
        guard let ownership = ObjectOwnership(rawValue: body.ownership) else {
            throw S3Error.notImplemented(element: "ObjectOwnership")
        }
        try await service.buckets.setOwnership(ownership, of: input.bucket)
        return HTTPResponse(status: .ok)
    }

    func deleteBucketOwnershipControls(_ bucket: BucketName) async throws -> HTTPResponse {
        try await service.buckets.setOwnership(nil, of: bucket)
        return HTTPResponse(status: .noContent)
    }
}
