import HTTPService
import NIOHTTP1
import S3Protocol
import StorageAPI

extension S3Exchange {
    /// How often a source that keeps changing is looked up again.
    private static let copyAttempts = 5

    func copyObject(_ input: CopyObjectInput) async throws -> HTTPResponse {
        for attempt in 1...Self.copyAttempts {
            let source = try await source(input.source, input.sourceConditions)
            if input.isNoOp { throw S3Error.copyToItself }
            guard source.info.size <= UploadLimits.maximumCopyByteCount else {
                throw S3Error(
                    .invalidRequest,
                    "The specified copy source is larger than the maximum allowable size for a copy source: "
                        + String(UploadLimits.maximumCopyByteCount))
            }
            do throws(StoreError) {
                let info = try await copy(source, input)
                return .document(S3Document.copyObject(info))
            } catch {
                guard error.code == .sourceChanged, attempt < Self.copyAttempts else { throw error }
            }
        }
        throw StoreError(.sourceChanged)
    }

    /// Bytes pass through here only where they must be digested in a new way.
    private func copy(_ source: any StoredObject, _ input: CopyObjectInput) async throws(StoreError) -> ObjectInfo {
        let (bucket, key) = (input.address.bucket, input.address.key)
        guard let algorithm = input.checksumAlgorithm, !source.info.hasWholeChecksum(algorithm) else {
            return try await store.copy(
                source,
                to: CopyRequest(
                    bucket: bucket, key: key, metadata: input.metadata, precondition: input.precondition))
        }
        let request = PutRequest(
            bucket: bucket, key: key, metadata: input.metadata ?? source.info.metadata,
            precondition: input.precondition, length: source.info.size)
        return try await store.put(request, body: body(from: source, 0..<source.info.size, algorithm))
    }

    func uploadPartCopy(_ input: UploadPartCopyInput) async throws -> HTTPResponse {
        let address = input.address
        let upload = try await store.upload(address.bucket, address.key, input.upload)
        let source = try await source(input.source, input.sourceConditions)
        let range = try input.sourceRange?.resolve(size: source.info.size) ?? 0..<source.info.size
        let length = range.upperBound - range.lowerBound
        guard length <= UploadLimits.maximumRequestByteCount else {
            throw S3Error(.entityTooLarge)
                .with("ProposedSize", String(length))
                .with("MaxSizeAllowed", String(UploadLimits.maximumRequestByteCount))
        }
        let part = try await store.putPart(
            PartRequest(
                bucket: address.bucket, key: address.key, upload: input.upload, number: input.number, length: length),
            body: body(from: source, range, upload.checksum?.algorithm))
        return .document(S3Document.copyPart(part))
    }

    private func body(
        from source: any StoredObject, _ range: Range<UInt64>, _ algorithm: ChecksumAlgorithm?
    ) -> UploadStream {
        var promises = BodyPromises()
        promises.length = range.upperBound - range.lowerBound
        return UploadStream(
            source.read(range), promises: promises, namesContent: true, algorithm: algorithm,
            permission: authorize, pool: service.computePool)
    }

    /// The source of a copy, which is as the sender expects it. That the sender may read it is among what the operation
    /// needs.
    private func source(_ source: CopySource, _ conditions: ReadConditions) async throws -> any StoredObject {
        let address = source.address
        let object: any StoredObject
        do throws(StoreError) {
            object = try await store.object(address.bucket, address.key)
        } catch {
            // Named here: the request's own bucket and key are those of the copy.
            switch error.code {
            case .noSuchBucket: throw S3Error(error).with("BucketName", address.bucket.text)
            case .noSuchKey: throw S3Error(error).with("Key", address.key.description)
            default: throw error
            }
        }
        try conditions.checkSource(object.info)
        return object
    }
}

extension ObjectInfo {
    fileprivate func hasWholeChecksum(_ algorithm: ChecksumAlgorithm) -> Bool {
        seal.checksums.contains { $0.algorithm == algorithm && $0.type == .fullObject }
    }
}
