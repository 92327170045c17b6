import HTTPService
import NIOHTTP1
import S3Protocol
import StorageAPI

extension S3Exchange {
    func answer(_ subresource: SubresourceDefault, of bucket: BucketName) async throws -> HTTPResponse {
        _ = try await store.bucket(bucket)
        return .document(try subresource.document(owner: owner))
    }

    func answer(_ subresource: SubresourceDefault, of address: ObjectAddress) async throws -> HTTPResponse {
        _ = try await store.object(address.bucket, address.key)
        return .document(try subresource.document(owner: owner))
    }

    /// Taken when it says what holds anyway.
    func putACL(_ input: PutACLInput) async throws -> HTTPResponse {
        if let key = input.key {
            _ = try await store.object(input.bucket, key)
        } else {
            _ = try await store.bucket(input.bucket)
        }
        if !input.isCanned {
            _ = try AccessControlPolicyBody(try await document(input.integrity), owner: owner)
        }
        return HTTPResponse(status: .ok)
    }
}
