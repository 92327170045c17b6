import MetadataIndex
package import StorageAPI

extension ErasureStore {
    /// A Complete that meets a change of the upload looks again, this often.
    private static let completeAttempts = 8

    package func createUpload(
        _ bucket: BucketName, _ key: ObjectKey, metadata: ObjectMetadata, checksum: UploadChecksum?
    ) async throws(StoreError) -> UploadInfo {
        let info = try buckets.info(bucket)
        let id = UploadID(newID(in: set(of: info.id, key)).text.replacing("-", with: ""))
        return try await set(of: info.id, key).committer.commit(
            CreateUpload(
                buckets: buckets, bucket: info.id, key: key, id: id,
                record: UploadRecord(metadata: metadata, checksum: checksum)))
    }

    package func upload(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID
    ) async throws(StoreError) -> UploadInfo {
        let (set, place) = try find(bucket, key, id)
        return try await record(of: place, in: set).info(key: key, id: id)
    }

    package func putPart(_ request: PartRequest, body: any UploadBody) async throws(StoreError) -> PartInfo {
        let (set, place) = try find(request.bucket, request.key, request.upload)
        _ = try await record(of: place, in: set)
        try set.space.admit(request.length ?? 0)
        let received = try await writer(set).receive(body, length: request.length)
        let part = PartRecord(number: request.number, size: received.size, seal: received.seal)
        return try await commit(received.payload, in: set) { payload in
            PutPart(buckets: buckets, place: place, part: part, payload: payload)
        }
    }

    package func listParts(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID, after: PartNumber, limit: Int
    ) async throws(StoreError) -> PartPage {
        let (set, place) = try find(bucket, key, id)
        let view = try view(of: set)
        let upload = try await record(of: place, view)
        let parts = try await parts(of: place, view, after: after, limit: limit + 1)
        return PartPage(
            upload: upload.info(key: key, id: id), parts: parts.prefix(limit).map(\.info),
            isTruncated: parts.count > limit)
    }

    /// Reads and checks the parts outside the committer, and commits under the condition that none has changed since.
    package func completeUpload(
        _ request: CompleteRequest, assemble: @Sendable (UploadInfo, [PartInfo]) throws -> ContentSeal
    ) async throws(StoreError) -> ObjectInfo {
        let (set, place) = try find(request.bucket, request.key, request.upload)
        for _ in 0..<Self.completeAttempts {
            let view = try view(of: set)
            guard let upload = try await record(UploadRecord.self, view, .uploads, place.row) else {
                return try await repeated(request, place, view)
            }
            let uploaded = try await parts(of: place, view, after: 0, limit: partNumbers.count)
            let byNumber = Dictionary(uniqueKeysWithValues: uploaded.map { (Int($0.number), $0) })
            let named = request.parts.compactMap { byNumber[$0] }
            let info = upload.info(key: request.key, id: request.upload)
            let seal: ContentSeal
            do {
                seal = try assemble(info, named.map(\.info))
            } catch {
                throw StoreError(.bodyFailed, "the parts were refused", cause: error)
            }
            guard named.count == request.parts.count else { throw StoreError(.invalidPart, "a part is not there") }
            var head = HeadRecord(metadata: info.metadata, seal: seal, size: named.reduce(0) { $0 + $1.size })
            head.partCount = UInt32(named.count)
            do throws(StoreError) {
                return try await set.committer.commit(
                    CompleteUpload(
                        buckets: buckets, place: place, generation: upload.generation, parts: named, uploaded: uploaded,
                        manifest: newID(in: set), head: head, partsDigest: Self.digest(request.parts),
                        precondition: request.precondition)
                ).info(key: request.key)
            } catch {
                // A part that arrived meanwhile, or the same Complete sent twice: look again.
                guard error.code == .conflict || error.code == .noSuchUpload else { throw error }
            }
        }
        throw StoreError(.conflict, "the upload keeps changing")
    }

