import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization

// Scenarios of many clients over several sets: who wins, what a listing shows, what is counted.

extension Trial {
    /// Starts once more: files that a drive was left with when it was out are the sweep's (rule 17).
    private func restartAndFinish(_ store: ErasureStore) throws {
        try settle(store)
        try close(store)
        crash()
        try finish(try start())
    }

    /// Now and then one of these slots fails a write.
    private func disturb(_ slots: [Int]) {
        guard !slots.isEmpty, choose(40) == 0 else { return }
        let drive = choose(shape.setCount) * shape.setSize + slots[choose(slots.count)]
        let effects: [InMemoryIndexMedium.WriteFault.Effect] = [.nothing, .written, .durable]
        world.index(drive).failNextWrites(.init(effects[choose(3)]))
    }

    /// As many slots as a set can do without and still write.
    private func spareSlots() -> [Int] {
        chooseSlots(shape.setSize - shape.writeFloor).sorted()
    }

    // MARK: 27

    /// 27: many conditional creates of one key, with evictions and a crash: one winner at most, and the same
    /// afterwards.
    func conditionalCreates() throws {
        var store = try create()
        let keys = (0..<4).map { "key\($0)" }
        let contents = (0..<64).map { _ in content([.empty, .tiny, .inline, .striped][choose(4)]) }
        let serving = store
        let creates = contents.enumerated().map { number, content in
            begin {
                _ = try await serving.put(
                    PutRequest(
                        bucket: bucket, key: try ObjectKey(keys[number % 4]),
                        precondition: Precondition(ifNoneMatch: .any), length: content.size),
                    body: BytesBody(content))
            }
        }
        let isCut = choose(3) > 0
        let length = choose(3000)
        let failing = spareSlots()
        var steps = 0
        while !creates.allSatisfy(\.isDone), !isCut || steps < length, world.scheduler.step() {
            steps += 1
            disturb(failing)
        }
        if isCut {
            crash()
            for drive in 0..<shape.driveCount { world.index(drive).clearWriteFaults() }
            // All of them: drives may have been out, and hiding others too would be more than the promise covers.
            store = try start()
        }
        for (number, key) in keys.enumerated() {
            let mine = stride(from: number, to: 64, by: 4)
            let winners = mine.filter { creates[$0].succeeded }
            guard winners.count <= 1 else { throw Violation("\(winners.count) created \(key)") }
            let undecided = mine.filter { !creates[$0].isDone || isUnknown(creates[$0]) }
            let possible = winners.isEmpty ? [nil] + undecided.map { contents[$0] } : winners.map { contents[$0] }
            let seen = try expect(store, key, oneOf: possible, "after 16 creates")
            // Nobody wins afterwards, when there is one.
            let after = store
            let late = content(.tiny)
            let again = try run { () -> Bool in
                let request = PutRequest(
                    bucket: bucket, key: try ObjectKey(key), precondition: Precondition(ifNoneMatch: .any),
                    length: late.size)
                return (try? await after.put(request, body: BytesBody(late))) != nil
            }
            guard again == (seen == nil) else {
                throw Violation("created again: \(again), there was \(String(describing: seen))")
            }
        }
        for drive in 0..<shape.driveCount { world.index(drive).clearWriteFaults() }
        crash()
        try restartAndFinish(try start())
    }

    private func isUnknown<Value>(_ pending: PendingResult<Value>) -> Bool {
        guard case .failure(let error as StoreError) = pending.result else { return false }
        return error.code == .outcomeUnknown
    }

    // MARK: 28

    /// 28: a bucket is deleted while objects, parts and completions arrive in all sets: nothing is in a deleted bucket.
    func deleteBucketAgainstWrites() throws {
        let store = try create()
        for round in 0..<6 {
            let name = try BucketName("round\(round)")
            let id = try run { try await store.createBucket(name, region: "").id }
            let upload = try run {
                let key = try ObjectKey("parts")
                let upload = try await store.createUpload(name, key, metadata: ObjectMetadata(), checksum: nil).id
                _ = try await store.putPart(
                    PartRequest(bucket: name, key: key, upload: upload, number: 1, length: 3), body: BytesBody("one"))
                return upload
            }
            let contents = (0..<6).map { _ in content([.tiny, .inline, .striped][choose(3)]) }
            var writes = contents.enumerated().map { number, content in
                begin {
                    _ = try await store.put(
                        PutRequest(bucket: name, key: try ObjectKey("key\(number)"), length: content.size),
                        body: BytesBody(content))
                }
            }
            writes.append(
                begin {
                    _ = try await store.completeUpload(
                        CompleteRequest(bucket: name, key: try ObjectKey("parts"), upload: upload, parts: [1])
                    ) { _, _ in ContentSeal(etag: ETag("parts")) }
                })
            let part = begin {
                _ = try await store.putPart(
                    PartRequest(bucket: name, key: try ObjectKey("parts"), upload: upload, number: 2, length: 3),
                    body: BytesBody("two"))
            }
            go(steps: choose(250))
            let removal = begin { try await store.deleteBucket(name) }
            guard go(milliseconds: 10_000, until: { removal.isDone && part.isDone && writes.allSatisfy(\.isDone) })
            else { throw Violation("no answer") }
            let written = writes.filter(\.succeeded).count
            if removal.succeeded, written > 0 { throw Violation("\(written) objects were put into a deleted bucket") }
            if !removal.succeeded, written == 0 {
                throw Violation("an empty bucket was not deleted: \(String(describing: removal.result))")
            }
            if removal.succeeded { try expectNothing(of: id) }
            for write in writes {
                guard case .failure(let error as StoreError) = write.result else { continue }
                guard [.noSuchBucket, .bucketClosing, .noSuchUpload].contains(error.code) else {
                    throw Violation("a write failed as \(error.code): \(error.message)")
                }
            }
        }
        crash()
        try restartAndFinish(try start())
    }

