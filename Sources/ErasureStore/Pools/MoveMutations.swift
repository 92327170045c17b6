import MetadataIndex
import StorageAPI

/// What was copied to another pool of an object or an upload: payloads that nothing names yet.
struct MovedParts: Sendable {
    var parts: [(record: PartRecord, payload: NewPayload?)] = []

    var weight: Int { parts.reduce(0) { $0 + 256 + ($1.payload?.weight ?? 0) } }
    var payloads: [NewPayload] { parts.compactMap(\.payload) }

    /// The parts with their new payloads.
    func place(_ evaluation: Evaluation) throws(StoreError) -> [PartRecord] {
        var records: [PartRecord] = []
        for (record, payload) in parts {
            var record = record
            record.payload = nil
            if let payload { record.payload = try evaluation.place(payload) }
            records.append(record)
        }
        return records
    }
}

/// Puts a copy of an object into another pool, as its shadow.
struct PlaceMovedObject: Mutation {
    let buckets: BucketTable
    let key: HeadKey
    /// Of the source.
    let head: HeadRecord
    let payload: NewPayload?
    /// The name of the new part list, where the object has one.
    let manifest: DataID?
    let parts: MovedParts

    var weight: Int { 512 + (payload?.weight ?? 0) + parts.weight }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        try buckets.check(BucketID(key.bucket))
        try evaluation.checkOpen()
        _ = try await evaluation.current(key, .shadow(of: head, finishes: false))
        var moved = head
        if let payload { moved.payload = try evaluation.place(payload) }
        if let manifest {
            var list = ManifestRecord()
            list.parts = try parts.place(evaluation)
            evaluation.put(.manifests, manifest.bytes, list)
            var references = ReferencesRecord()
            references.count = 1
            evaluation.put(.refs, manifest.bytes, references)
            moved.manifest = manifest
        }
        try await evaluation.putShadow(key, moved, finishes: false)
    }
}

/// Puts a copy of an upload into another pool, as its shadow. The source's goes like one that is aborted.
struct PlaceMovedUpload: Mutation {
    let buckets: BucketTable
    let place: UploadPlace
    let upload: UploadRecord
    let parts: MovedParts

    var weight: Int { 512 + parts.weight }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        try buckets.check(place.bucket)
        try evaluation.checkOpen()
        guard try await evaluation.value(.uploads, place.row) == nil else {
            throw StoreError(.conflict, "the upload is in two pools")
        }
        var shadow = upload
        shadow.isShadow = true
        evaluation.put(.uploads, place.row, shadow)
        evaluation.put(.state, place.shadowRow, ShadowRecord())
        for part in try parts.place(evaluation) { evaluation.put(.parts, place.partRow(Int(part.number)), part) }
    }
}

/// No other pool has the upload any more.
struct PromoteUpload: Mutation {
    let place: UploadPlace

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        // It may have been completed or aborted meanwhile.
        if var upload = try await evaluation.record(UploadRecord.self, .uploads, place.row), upload.isShadow {
            upload.isShadow = false
            evaluation.put(.uploads, place.row, upload)
        }
        guard try await evaluation.value(.state, place.shadowRow) != nil else { return }
        evaluation.delete(.state, place.shadowRow)
    }
}

/// Answers whether a set that takes nothing new holds nothing that anybody could ask for.
struct CheckPoolEmpty: Mutation {
    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> Bool {
        guard evaluation.isSealed else { throw StoreError(.conflict, "the set takes new objects") }
        return try await evaluation.view.read { snapshot in
            for family in [Family.heads, .versions, .uploads, .documents] {
                if try snapshot.cursor(family, from: [], to: nil).next() != nil { return false }
            }
            return true
        }
    }
}

/// Rows as they are in another set.
struct PutRows: Mutation {
    let family: Family
    let rows: [IndexRow]

    var weight: Int { rows.reduce(0) { $0 + $1.key.count + $1.value.count + 32 } }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        for row in rows { evaluation.put(family, row.key, bytes: row.value) }
    }
}

/// Says what the set is to the store's documents.
struct SetHome: Mutation {
    let record: HomeRecord

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        evaluation.put(.state, StateKey.home.bytes, record)
    }
}

extension UploadPlace {
    var shadowRow: [UInt8] {
        StateKey.uploadShadow(UploadKey(bucket: bucket.value, key: key.bytes, upload: id.text)).bytes
    }

    var lock: HeadKey { HeadKey(bucket: bucket.value, key: key.bytes) }
}
