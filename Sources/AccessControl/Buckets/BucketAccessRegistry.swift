package import StorageAPI
import Synchronization

/// The access settings of all buckets: kept in the store as documents, and in memory, where they are decided from.
///
/// A document's path names the bucket's id, which is never given to another bucket, so that a new bucket can not come
/// into the settings of one that had its name. What is in memory changes after what is stored; where it is not known
/// what is stored, the bucket is closed to all but root.
///
/// There is one of these for a store: another process would not see its changes.
package final class BucketAccessRegistry: Sendable {
    private struct State {
        /// Only of buckets that are not as new ones are.
        var buckets: [BucketName: BucketAccess] = [:]
        var changing: Set<BucketName> = []
    }

    private let store: any ObjectStore & KeyValueStore
    private let account: String
    private let state = Mutex(State())

    private init(store: any ObjectStore & KeyValueStore, account: String) {
        self.store = store
        self.account = account
    }

    /// Reads what is stored.
    ///
    /// - Parameter account: whose principals policies can name: 12 digits.
    package static func open(
        _ store: any ObjectStore & KeyValueStore, account: String
    ) async throws(StoreError) -> BucketAccessRegistry {
        let registry = BucketAccessRegistry(store: store, account: account)
        var found: [BucketName: BucketAccess] = [:]
        for (path, document) in try await store.documents(prefix: BucketSetting.prefix) {
            guard let place = BucketSetting.Place(path: path) else { continue }
            guard try await store.isPresent(place.bucket, place.id) else {
                // What a deleted bucket left behind when the server went down.
                try await store.setDocument(path, nil, expected: .revision(document.revision))
                continue
            }
            var access = found[place.bucket] ?? BucketAccess(id: place.id)
            access.take(place.setting, document.bytes, of: place.bucket, account: account)
            found[place.bucket] = access
        }
        registry.state.withLock { $0.buckets = found }
        return registry
    }

    /// Nil: as new buckets are.
    func access(to bucket: BucketName) -> BucketAccess? {
        state.withLock { $0.buckets[bucket] }
    }

    package func access(to bucket: BucketInfo) -> BucketAccess {
        guard let access = access(to: bucket.name), access.id == bucket.id else { return BucketAccess(id: bucket.id) }
        return access
    }
}

// MARK: Changes

extension BucketAccessRegistry {
    /// - Parameter policy: nil to remove it.
    package func setPolicy(_ policy: BucketPolicy?, of bucket: BucketName) async throws(StoreError) {
        try await change(.policy, of: bucket, to: policy?.text)
    }

    /// - Parameter block: nil to remove it: then nothing is blocked.
    package func setPublicAccessBlock(_ block: PublicAccessBlock?, of bucket: BucketName) async throws(StoreError) {
        try await change(.publicAccessBlock, of: bucket, to: Array((block?.text ?? BucketSetting.removed).utf8))
    }

    package func setOwnership(_ ownership: ObjectOwnership?, of bucket: BucketName) async throws(StoreError) {
        try await change(.ownership, of: bucket, to: Array((ownership?.rawValue ?? BucketSetting.removed).utf8))
    }

    /// Deletes a bucket with its settings.
    package func deleteBucket(_ name: BucketName) async throws(StoreError) {
        try begin(name)
        defer { end(name) }
        try await store.deleteBucket(name)
        await forget(name)
    }

    /// To be called once a bucket was made, before its maker learns of it: nothing of a bucket that had its name, and
    /// whose end was not seen, may be left.
    package func welcome(_ bucket: BucketInfo) async {
        await forget(bucket.name, unless: bucket.id)
    }

    private func forget(_ bucket: BucketName, unless id: BucketID? = nil) async {
        let old = state.withLock { state -> BucketID? in
            guard let access = state.buckets[bucket], access.id != id else { return nil }
            state.buckets[bucket] = nil
            return access.id
        }
        guard let old else { return }
        for setting in BucketSetting.allCases {
            // What stays behind is removed when the server starts again.
            try? await store.setDocument(setting.path(bucket, old), nil, expected: .anything)
        }
    }