    /// The answer to a Complete of an upload that is complete.
    private func repeated(
        _ request: CompleteRequest, _ place: UploadPlace, _ view: SetView
    ) async throws(StoreError) -> ObjectInfo {
        let row = StateKey.completed(upload: place.id.text).bytes
        guard let done = try await record(CompletedUploadRecord.self, view, .state, row),
            done.partsDigest == Self.digest(request.parts)
        else { throw StoreError(.noSuchUpload, "there is no such upload") }
        var head = HeadRecord()
        head.modified = done.modified
        head.size = done.size
        head.etag = done.etag
        head.checksums = done.checksums
        head.partCount = done.partCount
        return head.info(key: request.key)
    }

    package func abortUpload(_ bucket: BucketName, _ key: ObjectKey, _ id: UploadID) async throws(StoreError) {
        let (set, place) = try find(bucket, key, id)
        try await abort(place, in: set)
    }

    func abort(_ place: UploadPlace, in set: ErasureSet) async throws(StoreError) {
        for _ in 0..<Self.completeAttempts {
            let view = try view(of: set)
            let upload = try await record(of: place, view)
            let parts = try await parts(of: place, view, after: 0, limit: partNumbers.count)
            do throws(StoreError) {
                return try await set.committer.commit(
                    AbortUpload(place: place, generation: upload.generation, parts: parts.map { Int($0.number) }))
            } catch {
                guard error.code == .conflict else { throw error }
            }
        }
        throw StoreError(.conflict, "the upload keeps changing")
    }

    func abortUploads(ofBucket bucket: BucketID, in set: ErasureSet) async throws(StoreError) {
        let prefix = UploadKey.prefix(bucket: bucket.value)
        let places = try await view(of: set).read { snapshot in
            let cursor = try snapshot.cursor(.uploads, from: prefix, to: upperBound(ofPrefix: prefix))
            var places: [UploadPlace] = []
            while let row = try cursor.next() {
                let key = try UploadKey(parsing: row.key)
                places.append(
                    UploadPlace(bucket: bucket, key: ObjectKey(trusted: key.key), id: UploadID(key.upload)))
            }
            return places
        }
        for place in places { try await abort(place, in: set) }
    }

    // MARK: Rows of an upload

    private func find(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID
    ) throws(StoreError) -> (ErasureSet, UploadPlace) {
        let info = try buckets.info(bucket)
        // Our ids are hexadecimal digits; anything else was never one.
        guard id.text.utf8.count == 48, id.text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { throw StoreError(.noSuchUpload, "there is no such upload") }
        return (set(of: info.id, key), UploadPlace(bucket: info.id, key: key, id: id))
    }

    private func record(of place: UploadPlace, in set: ErasureSet) async throws(StoreError) -> UploadRecord {
        try await record(of: place, try view(of: set))
    }

    private func record(of place: UploadPlace, _ view: SetView) async throws(StoreError) -> UploadRecord {
        guard let upload = try await record(UploadRecord.self, view, .uploads, place.row) else {
            throw StoreError(.noSuchUpload, "there is no such upload")
        }
        return upload
    }

    private func parts(
        of place: UploadPlace, _ view: SetView, after: PartNumber, limit: Int
    ) async throws(StoreError) -> [PartRecord] {
        guard after < partNumbers.upperBound else { return [] }
        let lower = place.partRow(max(after, 0) + 1)
        let upper = upperBound(ofPrefix: PartKey.prefix(upload: place.id.text))
        return try await view.read { snapshot in
            let cursor = try snapshot.cursor(.parts, from: lower, to: upper)
            var parts: [PartRecord] = []
            while parts.count < limit, let row = try cursor.next() { parts.append(try PartRecord(decoding: row.value)) }
            return parts
        }
    }

    private static func digest(_ parts: [PartNumber]) -> UInt64 {
        parts.reduce(UInt64(parts.count)) { Placement.mix($0 &+ UInt64($1) &* 0x9e37_79b9_7f4a_7c15) }
    }
}
