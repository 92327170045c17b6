import MetadataIndex
import StorageAPI

/// Writes the bucket's record in the home set.
struct CreateBucket: Mutation {
    let info: BucketInfo

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> BucketInfo {
        let row = DocumentKey.bucket(info.name.text).bytes
        guard try await evaluation.value(.documents, row) == nil else {
            throw StoreError(.bucketExists, "the bucket \(info.name) exists")
        }
        var info = info
        info.created = Timestamp(milliseconds: evaluation.now)
        evaluation.put(.documents, row, BucketRecord(info))
        return info
    }
}

/// Answers whether the set holds no object of a bucket, behind every write that was queued before it.
struct CheckBucketEmpty: Mutation {
    let bucket: BucketID

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> Bool {
        let usage = try await evaluation.record(UsageRecord.self, .state, StateKey.usage(bucket: bucket.value).bytes)
        return usage.map { $0.objects == 0 && $0.shadows == 0 } ?? true
    }
}

/// Removes the bucket's record from the home set. It was found empty, and it is closed.
struct RemoveBucket: Mutation {
    let info: BucketInfo

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        evaluation.delete(.documents, DocumentKey.bucket(info.name.text).bytes)
    }
}

/// Removes what a deleted bucket left in a set: its counter.
struct ForgetBucket: Mutation {
    let bucket: BucketID

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        let row = StateKey.usage(bucket: bucket.value).bytes
        guard try await evaluation.value(.state, row) != nil else { return }
        evaluation.delete(.state, row)
    }
}

struct SetDocument: Mutation {
    let path: String
    let bytes: [UInt8]?
    let expected: DocumentExpectation

    var weight: Int { 256 + (bytes?.count ?? 0) }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        let row = DocumentKey(path: path).bytes
        let old = try await evaluation.record(DocumentRecord.self, .documents, row)
        let holds =
            switch expected {
            case .anything: true
            case .absent: old == nil
            case .revision(let revision): old?.revision == revision
            }
        guard holds else { throw StoreError(.documentConflict, "the document \(path) has changed") }
        guard let bytes else {
            if old != nil { evaluation.delete(.documents, row) }
            return
        }
        var record = DocumentRecord()
        record.bytes = bytes
        // Of a batch and a count within it: a document that is made again never has the revision it had.
        let home = try await evaluation.record(HomeRecord.self, .state, StateKey.home.bytes)
        let batches = evaluation.id.sequence + (home?.precedingBatches ?? 0)
        record.revision = max((old?.revision ?? 0) + 1, batches << 16)
        evaluation.put(.documents, row, record)
    }
}
