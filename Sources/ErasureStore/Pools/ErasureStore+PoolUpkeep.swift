import Logging
import MetadataIndex
import StorageAPI

// What moves between pools leave behind when they are cut short.

extension ErasureStore {
    private static let decisionMilliseconds: UInt64 = 200
    private static let roundMilliseconds: UInt64 = 1000
    private static let shadowsPerRound = 256

    /// Keys whose last commit was answered with "unknown" are held until every set has decided what it was asked.
    func releaseDecidedKeys() async {
        while !isClosing {
            await environment.clock.sleep(milliseconds: Self.decisionMilliseconds)
            let keys = locks.takeUndecided()
            guard !keys.isEmpty else { continue }
            var isDecided = true
            for set in joinedPools.flatMap(\.sets) where isDecided {
                isDecided = (try? await set.committer.commit(Barrier())) != nil
            }
            for key in keys {
                if isDecided { locks.release(key) } else { locks.keep(key) }
            }
        }
    }

    /// Ends moves that a crash or a failure cut short.
    func settleShadows() async {
        var lookedAt: [Int: UInt64] = [:]
        while !isClosing {
            await environment.clock.sleep(milliseconds: Self.roundMilliseconds)
            for set in joinedPools.flatMap(\.sets) where set.isServing {
                // In a store of one pool nothing new comes.
                guard pools.count > 1 || lookedAt[set.index] != set.epoch else { continue }
                do throws(StoreError) {
                    let epoch = set.epoch
                    if try await settleShadows(of: set) { lookedAt[set.index] = epoch }
                } catch {
                    environment.logger.debug(
                        "a move is not ended yet", metadata: ["set": "\(set.name)", "error": "\(error.message)"])
                }
            }
        }
    }

    /// Answers whether that were all.
    func settleShadows(of set: ErasureSet) async throws(StoreError) -> Bool {
        let keys = try await board.view(ofSet: set.index).read { snapshot in
            let prefix = StateKey.shadowPrefix
            let cursor = try snapshot.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
            var keys: [HeadKey] = []
            while keys.count < Self.shadowsPerRound, let row = try cursor.next() {
                if case .shadow(let key) = try StateKey(parsing: row.key) { keys.append(key) }
            }
            return keys
        }
        for key in keys where !isClosing {
            try await deciding(BucketID(key.bucket), ObjectKey(trusted: key.key)) { (_) throws(StoreError) in }
        }
        let uploads = try await board.view(ofSet: set.index).read { snapshot in
            let prefix = StateKey.uploadShadowPrefix
            let cursor = try snapshot.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
            var uploads: [UploadKey] = []
            while uploads.count < Self.shadowsPerRound, let row = try cursor.next() {
                if case .uploadShadow(let key) = try StateKey(parsing: row.key) { uploads.append(key) }
            }
            return uploads
        }
        for key in uploads where !isClosing {
            try await settleUpload(
                UploadPlace(bucket: BucketID(key.bucket), key: ObjectKey(trusted: key.key), id: UploadID(key.upload)))
        }
        return keys.count < Self.shadowsPerRound && uploads.count < Self.shadowsPerRound
    }
}
