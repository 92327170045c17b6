import Logging
import MetadataIndex
import StorageAPI

/// Empties a pool while it is to be: object by object, giving way to clients. Nothing of its way has to be remembered:
/// what was moved is not there any more.
struct Drain: Sendable {
    let store: ErasureStore
    let pool: Pool

    private static let roundMilliseconds: UInt64 = 1000
    private static let rowsPerPage = 128
    /// Moved side by side: as many objects, or as many bytes.
    private static let objectsAtOnce = 8
    private static let bytesAtOnce: UInt64 = 8 << 20

    private var clock: any StoreClock { store.environment.clock }
    private var progress: DrainProgress { pool.drain }

    /// Until the store is closed.
    func run() async {
        while !store.isClosing {
            await clock.sleep(milliseconds: Self.roundMilliseconds)
            guard pool.isJoined, pool.phase == .draining else { continue }
            do throws(StoreError) {
                try await round()
            } catch {
                note(error.message)
            }
        }
    }

    private func note(_ reason: String) {
        guard progress.value.reason != reason else { return }
        progress.update { $0.reason = reason }
        guard !reason.isEmpty else { return }
        store.environment.logger.warning("a drain waits", metadata: ["pool": "\(pool.name)", "reason": "\(reason)"])
    }

    private func round() async throws(StoreError) {
        try await count()
        var stuck = 0
        for set in pool.sets {
            stuck += try await moveObjects(of: set)
            try await moveUploads(of: set)
        }
        progress.update { $0.stuck = stuck }
        try await count()
        guard stuck == 0 else {
            return note("\(stuck) objects can not be read: `magstore scrub damaged` lists what is beyond repair")
        }
        note("")
        guard !store.isClosing, progress.value.remaining == DrainProgress.Moved() else { return }
        try await finish()
    }

    /// What there is left, as the sets count it.
    private func count() async throws(StoreError) {
        let (remaining, uploads) = try await store.contents(of: pool)
        progress.update { state in
            state.remaining = remaining
            state.uploads = uploads
        }
    }

    // MARK: Moving

    /// One walk over the objects of a set. Answers how many could not be moved.
    private func moveObjects(of set: ErasureSet) async throws(StoreError) -> Int {
        let mover = Mover(store: store, source: set)
        var pacer = Pacer(activity: set.activity, clock: clock)
        var after: [UInt8]?
        var stuck = 0
        while !store.isClosing, pool.phase == .draining {
            let page = try await page(of: set, after: after)
            guard let last = page.last else { return stuck }
            after = last.key.bytes
            var rest = page[...]
            while !rest.isEmpty, !store.isClosing, pool.phase == .draining {
                var (count, bytes): (Int, UInt64) = (0, 0)
                while count < min(Self.objectsAtOnce, rest.count), count == 0 || bytes < Self.bytesAtOnce {
                    bytes += rest[rest.startIndex + count].size
                    count += 1
                }
                let began = clock.uptimeMilliseconds()
                stuck += try await move(rest.prefix(count).map(\.key), mover)
                rest.removeFirst(count)
                await pacer.giveWay(since: began)
            }
            try await self.count()
        }
        return stuck
    }

    private func page(of set: ErasureSet, after: [UInt8]?) async throws(StoreError) -> [(key: HeadKey, size: UInt64)] {
        let lower = after.map { $0 + [0] } ?? []
        return try await store.board.view(ofSet: set.index).read { snapshot in
            let cursor = try snapshot.cursor(.heads, from: lower, to: nil)
            var page: [(key: HeadKey, size: UInt64)] = []
            while page.count < Self.rowsPerPage, let row = try cursor.next() {
                page.append((try HeadKey(parsing: row.key), try HeadRecord(decoding: row.value).size))
            }
            return page
        }
    }

