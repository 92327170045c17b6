import AccessControl
import HTTPService
import NIOHTTP1
import S3Protocol
import SigV4
import StorageAPI

extension S3Exchange {
    func putObject(_ input: PutObjectInput) async throws -> HTTPResponse {
        let body = try upload(input.integrity, length: input.length)
        let address = input.address
        try await checkEarly(address, input.precondition, length: input.length)
        let info = try await store.put(
            PutRequest(
                bucket: address.bucket, key: address.key, metadata: input.metadata, precondition: input.precondition,
                length: input.length),
            body: body)
        var headers: HTTPHeaders = ["ETag": info.etag.quoted]
        headers.add(checksums: info.seal.checksums, partCount: nil)
        return HTTPResponse(status: .ok, headers: headers)
    }

    /// Bodies below this are sooner read than a precondition is looked up twice.
    private static let earlyCheckByteCount: UInt64 = 64 << 10

    /// Refuses, before the body is asked for, what is refused whatever the body holds. The commit decides again.
    private func checkEarly(_ address: ObjectAddress, _ precondition: Precondition, length: UInt64?) async throws {
        _ = try await store.bucket(address.bucket)
        guard precondition != .none, length ?? .max > Self.earlyCheckByteCount else { return }
        let current: CurrentObject?
        do throws(StoreError) {
            let info = try await store.object(address.bucket, address.key).info
            current = CurrentObject(etag: info.etag, modified: info.modified, size: info.size)
        } catch {
            guard error.code == .noSuchKey else { throw error }
            current = nil
        }
        if let code = precondition.refusal(current: current) { throw StoreError(code) }
    }

    func deleteObject(_ input: DeleteObjectInput) async throws -> HTTPResponse {
        try await delete(input.address, input.version, input.precondition)
        return HTTPResponse(status: .noContent)
    }

    /// Deleting what is not there succeeds, whatever was to hold of it.
    private func delete(
        _ address: ObjectAddress, _ version: VersionSelector, _ precondition: Precondition
    ) async throws {
        guard case .current = version else {
            _ = try await store.bucket(address.bucket)
            return
        }
        do throws(StoreError) {
            try await store.delete(address.bucket, address.key, precondition: precondition)
        } catch {
            guard error.code == .preconditionMissingKey else { throw error }
        }
    }
}

// MARK: Many at once

extension S3Exchange {
    /// Deletes that are under way at one time: enough to share commits, few enough to leave room for others.
    private static let concurrentDeletes = 32

    func deleteObjects(_ input: DeleteObjectsInput) async throws -> HTTPResponse {
        if input.integrity.isEmpty, case .digest = sender.authentication.payload {
            // The signature covers the body: as good as the digest that AWS asks for.
        } else if input.integrity.isEmpty {
            throw S3Error(.invalidRequest, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
        }
        let body = try DeleteObjectsBody(try await document(input.integrity))
        _ = try await store.bucket(input.bucket)
        let outcomes = await withTaskGroup(of: (Int, DeleteOutcome).self) { group in
            var outcomes = body.objects.map { DeleteOutcome(object: $0) }
            for (index, object) in body.objects.enumerated() {
                if index >= Self.concurrentDeletes, let (done, outcome) = await group.next() {
                    outcomes[done] = outcome
                }
                group.addTask { (index, await outcome(of: object, in: input.bucket)) }
            }
            for await (done, outcome) in group { outcomes[done] = outcome }
            return outcomes
        }
        return .document(S3Document.deleteObjects(outcomes, isQuiet: body.isQuiet))
    }

    private func outcome(of object: DeleteObjectsBody.Object, in bucket: BucketName) async -> DeleteOutcome {
        do {
            let key = try object.objectKey()
            try authorize(S3Operation.deletion(of: key, in: bucket, namesVersion: object.versionID != nil))
            try await delete(ObjectAddress(bucket: bucket, key: key), try object.version(), object.precondition)
            return DeleteOutcome(object: object)
        } catch {
            return DeleteOutcome(object: object, error: S3Error(translating: error))
        }
    }
}
