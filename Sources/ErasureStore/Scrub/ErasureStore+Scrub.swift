import MetadataIndex
package import StorageAPI

extension ErasureStore: StoreAdministration {
    package func startScrub() async throws(StoreError) {
        try await changeScrub(.start)
    }

    package func stopScrub() async throws(StoreError) {
        try await changeScrub(.stop)
    }

    /// In every set that can write. Another one finds it when it can again.
    private func changeScrub(_ change: ChangeScrub.Change) async throws(StoreError) {
        var failure: StoreError?
        var count = 0
        for set in joinedPools.flatMap(\.sets) {
            do throws(StoreError) {
                set.scrub.record = try await set.committer.commit(ChangeScrub(change: change))
                count += 1
            } catch {
                failure = error
            }
        }
        if count == 0, let failure { throw failure }
    }

    package func damagedObjects(after: DamagedObject?, limit: Int) async throws(StoreError) -> [DamagedObject] {
        var objects: [DamagedObject] = []
        for view in try board.all(ofSets: joinedPools.flatMap { $0.sets.map(\.index) }) {
            objects += try await damagedObjects(in: view)
        }
        objects.sort(by: Self.precedes)
        if let after { objects.removeAll { !Self.precedes(after, $0) } }
        return Array(objects.prefix(limit))
    }

    private static func precedes(_ left: DamagedObject, _ right: DamagedObject) -> Bool {
        (left.bucket, left.key) < (right.bucket, right.key)
    }

    /// A row counts while its object still names what was lost: the list forgets overwritten ones at once.
    private func damagedObjects(in view: SetView) async throws(StoreError) -> [DamagedObject] {
        let rows = try await view.read { snapshot in
            try DamagedObjects.rows(snapshot).filter { key, record in
                let head = try snapshot.value(.heads, key.bytes).map { try HeadRecord(decoding: $0) }
                return head?.content == record.id
            }
        }
        return rows.compactMap { key, record in
            guard let bucket = buckets.name(of: BucketID(key.bucket)) else { return nil }
            return DamagedObject(bucket: bucket.text, key: ObjectKey(trusted: key.key), reason: record.reason)
        }
    }

    package func examine(
        report: @escaping @Sendable (HealthFinding) -> Void
    ) async throws(StoreError) -> HealthExamination {
        try await OnlineExamination(store: self, report: report).carryOut()
    }
}

extension ErasureSet {
    var scrubStatus: ScrubStatus { scrub.status(now: environment.clock.now().milliseconds) }
}