    /// Answers how many can not be read. Anything else that fails ends the walk: it would fail for the next ones, too.
    private func move(_ keys: [HeadKey], _ mover: Mover) async throws(StoreError) -> Int {
        let results = await withTaskGroup { group in
            for key in keys {
                group.addTask { () -> Result<UInt64?, StoreError> in
                    do throws(StoreError) {
                        return .success(try await mover.move(key))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: [Result<UInt64?, StoreError>]()) { $0.append($1) }
        }
        var (stuck, failure): (Int, StoreError?) = (0, nil)
        for result in results {
            switch result {
            case .success(let size?): progress.moved(size, now: clock.uptimeMilliseconds())
            case .success(nil): break
            case .failure(let error) where Self.isUnreadable(error): stuck += 1
            case .failure(let error): failure = error
            }
        }
        if let failure { throw failure }
        return stuck
    }

    /// The writer says that its body failed; the reader behind it says why.
    private static func isUnreadable(_ error: StoreError) -> Bool {
        error.code == .unreadable || (error.cause as? StoreError)?.code == .unreadable
    }

    private func moveUploads(of set: ErasureSet) async throws(StoreError) {
        let places = try await store.board.view(ofSet: set.index).read { snapshot in
            let cursor = try snapshot.cursor(.uploads, from: [], to: nil)
            var places: [UploadPlace] = []
            while places.count < Self.rowsPerPage, let row = try cursor.next() {
                let key = try UploadKey(parsing: row.key)
                places.append(
                    UploadPlace(
                        bucket: BucketID(key.bucket), key: ObjectKey(trusted: key.key), id: UploadID(key.upload)))
            }
            return places
        }
        let mover = Mover(store: store, source: set)
        for place in places where !store.isClosing && pool.phase == .draining { _ = try await mover.move(place) }
    }

    // MARK: The end

    /// Nothing is left: hands over what the whole store keeps here, and says that the pool may go.
    private func finish() async throws(StoreError) {
        guard try await store.contents(of: pool).uploads == 0 else { return }
        if let home = store.knownHome, pool.sets.contains(where: { $0 === home }) {
            try await store.handOverDocuments(from: home)
        }
        do throws(StoreError) {
            try await store.changePools { (record) throws(StoreError) in
                guard pool.phase == .draining else { throw StoreError(.conflict, "the pool is kept") }
                // From here on nothing new comes: what is on its way to the pool is to be tried again, elsewhere.
                for set in pool.sets { set.committer.isSealed = true }
                for set in pool.sets where try await !set.committer.commit(CheckPoolEmpty()) {
                    throw StoreError(.conflict, "something came into the pool meanwhile")
                }
                record.set(.drained, of: pool.number)
            }
        } catch {
            guard error.code == .conflict else { throw error }
            for set in pool.sets { set.committer.isSealed = false }
            return
        }
        store.environment.logger.notice("pool is empty", metadata: ["pool": "\(pool.name)"])
    }
}

extension ErasureStore {
    /// Objects, their bytes and uploads of a pool, all sets and buckets together.
    func contents(of pool: Pool) async throws(StoreError) -> (objects: DrainProgress.Moved, uploads: Int) {
        var (sum, uploads) = (DrainProgress.Moved(), 0)
        for set in pool.sets {
            let (found, count) = try await board.view(ofSet: set.index).read { snapshot in
                let prefix = StateKey.usagePrefix
                let cursor = try snapshot.cursor(.state, from: prefix, to: upperBound(ofPrefix: prefix))
                var sum = DrainProgress.Moved()
                while let row = try cursor.next() {
                    let usage = try UsageRecord(decoding: row.value)
                    sum.objects += usage.objects + usage.shadows
                    sum.byteCount += usage.bytes
                }
                let rows = try snapshot.cursor(.uploads, from: [], to: nil)
                var count = 0
                while try rows.next() != nil { count += 1 }
                return (sum, count)
            }
            sum.objects += found.objects
            sum.byteCount += found.byteCount
            uploads += count
        }
        return (sum, uploads)
    }
}
