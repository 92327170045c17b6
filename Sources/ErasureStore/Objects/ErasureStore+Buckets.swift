import Logging
import MetadataIndex
package import StorageAPI

extension ErasureStore {
    /// As S3's default quota.
    private static let maximumBucketCount = 10_000

    package func createBucket(_ name: BucketName, region: String) async throws(StoreError) -> BucketInfo {
        _ = try homeView()
        guard buckets.count < Self.maximumBucketCount else {
            throw StoreError(.tooManyBuckets, "there are \(Self.maximumBucketCount) buckets")
        }
        let info = BucketInfo(
            name: name, id: BucketID(environment.random.next()), created: environment.clock.now(), region: region)
        let created = try await changeDocuments(CreateBucket(info: info))
        buckets.insert(created)
        return created
    }

    package func bucket(_ name: BucketName) async throws(StoreError) -> BucketInfo {
        _ = try homeView()
        return try buckets.info(name)
    }

    /// Closes the bucket, asks every set behind everything that was queued there, and only then removes it: no object
    /// that was answered is ever gone with its bucket.
    package func deleteBucket(_ name: BucketName) async throws(StoreError) {
        _ = try homeView()
        let info = try buckets.info(name)
        guard buckets.beginClosing(info) else { throw StoreError(.bucketClosing, "the bucket is being deleted") }
        do throws(StoreError) {
            for set in joinedPools.flatMap(\.sets) {
                guard try await set.committer.commit(CheckBucketEmpty(bucket: info.id)) else {
                    throw StoreError(.bucketNotEmpty, "the bucket has objects")
                }
            }
            try await changeDocuments(RemoveBucket(info: info))
        } catch {
            // An unknown outcome leaves it closed: the next start reads what became of it.
            if error.code != .outcomeUnknown { buckets.reopen(info) }
            throw error
        }
        buckets.remove(info)
        await forget(info.id)
    }

    package func listBuckets(prefix: String, after: String, limit: Int) async throws(StoreError) -> BucketPage {
        _ = try homeView()
        return buckets.page(prefix: prefix, after: after, limit: limit)
    }

    package func usage(of name: BucketName) async throws(StoreError) -> BucketUsage {
        let info = try buckets.info(name)
        let sets = joinedPools.flatMap(\.sets)
        let views = Dictionary(
            uniqueKeysWithValues: zip(sets.map(\.index), try board.all(ofSets: sets.map(\.index))))
        var usage = BucketUsage()
        for set in sets {
            guard let view = views[set.index] else { continue }
            let row = StateKey.usage(bucket: info.id.value).bytes
            guard let record = try await record(UsageRecord.self, view, .state, row) else { continue }
            usage.objects += record.objects
            usage.bytes += record.bytes
            if record.shadows > 0 { try await count(shadowsOf: info.id, in: view, views, into: &usage) }
        }
        return usage
    }

    /// Objects that have left one pool and are not counted in the other yet: a few, while a pool is drained.
    private func count(
        shadowsOf bucket: BucketID, in view: SetView, _ views: [Int: SetView], into usage: inout BucketUsage
    ) async throws(StoreError) {
        let prefix = StateKey.shadowPrefix + HeadKey.prefix(bucket: bucket.value)
        let shadows = try await view.read { snapshot in
            let cursor = try snapshot.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
            var shadows: [(key: ObjectKey, size: UInt64)] = []
            while let row = try cursor.next() {
                guard case .shadow(let key) = try StateKey(parsing: row.key),
                    let head = try snapshot.value(.heads, key.bytes)
                else { continue }
                shadows.append((ObjectKey(trusted: key.key), try HeadRecord(decoding: head).size))
            }
            return shadows
        }
        for (key, size) in shadows {
            let row = HeadKey(bucket: bucket.value, key: key.bytes).bytes
            var isCounted = false
            for pool in joinedPools {
                guard let other = views[pool.set(of: bucket, key).index] else { continue }
                let head = try await record(HeadRecord.self, other, .heads, row)
                if let head, !head.isShadow { isCounted = true }
            }
            guard !isCounted else { continue }
            usage.objects += 1
            usage.bytes += size
        }
    }

    /// Removes what a deleted bucket left behind. What a crash leaves is found at the next start.
    func forget(_ bucket: BucketID) async {
        for set in joinedPools.flatMap(\.sets) {
            do throws(StoreError) {
                try await abortUploads(ofBucket: bucket, in: set)
                try await set.committer.commit(ForgetBucket(bucket: bucket))
            } catch {
                environment.logger.warning(
                    "leftovers of a deleted bucket stay until the next start",
                    metadata: ["set": "\(set.name)", "error": "\(error.message)"])
            }
        }
    }

    /// Changes documents of the home set, which stays the home meanwhile.
    func changeDocuments<M: Mutation>(_ mutation: M) async throws(StoreError) -> M.Outcome {
        guard pools.count > 1 else { return try await home().committer.commit(mutation) }
        return try await locked(KeyLocks.documents) { () throws(StoreError) in
            try await home().committer.commit(mutation)
        }
    }

    /// Reads the buckets that the home set holds.
    func loadBuckets() async throws(StoreError) {
        let prefix = Array("bucket/".utf8)
        let rows = try await homeView().read { snapshot in
            let cursor = try snapshot.cursor(.documents, from: prefix, to: upperBound(ofPrefix: prefix))
            var infos: [BucketInfo] = []
            while let row = try cursor.next() {
                let name = try BucketName(String(decoding: row.key.dropFirst(prefix.count), as: UTF8.self))
                infos.append(try BucketRecord(decoding: row.value).info(name: name))
            }
            return infos
        }
        buckets.replaceAll(rows)
    }
}

// MARK: - Documents

extension ErasureStore {
    private static let documentPrefix = "document/"
    private static let maximumPathByteCount = 512

    package func document(_ path: String) async throws(StoreError) -> Document? {
        let row = DocumentKey(path: Self.documentPrefix + path).bytes
        guard let record = try await record(DocumentRecord.self, homeView(), .documents, row) else {
            return nil
        }
        return Document(bytes: record.bytes, revision: record.revision)
    }

    package func documents(prefix: String) async throws(StoreError) -> [String: Document] {
        let lower = DocumentKey(path: Self.documentPrefix + prefix).bytes
        let skipped = Self.documentPrefix.utf8.count
        return try await homeView().read { snapshot in
            let cursor = try snapshot.cursor(.documents, from: lower, to: upperBound(ofPrefix: lower))
            var documents: [String: Document] = [:]
            while let row = try cursor.next() {
                let record = try DocumentRecord(decoding: row.value)
                documents[String(decoding: row.key.dropFirst(skipped), as: UTF8.self)] = Document(
                    bytes: record.bytes, revision: record.revision)
            }
            return documents
        }
    }

    package func setDocument(
        _ path: String, _ bytes: [UInt8]?, expected: DocumentExpectation
    ) async throws(StoreError) {
        precondition(path.utf8.count <= Self.maximumPathByteCount, "a document's path is bounded")
        try await changeDocuments(
            SetDocument(path: Self.documentPrefix + path, bytes: bytes, expected: expected))
    }
}