    /// - Throws: `conflict` while another change of the bucket is under way.
    private func begin(_ bucket: BucketName) throws(StoreError) {
        guard state.withLock({ $0.changing.insert(bucket).inserted }) else { throw StoreError(.conflict) }
    }

    private func end(_ bucket: BucketName) {
        _ = state.withLock { $0.changing.remove(bucket) }
    }

    private func change(_ setting: BucketSetting, of name: BucketName, to bytes: [UInt8]?) async throws(StoreError) {
        try begin(name)
        defer { end(name) }
        // Looked up here: while this lasts the bucket is not deleted.
        let bucket = try await store.bucket(name)
        do throws(StoreError) {
            try await store.setDocument(setting.path(name, bucket.id), bytes, expected: .anything)
        } catch {
            await reload(setting, of: bucket)
            throw error
        }
        update(bucket) { $0.take(setting, bytes, of: name, account: account) }
    }

    /// After a change whose outcome is not known.
    private func reload(_ setting: BucketSetting, of bucket: BucketInfo) async {
        do throws(StoreError) {
            let bytes = try await store.document(setting.path(bucket.name, bucket.id))?.bytes
            update(bucket) { $0.take(setting, bytes, of: bucket.name, account: account) }
        } catch {
            update(bucket) { $0.unreadable.insert(setting) }
        }
    }

    private func update(_ bucket: BucketInfo, _ body: (inout BucketAccess) -> Void) {
        state.withLock { state in
            var access = state.buckets[bucket.name] ?? BucketAccess(id: bucket.id)
            if access.id != bucket.id { access = BucketAccess(id: bucket.id) }
            body(&access)
            state.buckets[bucket.name] = access
        }
    }
}

// MARK: What is stored

/// A document of a bucket: `access/<id>/<bucket>/<setting>`.
enum BucketSetting: String, CaseIterable, Sendable {
    case policy
    case publicAccessBlock = "public-access-block"
    case ownership

    static let prefix = "access/"
    /// Stands for a setting that new buckets have and this one has no more.
    static let removed = "removed"

    func path(_ bucket: BucketName, _ id: BucketID) -> String {
        "\(Self.prefix)\(id.value)/\(bucket)/\(rawValue)"
    }

    struct Place {
        let bucket: BucketName
        let id: BucketID
        let setting: BucketSetting

        init?(path: String) {
            let parts = path.dropFirst(BucketSetting.prefix.count).split(separator: "/").map(String.init)
            guard path.hasPrefix(BucketSetting.prefix), parts.count == 3, let id = UInt64(parts[0]),
                let bucket = try? BucketName(parts[1]), let setting = BucketSetting(rawValue: parts[2])
            else { return nil }
            (self.bucket, self.id, self.setting) = (bucket, BucketID(id), setting)
        }
    }
}

extension BucketAccess {
    /// - Parameter bytes: of the document; nil when there is none.
    fileprivate mutating func take(_ setting: BucketSetting, _ bytes: [UInt8]?, of bucket: BucketName, account: String)
    {
        let text = bytes.map { String(decoding: $0, as: UTF8.self) }
        unreadable.remove(setting)
        switch (setting, text) {
        case (.policy, nil): policy = nil
        case (.policy, _):
            policy = bytes.flatMap { try? BucketPolicy($0, of: bucket, account: account) }
            if policy == nil { unreadable.insert(.policy) }
        case (.publicAccessBlock, nil): publicAccessBlock = .all
        case (.publicAccessBlock, BucketSetting.removed?): publicAccessBlock = nil
        case (.publicAccessBlock, let text?):
            publicAccessBlock = PublicAccessBlock(text: text)
            if publicAccessBlock == nil { unreadable.insert(.publicAccessBlock) }
        case (.ownership, nil), (.ownership, ObjectOwnership.bucketOwnerEnforced.rawValue?):
            ownership = .bucketOwnerEnforced
        case (.ownership, _): ownership = nil
        }
    }
}

extension ObjectStore {
    fileprivate func isPresent(_ bucket: BucketName, _ id: BucketID) async throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try await self.bucket(bucket).id == id
        } catch {
            guard error.code == .noSuchBucket else { throw error }
            return false
        }
    }
}
