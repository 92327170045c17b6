import NIOCore
import SeededRandom
package import StorageAPI

struct InMemoryPart {
    var info: PartInfo
    var bytes: ByteBuffer
}

extension InMemoryObjectStore {
    package func createUpload(
        _ bucket: BucketName, _ key: ObjectKey, metadata: ObjectMetadata, checksum: UploadChecksum?
    ) async throws(StoreError) -> UploadInfo {
        let initiated = now()
        return try atomically { state throws(StoreError) in
            _ = try state.bucket(bucket)
            state.lastUpload += 1
            // Like any engine's, the ids are opaque: they do not sort by age.
            let id = UploadID(String(SeededGenerator.mix(state.lastUpload), radix: 36) + "x\(state.lastUpload)")
            let info = UploadInfo(key: key, id: id, initiated: initiated, metadata: metadata, checksum: checksum)
            state.buckets[bucket]?.uploads[id] = Upload(info: info)
            return info
        }
    }

    package func upload(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID
    ) async throws(StoreError) -> UploadInfo {
        try atomically { state throws(StoreError) in try state.upload(bucket, key, id).info }
    }

    package func putPart(_ request: PartRequest, body: any UploadBody) async throws(StoreError) -> PartInfo {
        precondition(partNumbers.contains(request.number), "a part number out of range")
        _ = try await upload(request.bucket, request.key, request.upload)
        let (bytes, seal) = try await pull(body, length: request.length)
        let modified = now()
        return try atomically { state throws(StoreError) in
            _ = try state.upload(request.bucket, request.key, request.upload)
            let info = PartInfo(
                number: request.number, size: UInt64(bytes.readableBytes), modified: modified, seal: seal)
            state.buckets[request.bucket]?.uploads[request.upload]?.parts[request.number] = InMemoryPart(
                info: info, bytes: bytes)
            return info
        }
    }

    package func listParts(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID, after: PartNumber, limit: Int
    ) async throws(StoreError) -> PartPage {
        try atomically { state throws(StoreError) in
            let upload = try state.upload(bucket, key, id)
            let following = upload.parts.values.map(\.info).filter { $0.number > after }
                .sorted { $0.number < $1.number }
            return PartPage(
                upload: upload.info, parts: Array(following.prefix(limit)), isTruncated: following.count > limit)
        }
    }

    package func listUploads(
        _ bucket: BucketName, _ query: ListQuery, afterUpload: UploadID?
    ) async throws(StoreError) -> UploadPage {
        try atomically { state throws(StoreError) in
            let sorted = try state.bucket(bucket).uploads.values.map(\.info)
                .sorted { ($0.key, $0.id) < ($1.key, $1.id) }
            return ListModel.page(of: sorted, query, key: { $0.key.bytes }) { upload in
                if let afterUpload, upload.key.bytes == query.after { return upload.id <= afterUpload }
                return !query.after.lexicographicallyPrecedes(upload.key.bytes)
            }
        }
    }

    package func completeUpload(
        _ request: CompleteRequest, assemble: @Sendable (UploadInfo, [PartInfo]) throws -> ContentSeal
    ) async throws(StoreError) -> ObjectInfo {
        let modified = now()
        return try atomically { state throws(StoreError) in
            let home = try state.bucket(request.bucket)
            if let info = try state.repeatedAnswer(request, home.info.id, assemble) { return info }
            let upload = try state.upload(request.bucket, request.key, request.upload)
            var bytes = ByteBuffer()
            var parts: [StoredPart] = []
            for number in request.parts {
                guard let part = upload.parts[number] else { throw StoreError(.invalidPart, "part \(number)") }
                let start = UInt64(bytes.readableBytes)
                bytes.writeImmutableBuffer(part.bytes)
                parts.append(StoredPart(info: part.info, range: start..<(start + part.info.size)))
            }
            let seal = try call(assemble, upload.info, parts.map(\.info))
            let info = ObjectInfo(
                key: request.key, size: UInt64(bytes.readableBytes), modified: modified, seal: seal,
                metadata: upload.info.metadata, partCount: parts.count)
            try state.commit(info, bytes, parts: parts, to: request.bucket, request.precondition)
            state.buckets[request.bucket]?.uploads[request.upload] = nil
            state.completed[request.upload] = CompletedUpload(
                bucket: home.info.id, upload: upload.info, parts: parts.map(\.info), info: info)
            return info
        }
    }

    package func abortUpload(_ bucket: BucketName, _ key: ObjectKey, _ id: UploadID) async throws(StoreError) {
        try atomically { state throws(StoreError) in
            _ = try state.upload(bucket, key, id)
            state.buckets[bucket]?.uploads[id] = nil
        }
    }
}

extension InMemoryObjectStore.State {
    /// The answer that an earlier, equal Complete got; the object may be gone since.
    fileprivate func repeatedAnswer(
        _ request: CompleteRequest, _ bucket: BucketID, _ assemble: (UploadInfo, [PartInfo]) throws -> ContentSeal
    ) throws(StoreError) -> ObjectInfo? {
        guard let before = completed[request.upload], before.bucket == bucket, before.info.key == request.key,
            before.parts.map(\.number) == request.parts
        else { return nil }
        _ = try call(assemble, before.upload, before.parts)
        return before.info
    }
}

private func call(
    _ assemble: (UploadInfo, [PartInfo]) throws -> ContentSeal, _ upload: UploadInfo, _ parts: [PartInfo]
) throws(StoreError) -> ContentSeal {
    do {
        return try assemble(upload, parts)
    } catch {
        throw StoreError(.bodyFailed, cause: error)
    }
}
