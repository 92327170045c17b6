import MetadataIndex
import StorageAPI

struct CreateUpload: Mutation {
    let buckets: BucketTable
    let bucket: BucketID
    let key: ObjectKey
    let id: UploadID
    let record: UploadRecord

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> UploadInfo {
        try buckets.check(bucket)
        try evaluation.checkOpen()
        var record = record
        record.initiated = evaluation.now
        evaluation.put(.uploads, UploadKey(bucket: bucket.value, key: key.bytes, upload: id.text).bytes, record)
        return record.info(key: key, id: id)
    }
}

/// Where an upload's rows are.
struct UploadPlace: Sendable {
    let bucket: BucketID
    let key: ObjectKey
    let id: UploadID

    var row: [UInt8] { UploadKey(bucket: bucket.value, key: key.bytes, upload: id.text).bytes }

    func partRow(_ number: PartNumber) -> [UInt8] {
        PartKey(upload: id.text, number: UInt16(number)).bytes
    }
}

extension Evaluation {
    fileprivate func upload(_ place: UploadPlace) async throws(StoreError) -> UploadRecord {
        guard let record = try await record(UploadRecord.self, .uploads, place.row) else {
            throw StoreError(.noSuchUpload, "there is no such upload")
        }
        return record
    }
}

struct PutPart: Mutation {
    let buckets: BucketTable
    let place: UploadPlace
    let part: PartRecord
    let payload: NewPayload?

    var weight: Int { 512 + (payload?.weight ?? 0) }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> PartInfo {
        try buckets.check(place.bucket)
        try evaluation.checkOpen()
        var upload = try await evaluation.upload(place)
        let row = place.partRow(Int(part.number))
        let old = try await evaluation.record(PartRecord.self, .parts, row)
        var part = part
        part.modified = max(evaluation.now, old?.modified ?? 0)
        if let payload { part.payload = try evaluation.place(payload) }
        evaluation.put(.parts, row, part)
        try await evaluation.drop(payload: old?.payload, manifest: nil)
        upload.generation += 1
        evaluation.put(.uploads, place.row, upload)
        return part.info
    }
}

/// Removes an upload and its parts. `parts` were read before; the generation says whether they still are all.
struct AbortUpload: Mutation {
    let place: UploadPlace
    let generation: UInt64
    let parts: [PartNumber]

    var weight: Int { 256 + parts.count * 128 }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        let upload = try await evaluation.upload(place)
        guard upload.generation == generation else { throw StoreError(.conflict, "the upload has changed") }
        evaluation.delete(.uploads, place.row)
        for number in parts {
            let row = place.partRow(number)
            guard let part = try await evaluation.record(PartRecord.self, .parts, row) else { continue }
            evaluation.delete(.parts, row)
            try await evaluation.drop(payload: part.payload, manifest: nil)
        }
    }
}

/// Joins parts into an object: rows move from `parts` to a manifest, no byte is copied.
struct CompleteUpload: Mutation {
    let buckets: BucketTable
    let place: UploadPlace
    let generation: UInt64
    let parts: [PartRecord]
    /// All parts of the upload, also those that were not named.
    let uploaded: [PartRecord]
    let manifest: DataID
    let head: HeadRecord
    let partsDigest: UInt64
    let precondition: Precondition
    let placing: HeadPlacing

    var weight: Int { 512 + uploaded.count * 256 }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> HeadRecord {
        try buckets.check(place.bucket)
        try evaluation.checkOpen()
        let upload = try await evaluation.upload(place)
        guard upload.generation == generation else { throw StoreError(.conflict, "the upload has changed") }
        let name = HeadKey(bucket: place.bucket.value, key: place.key.bytes)
        let old = try await evaluation.current(name, placing)
        if let refusal = precondition.refusal(current: old?.current) { throw StoreError(refusal) }

        var list = ManifestRecord()
        list.parts = parts
        evaluation.put(.manifests, manifest.bytes, list)
        var references = ReferencesRecord()
        references.count = 1
        evaluation.put(.refs, manifest.bytes, references)

        let named = Set(parts.map(\.number))
        evaluation.delete(.uploads, place.row)
        for part in uploaded {
            evaluation.delete(.parts, place.partRow(Int(part.number)))
            // What is named moves to the manifest with its reference; the rest lets go of its bytes.
            if !named.contains(part.number) { try await evaluation.drop(payload: part.payload, manifest: nil) }
        }
        var head = head
        head.manifest = manifest
        head = try await evaluation.putHead(name, head, over: old, placing)
        evaluation.put(.state, StateKey.completed(upload: place.id.text).bytes, completed(head, at: evaluation.now))
        return head
    }

    /// What a repeated Complete is answered with.
    private func completed(_ head: HeadRecord, at now: Int64) -> CompletedUploadRecord {
        var record = CompletedUploadRecord()
        record.completed = now
        record.modified = head.modified
        record.size = head.size
        record.etag = head.etag
        record.checksums = head.checksums
        record.partCount = head.partCount
        record.partsDigest = partsDigest
        return record
    }
}
