import MetadataIndex
import StorageAPI

/// How a new head comes to its set.
enum HeadPlacing: Sendable {
    /// No other pool has the key: over the old object of the set, or as a new one.
    case here
    /// Another pool has the key, with this head: the new one is a shadow, which no reader takes for the object and no
    /// counter counts, until the key is gone from there. `finishes`: it shall go, whatever happens.
    case shadow(of: HeadRecord, finishes: Bool)
}

extension Evaluation {
    /// The present object of a key, wherever it is.
    func current(_ key: HeadKey, _ placing: HeadPlacing) async throws(StoreError) -> HeadRecord? {
        let old = try await record(HeadRecord.self, .heads, key.bytes)
        switch placing {
        case .here:
            if let old, old.isShadow { throw StoreError(.conflict, "the key is on its way to another pool") }
            return old
        case .shadow(let source, _):
            guard old == nil else { throw StoreError(.conflict, "the key is in two pools") }
            return source
        }
    }

    /// Writes a head over `current`, which lets go of its bytes if it is in this set, and counts the difference.
    func putHead(
        _ key: HeadKey, _ new: HeadRecord, over current: HeadRecord?, _ placing: HeadPlacing, drops: Bool = true
    ) async throws(StoreError) -> HeadRecord {
        var head = new
        head.modified = max(now, current?.modified ?? 0)
        switch placing {
        case .here:
            put(.heads, key.bytes, head)
            if let current, drops { try await drop(payload: current.payload, manifest: current.manifest) }
            try await count(
                bucket: key.bucket, objects: current == nil ? 1 : 0,
                bytes: Int64(head.size) - Int64(current?.size ?? 0))
        case .shadow(_, let finishes):
            try await putShadow(key, head, finishes: finishes)
        }
        return head
    }

    func putShadow(_ key: HeadKey, _ head: HeadRecord, finishes: Bool) async throws(StoreError) {
        var shadow = head
        shadow.isShadow = true
        put(.heads, key.bytes, shadow)
        var mark = ShadowRecord()
        mark.finishes = finishes
        put(.state, StateKey.shadow(key).bytes, mark)
        try await count(bucket: key.bucket, shadows: 1)
    }

    /// The shadow of a key; nil when there is none any more.
    fileprivate func shadow(_ key: HeadKey) async throws(StoreError) -> HeadRecord? {
        guard let head = try await record(HeadRecord.self, .heads, key.bytes), head.isShadow else { return nil }
        return head
    }
}

/// The commit point of a move: from here on the shadow in another pool is the object.
struct LeaveForShadow: Mutation {
    let key: HeadKey
    /// What the shadow was made after.
    let expected: HeadRecord

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        guard let head = try await evaluation.record(HeadRecord.self, .heads, key.bytes), head == expected else {
            throw StoreError(.conflict, "the object has changed")
        }
        evaluation.delete(.heads, key.bytes)
        try await evaluation.drop(payload: head.payload, manifest: head.manifest)
        try await evaluation.count(bucket: key.bucket, objects: -1, bytes: -Int64(head.size))
    }
}

/// No other pool has the key any more: the shadow is an object like any other, and is counted here.
struct PromoteShadow: Mutation {
    let key: HeadKey

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        guard var head = try await evaluation.shadow(key) else { return }
        head.isShadow = false
        evaluation.put(.heads, key.bytes, head)
        evaluation.delete(.state, StateKey.shadow(key).bytes)
        try await evaluation.count(bucket: key.bucket, objects: 1, bytes: Int64(head.size), shadows: -1)
    }
}

/// The key stays where it is: its shadow goes.
struct DropShadow: Mutation {
    let key: HeadKey

    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {
        guard let head = try await evaluation.shadow(key) else { return }
        evaluation.delete(.heads, key.bytes)
        evaluation.delete(.state, StateKey.shadow(key).bytes)
        try await evaluation.drop(payload: head.payload, manifest: head.manifest)
        try await evaluation.count(bucket: key.bucket, shadows: -1)
    }
}

/// Changes nothing: answered when everything that was queued before it is decided.
struct Barrier: Mutation {
    func evaluate(_ evaluation: Evaluation) async throws(StoreError) {}
}
