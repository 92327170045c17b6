import MetadataIndex
package import StorageAPI

extension ErasureStore {
    /// A Complete that meets a change of the upload looks again, this often.
    private static let completeAttempts = 8

    package func createUpload(
        _ bucket: BucketName, _ key: ObjectKey, metadata: ObjectMetadata, checksum: UploadChecksum?
    ) async throws(StoreError) -> UploadInfo {
        let info = try buckets.info(bucket)
        let set = try await target(info, key, .none, length: 0)
        let id = UploadID(newID(in: set).text.replacing("-", with: ""))
        return try await set.committer.commit(
            CreateUpload(
                buckets: buckets, bucket: info.id, key: key, id: id,
                record: UploadRecord(metadata: metadata, checksum: checksum)))
    }

    package func upload(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID
    ) async throws(StoreError) -> UploadInfo {
        let place = try uploadPlace(bucket, key, id)
        return try await found(place).record.info(key: key, id: id)
    }

    package func putPart(_ request: PartRequest, body: any UploadBody) async throws(StoreError) -> PartInfo {
        let place = try uploadPlace(request.bucket, request.key, request.upload)
        let set = try await begin(place)
        defer { uploads.unpin(place.id) }
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
        let place = try uploadPlace(bucket, key, id)
        let upload = try await found(place)
        let parts = try await parts(of: place, upload.view, after: after, limit: limit + 1)
        return PartPage(
            upload: upload.record.info(key: key, id: id), parts: parts.prefix(limit).map(\.info),
            isTruncated: parts.count > limit)
    }

    /// Reads and checks the parts outside the committer, and commits under the condition that none has changed since.
    package func completeUpload(
        _ request: CompleteRequest, assemble: @Sendable (UploadInfo, [PartInfo]) throws -> ContentSeal
    ) async throws(StoreError) -> ObjectInfo {
        let place = try uploadPlace(request.bucket, request.key, request.upload)
        for _ in 0..<Self.completeAttempts {
            guard let (set, upload, view) = try await find(place) else { return try await repeated(request, place) }
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
                return try await commitHead(nil, of: place.bucket, place.key, in: set, finishes: true) { _, placing in
                    CompleteUpload(
                        buckets: buckets, place: place, generation: upload.generation, parts: named, uploaded: uploaded,
                        manifest: newID(in: set), head: head, partsDigest: Self.digest(request.parts),
                        precondition: request.precondition, placing: placing)
                }.info(key: request.key)
            } catch {
                // A part that arrived meanwhile, or the same Complete sent twice: look again.
                guard error.code == .conflict || error.code == .noSuchUpload else { throw error }
            }
        }
        throw StoreError(.conflict, "the upload keeps changing")
    }

    /// The answer to a Complete of an upload that is complete.
    private func repeated(
        _ request: CompleteRequest, _ place: UploadPlace
    ) async throws(StoreError) -> ObjectInfo {
        // Nothing is said to be complete that can not be seen yet.
        if pools.count > 1 { try await deciding(place.bucket, place.key) { (_) throws(StoreError) in } }
        let row = StateKey.completed(upload: place.id.text).bytes
        var answer: CompletedUploadRecord?
        for view in try board.all(ofSets: joinedPools.map { $0.set(of: place.bucket, place.key).index }) {
            if answer == nil { answer = try await record(CompletedUploadRecord.self, view, .state, row) }
        }
        guard let done = answer, done.partsDigest == Self.digest(request.parts) else {
            throw StoreError(.noSuchUpload, "there is no such upload")
        }
        var head = HeadRecord()
        head.modified = done.modified
        head.size = done.size
        head.etag = done.etag
        head.checksums = done.checksums
        head.partCount = done.partCount
        return head.info(key: request.key)
    }

    package func abortUpload(_ bucket: BucketName, _ key: ObjectKey, _ id: UploadID) async throws(StoreError) {
        let place = try uploadPlace(bucket, key, id)
        guard pools.count > 1 else { return try await abort(place, in: found(place).set) }
        // Not while it goes to another pool.
        try await locked(place.lock) { () throws(StoreError) in
            try await abort(place, in: found(place).set)
        }
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

    private func uploadPlace(
        _ bucket: BucketName, _ key: ObjectKey, _ id: UploadID
    ) throws(StoreError) -> UploadPlace {
        let info = try buckets.info(bucket)
        // Our ids are hexadecimal digits; anything else was never one.
        guard id.text.utf8.count == 48, id.text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { throw StoreError(.noSuchUpload, "there is no such upload") }
        return UploadPlace(bucket: info.id, key: key, id: id)
    }

    /// An upload is in one pool; while it goes to another, it is where it was.
    func find(
        _ place: UploadPlace
    ) async throws(StoreError) -> (set: ErasureSet, record: UploadRecord, view: SetView)? {
        let sets = joinedPools.map { $0.set(of: place.bucket, place.key) }
        var shadow: (set: ErasureSet, record: UploadRecord, view: SetView)?
        var isComplete = true
        for (set, view) in zip(sets, board.views(ofSets: sets.map(\.index))) {
            set.activity.note()
            guard let view else {
                isComplete = false
                continue
            }
            guard let upload = try await record(UploadRecord.self, view, .uploads, place.row) else { continue }
            guard upload.isShadow else { return (set, upload, view) }
            shadow = (set, upload, view)
        }
        guard isComplete else { throw StoreError(.unavailable, "an erasure set has too few drives") }
        return shadow
    }

    private func found(
        _ place: UploadPlace
    ) async throws(StoreError) -> (set: ErasureSet, record: UploadRecord, view: SetView) {
        guard let found = try await find(place) else { throw StoreError(.noSuchUpload, "there is no such upload") }
        return found
    }

    /// The set that a new part goes to. The upload stays there until `uploads` is told that the part is done.
    private func begin(_ place: UploadPlace) async throws(StoreError) -> ErasureSet {
        uploads.pin(place.id)
        do throws(StoreError) {
            guard pools.count > 1 else { return try await found(place).set }
            return try await locked(place.lock) { () throws(StoreError) in try await found(place).set }
        } catch {
            uploads.unpin(place.id)
            throw error
        }
    }

    private func record(of place: UploadPlace, _ view: SetView) async throws(StoreError) -> UploadRecord {
        guard let upload = try await record(UploadRecord.self, view, .uploads, place.row) else {
            throw StoreError(.noSuchUpload, "there is no such upload")
        }
        return upload
    }

    func parts(
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
