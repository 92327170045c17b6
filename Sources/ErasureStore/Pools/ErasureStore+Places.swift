import MetadataIndex
import StorageAPI

/// The head of a key in one pool, at some moment.
struct HeadPlace: Sendable {
    let pool: Pool
    let set: ErasureSet
    let head: HeadRecord
    /// Keeps what the head names from being reaped until it is pinned.
    let view: SetView
}

/// Where a key is, in all pools at one moment.
struct KeyPlaces: Sendable {
    var live: HeadPlace?
    var shadows: [HeadPlace] = []
    /// Every pool could be asked.
    var isComplete = true

    /// What a reader finds: an object that is on its way stays where it was until it is gone from there.
    func visible() throws(StoreError) -> HeadPlace? {
        if let live { return live }
        guard isComplete else { throw StoreError(.unavailable, "an erasure set has too few drives") }
        return shadows.first
    }
}

extension ErasureStore {
    var joinedPools: [Pool] { pools.count == 1 ? pools : pools.filter(\.isJoined) }

    /// - Parameter isClient: background work does not give way to its own questions.
    func places(_ bucket: BucketID, _ key: ObjectKey, isClient: Bool = true) async throws(StoreError) -> KeyPlaces {
        let pools = joinedPools
        let sets = pools.map { $0.set(of: bucket, key) }
        let views = board.views(ofSets: sets.map(\.index))
        let row = HeadKey(bucket: bucket.value, key: key.bytes).bytes
        var places = KeyPlaces()
        for ((pool, set), view) in zip(zip(pools, sets), views) {
            if isClient { set.activity.note() }
            guard let view else {
                places.isComplete = false
                continue
            }
            guard let head = try await record(HeadRecord.self, view, .heads, row) else { continue }
            let place = HeadPlace(pool: pool, set: set, head: head, view: view)
            if head.isShadow { places.shadows.append(place) } else { places.live = place }
        }
        return places
    }

    // MARK: Where new objects go

    /// The set for a new object: that of the pool which has the key, unless that pool is being emptied or has no room.
    ///
    /// Refuses what can not succeed before a body is read, and brings the row into memory for the evaluation.
    func target(
        _ bucket: BucketInfo, _ key: ObjectKey, _ precondition: Precondition, length: UInt64
    ) async throws(StoreError) -> ErasureSet {
        let current = try await places(bucket.id, key).visible()
        if let refusal = precondition.refusal(current: current?.head.current) { throw StoreError(refusal) }
        if let current, current.pool.takesKeys, current.set.space.hasRoom(length) { return current.set }
        return try chooseSet(bucket.id, key, length: length)
    }

    /// Of the pools that take new keys, one with room.
    func chooseSet(_ bucket: BucketID, _ key: ObjectKey, length: UInt64) throws(StoreError) -> ErasureSet {
        let sets = pools.filter(\.takesKeys).map { $0.set(of: bucket, key) }
        let roomy = sets.filter { $0.space.hasRoom(length) }
        guard !roomy.isEmpty else { throw StoreError(.storageFull, "the drives are full") }
        guard roomy.count > 1 else { return roomy[0] }
        // Not the bits that chose the set in its pool.
        let hash = Placement.mix(Placement.hash(bucket, key) ^ 0x706f_6f6c)
        return roomy[PoolChoice.index(hash: hash, rooms: roomy.map(\.space.free))]
    }

    // MARK: Decisions about a key that may be in any pool

    /// Runs `body` while nobody else can change the key, with the key's object as all answered writes left it.
    ///
    /// Every pool must be able to write: one that can not might come back with another object of the key.
    func deciding<Value>(
        _ bucket: BucketID, _ key: ObjectKey, _ body: (HeadPlace?) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let name = HeadKey(bucket: bucket.value, key: key.bytes)
        return try await locked(name) { () throws(StoreError) in
            try await body(try await settle(bucket, key))
        }
    }

    /// Holds the lock of a key, also behind an answer that nothing is known: until it is.
    func locked<Value>(
        _ key: HeadKey, _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await locks.acquire(key)
        do throws(StoreError) {
            let value = try await body()
            locks.release(key)
            return value
        } catch {
            if error.code == .outcomeUnknown { locks.keep(key) } else { locks.release(key) }
            throw error
        }
    }

    /// Ends a move of the key that was cut short. Under the lock of the key.
    private func settle(_ bucket: BucketID, _ key: ObjectKey) async throws(StoreError) -> HeadPlace? {
        let sets = joinedPools.map { $0.set(of: bucket, key) }
        guard sets.allSatisfy(\.isServing) else { throw StoreError(.unavailable, "an erasure set can not write") }
        let places = try await places(bucket, key, isClient: false)
        guard places.isComplete else { throw StoreError(.unavailable, "an erasure set has too few drives") }
        let name = HeadKey(bucket: bucket.value, key: key.bytes)
        guard let shadow = places.shadows.first else { return places.live }
        if let live = places.live {
            let row = StateKey.shadow(name).bytes
            let mark = try await record(ShadowRecord.self, shadow.view, .state, row)
            guard mark?.finishes == true else {
                try await shadow.set.committer.commit(DropShadow(key: name))
                return live
            }
            try await live.set.committer.commit(LeaveForShadow(key: name, expected: live.head))
        }
        try await shadow.set.committer.commit(PromoteShadow(key: name))
        var head = shadow.head
        head.isShadow = false
        return HeadPlace(pool: shadow.pool, set: shadow.set, head: head, view: shadow.view)
    }

    /// Commits a new head of a key in `set`, wherever the key was before. The payload's files go when it is certainly
    /// refused.
    ///
    /// - Parameter finishes: once the shadow is there, the write takes effect, now or later.
    func commitHead<M: Mutation>(
        _ payload: NewPayload?, of bucket: BucketID, _ key: ObjectKey, in set: ErasureSet, finishes: Bool = false,
        _ make: (NewPayload?, HeadPlacing) -> M
    ) async throws(StoreError) -> HeadRecord where M.Outcome == HeadRecord {
        guard pools.count > 1 else { return try await commit(payload, in: set) { make($0, .here) } }
        var isNamed = false
        do throws(StoreError) {
            return try await deciding(bucket, key) { (live) throws(StoreError) in
                guard let live, live.set !== set else { return try await set.committer.commit(make(payload, .here)) }
                let placing = HeadPlacing.shadow(of: live.head, finishes: finishes)
                let head = try await set.committer.commit(make(payload, placing))
                isNamed = true
                try await leave(live, HeadKey(bucket: bucket.value, key: key.bytes), for: set, finishes: finishes)
                return head
            }
        } catch {
            if let payload, !isNamed, error.code != .outcomeUnknown { set.removeFiles(of: payload) }
            throw error
        }
    }

    /// The second half of a move: the key goes from where it was, and its shadow becomes the object.
    func leave(
        _ live: HeadPlace, _ key: HeadKey, for set: ErasureSet, finishes: Bool = false
    ) async throws(StoreError) {
        do throws(StoreError) {
            try await live.set.committer.commit(LeaveForShadow(key: key, expected: live.head))
        } catch {
            if error.code == .outcomeUnknown { throw error }
            if finishes { throw StoreError(.outcomeUnknown, "the write takes effect later", cause: error) }
            // If it stays, whoever decides about the key next removes it.
            try? await set.committer.commit(DropShadow(key: key))
            throw error
        }
        // It is the object, whether this succeeds or not.
        try? await set.committer.commit(PromoteShadow(key: key))
    }
}
