import MetadataIndex
import StorageAPI

/// A new object under a key: the payload was received, the decision falls here.
struct PutObject: Mutation {
    let buckets: BucketTable
    let bucket: BucketID
    let key: ObjectKey
    let head: HeadRecord
    let payload: NewPayload?
    let precondition: Precondition
    let placing: HeadPlacing

    var weight: Int { 512 + (payload?.weight ?? 0) }

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> HeadRecord {
        try buckets.check(bucket)
        try evaluation.checkOpen()
        let name = HeadKey(bucket: bucket.value, key: key.bytes)
        let old = try await evaluation.current(name, placing)
        if let refusal = precondition.refusal(current: old?.current) { throw StoreError(refusal) }
        var head = head
        if evaluation.broken == .overwritesInPlace, let payload, let place = old?.payload {
            head.payload = try evaluation.place(NewPayload(id: place.id, size: payload.size, content: payload.content))
            return try await evaluation.putHead(name, head, over: old, placing, drops: false)
        }
        if let payload { head.payload = try evaluation.place(payload) }
        return try await evaluation.putHead(name, head, over: old, placing)
    }
}

/// A copy within the set: one more record names the same bytes.
struct CopyObject: Mutation {
    let buckets: BucketTable
    let bucket: BucketID
    let key: ObjectKey
    let head: HeadRecord
    let precondition: Precondition
    let placing: HeadPlacing

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> HeadRecord {
        try buckets.check(bucket)
        try evaluation.checkOpen()
        let name = HeadKey(bucket: bucket.value, key: key.bytes)
        let old = try await evaluation.current(name, placing)
        if let refusal = precondition.refusal(current: old?.current) { throw StoreError(refusal) }
        // Named once more before the old object lets go: a copy onto itself never reaches zero.
        if let id = head.manifest ?? head.payload?.id { try await evaluation.retain(id) }
        return try await evaluation.putHead(name, head, over: old, placing)
    }
}

struct DeleteObject: Mutation {
    let bucket: BucketID
    let key: ObjectKey
    let precondition: Precondition

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) -> Bool {
        let row = HeadKey(bucket: bucket.value, key: key.bytes).bytes
        let old = try await evaluation.record(HeadRecord.self, .heads, row)
        if let refusal = precondition.refusal(current: old?.current) { throw StoreError(refusal) }
        guard let old else { return false }
        evaluation.delete(.heads, row)
        try await evaluation.drop(payload: old.payload, manifest: old.manifest)
        try await evaluation.count(bucket: bucket.value, objects: -1, bytes: -Int64(old.size))
        return true
    }
}