    private func expectNothing(of bucket: BucketID) throws {
        try sleep(milliseconds: 2500)
        let prefix = HeadKey.prefix(bucket: bucket.value)
        for drive in 0..<shape.driveCount {
            for family in [Family.heads, .uploads] {
                let rows = world.index(drive).durable[family].all.filter { $0.key.starts(with: prefix) }
                guard rows.isEmpty else { throw Violation("\(rows.count) rows of a deleted bucket in \(family)") }
            }
        }
    }

    // MARK: 29

    /// 29, what there is of it without quotas: sets count what they hold, and the sum is exact at every quiet moment.
    func countersOverSets() throws {
        var store = try create()
        let model = ClientModel()
        for round in 0..<4 {
            let scheduler = world.scheduler
            let clients = SimulatedClients(store: store, model: model, bucket: bucket, world: world)
            let serving = store
            let work = begin { await clients.run(clients: 4, operations: 6) { scheduler.random() } }
            let failing = spareSlots()
            while !work.isDone, world.scheduler.step() { disturb(failing) }
            for drive in 0..<shape.driveCount { world.index(drive).clearWriteFaults() }
            try settle(store)
            // What was undecided is decided by what is there.
            for (key, expectation) in model.all {
                model.acknowledge(
                    key, try expect(store, key.description, oneOf: expectation.possible, "round \(round)"))
            }
            let contents = model.all.compactMap { $0.1.acknowledged }
            let usage = try run { try await serving.usage(of: bucket) }
            let expected = BucketUsage(
                objects: UInt64(contents.count), bytes: contents.reduce(0) { $0 + $1.size })
            guard usage == expected else { throw Violation("I6: usage is \(usage), not \(expected)") }
            if round == 1 {
                crash()
                store = try start()
            }
        }
        try restartAndFinish(store)
    }

    // MARK: 31

    /// 31: what was answered before something else was begun is listed when that is; pages neither skip nor repeat.
    func listingsDuringWrites() throws {
        let store = try create()
        let standing = (0..<20).map { "standing\($0)" }
        let empty = content(.empty)
        try run { for key in standing { try await put(store, key, empty) } }
        // One after the other, anywhere in the order of keys.
        let sequence = (0..<60).map { "new\(choose(1000))-\($0)" }
        let written = Mutex(0)
        let writer = begin {
            for key in sequence {
                try await put(store, key, empty)
                written.withLock { $0 += 1 }
            }
        }
        while !writer.isDone {
            let before = written.withLock { $0 }
            let whole = begin { try await listed(store, limit: 1000) }
            let paged = begin { try await listed(store, limit: 1 + Int(seed % 7)) }
            go(milliseconds: 60_000) { whole.isDone && paged.isDone }
            guard let found = try whole.result?.get(), let pages = try paged.result?.get() else {
                throw Violation("no listing")
            }
            let there = sequence.prefix { found.contains($0) }.count
            guard sequence.filter({ found.contains($0) }).count == there else {
                throw Violation("a later write is listed and an earlier one is not")
            }
            guard there >= before else { throw Violation("\(before) writes were answered and \(there) are listed") }
            guard Set(pages).count == pages.count, pages == pages.sorted() else { throw Violation("pages repeat keys") }
            for key in standing + sequence.prefix(before) where !pages.contains(key) {
                throw Violation("pages skip \(key)")
            }
            go(steps: choose(200))
        }
        guard writer.succeeded else { throw Violation("a write failed: \(String(describing: writer.result))") }
        try restartAndFinish(store)
    }

    /// The keys of all pages.
    private func listed(_ store: ErasureStore, limit: Int) async throws -> [String] {
        var query = ListQuery(limit: limit)
        var keys: [String] = []
        while true {
            let page = try await store.list(bucket, query)
            for case .item(let info) in page.entries { keys.append(info.key.description) }
            guard page.isTruncated, case .item(let last)? = page.entries.last else { return keys }
            query.after = last.key.bytes
        }
    }

    // MARK: 32

    private static let oddKeys: [[UInt8]] = {
        let texts = [
            "a", "a/", "a//", "a//b", "a/b", "a/b/", "a/b/c", "a0", "/", "//", "/a", "é", "e\u{301}", "é/x",
            "e\u{301}/x",
            "\u{0}", "\u{0}\u{0}", "\u{0}\u{1}", "a\u{0}", "a\u{0}b", "a\u{0}\u{1}", "\u{FF}", "\u{FFFF}", "\u{10FFFF}",
            "\u{10FFFF}/", "\u{7F}", "日本", "日本/語", "日", "aab", "aaab", "xx--yy", "xx--", "xx-", "xx---",
        ]
        let long = [
            String(repeating: "k", count: 1024), String(repeating: "k", count: 1023),
            String(repeating: "/", count: 1024),
            String(repeating: "é", count: 512),
        ]
        return (texts + long).map { Array($0.utf8) }
    }()

    /// 32: keys are bytes: every one is its own object, and listings are those of a model that sorts bytes.
    func keysAreBytes() throws {
        let store = try create()
        let bucket = bucket
        let keys = Self.oddKeys
        try run {
            for (number, key) in keys.enumerated() {
                let content = SeededContent(seed: UInt64(number), size: UInt64(number * 97))
                _ = try await store.put(
                    PutRequest(bucket: bucket, key: try ObjectKey(key), length: content.size), body: BytesBody(content))
            }
            for (number, key) in keys.enumerated() {
                let object = try await store.object(bucket, try ObjectKey(key))
                let content = SeededContent(seed: UInt64(number), size: UInt64(number * 97))
                guard try await object.read(0..<object.info.size).collect() == content.allBytes() else {
                    throw Violation("the object of \(key) is that of another key")
                }
            }
        }
        let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
        let delimiters = ["", "/", "//", "a", "--", "-", "é", "\u{301}", "\u{0}", "語", "\u{10FFFF}"]
            .map { Array($0.utf8) }
        var queries: [ListQuery] = []
        for delimiter in delimiters {
            queries.append(ListQuery(delimiter: delimiter, limit: 1 + choose(5)))
            for _ in 0..<6 {
                let prefix = keys[choose(keys.count)]
                queries.append(
                    ListQuery(
                        prefix: Array(prefix.prefix(choose(prefix.count + 1))), delimiter: delimiter,
                        after: choose(3) == 0 ? keys[choose(keys.count)] : [], limit: 1 + choose(7)))
            }
        }
        let all = queries
        try run {
            for query in all { try await walk(store, query, like: sorted) }
        }
        try restartAndFinish(store)
    }

    /// Page after page, as the model says.
    private func walk(_ store: ErasureStore, _ first: ListQuery, like sorted: [[UInt8]]) async throws {
        var query = first
        for _ in 0..<200 {
            let expected = ListModel.page(ofKeys: sorted, query)
            let page = try await store.list(bucket, query)
            let entries = page.entries.map { entry -> ListEntry<[UInt8]> in
                switch entry {
                case .item(let info): .item(info.key.bytes)
                case .commonPrefix(let prefix): .commonPrefix(prefix)
                }
            }
            guard entries == expected.entries, page.isTruncated == expected.isTruncated else {
                throw Violation("\(query): \(entries), not \(expected.entries)")
            }
            guard page.isTruncated, let last = entries.last else { return }
            switch last {
            case .item(let key): query.after = key
            case .commonPrefix(let prefix): query.after = prefix
            }
        }
        throw Violation("no end of \(first)")
    }

    // MARK: 33

    /// 33, what there is of it without versions: a page costs what it holds, next to objects of many parts and after
    /// deletes.
    func pagesCostWhatTheyHold(partCount: Int, deleteCount: Int) throws {
        let store = try create()
        let (bucket, empty) = (bucket, content(.empty))
        try run {
            for number in 0..<10 {
                let key = try ObjectKey("parts\(number)")
                let upload = try await store.createUpload(bucket, key, metadata: ObjectMetadata(), checksum: nil).id
                for part in 1...partCount {
                    _ = try await store.putPart(
                        PartRequest(bucket: bucket, key: key, upload: upload, number: part, length: 1),
                        body: BytesBody("x"))
                }
                _ = try await store.completeUpload(
                    CompleteRequest(bucket: bucket, key: key, upload: upload, parts: Array(1...partCount))
                ) { _, _ in ContentSeal(etag: ETag("parts")) }
            }
            for number in 0..<deleteCount { try await put(store, "deleted\(number)", empty) }
            for number in 0..<deleteCount {
                _ = try await store.delete(bucket, try ObjectKey("deleted\(number)"), precondition: .none)
            }
            let before = store.rowsRead.value
            let page = try await store.list(bucket, ListQuery(limit: 1000))
            let read = store.rowsRead.value - before
            guard page.entries.count == 10, read <= 10 else {
                throw Violation("\(page.entries.count) entries cost \(read) rows")
            }
            let object = try await store.object(bucket, try ObjectKey("parts3"))
            guard object.info.partCount == partCount,
                try await object.parts(after: 0, limit: partCount + 1).count == partCount
            else { throw Violation("not all parts are there") }
        }
        for drive in 0..<shape.driveCount {
            for row in world.index(drive).durable[.heads].all where row.value.count > 500 {
                throw Violation("the row of an object has \(row.value.count) bytes")
            }
        }
        try restartAndFinish(store)
    }
}
