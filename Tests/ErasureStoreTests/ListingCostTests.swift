import MetadataIndex
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Testing

@testable import ErasureStore
@testable import Simulator

/// Must show 8: a page costs what it holds, however many keys there are.
@Suite struct ListingCostTests {
    private static let keyCount = 100_000
    private static let pageSize = 1000

    @Test(arguments: [1, 2])
    func `a page of 100,000 keys reads the page size + 10 rows of each set at most`(_ setCount: Int) throws {
        let world = SimulatedWorld(seed: 8, driveCount: setCount)
        let request = DeploymentRequest(pools: [world.paths], parity: 0, setSize: 1)
        let bucket = try BucketName("bucket")
        try world.scheduler.run {
            let store = try await world.start(request)
            _ = try await store.createBucket(bucket, region: "")
            _ = try await store.put(
                PutRequest(bucket: bucket, key: try ObjectKey("folder0/key0"), length: 0),
                body: BytesBody(SeededContent(seed: 0, size: 0)))
        }
        world.crash()
        try multiplyTheKey(world, setCount)
        try world.scheduler.run {
            let store = try await world.start(request)
            let plain = try await walk(store, bucket, ListQuery(limit: Self.pageSize), setCount)
            #expect(plain == Self.keyCount)
            let folders = try await walk(
                store, bucket, ListQuery(delimiter: Array("/".utf8), limit: Self.pageSize), setCount)
            #expect(folders == 100)
            let few = try await walk(store, bucket, ListQuery(delimiter: Array("/".utf8), limit: 7), setCount)
            #expect(few == 100)
            let inside = try await walk(
                store, bucket,
                ListQuery(prefix: Array("folder7/".utf8), delimiter: Array("/".utf8), limit: Self.pageSize), setCount)
            #expect(inside == 1000)
        }
    }

    /// Makes of one key a hundred folders of a thousand, each in its set: by a PUT each they would take a minute.
    private func multiplyTheKey(_ world: SimulatedWorld, _ setCount: Int) throws {
        var contents = (0..<setCount).map { world.index($0).durable }
        guard let row = contents.lazy.flatMap({ $0[.heads].all }).first else { throw Violation("no head") }
        let bucket = try HeadKey(parsing: row.key).bucket
        for number in 0..<Self.keyCount {
            let key = try ObjectKey("folder\(number / 1000)/key\(number % 1000)")
            let set = Placement.setIndex(BucketID(bucket), key, setCount: setCount)
            contents[set][.heads].put(HeadKey(bucket: bucket, key: key.bytes).bytes, row.value)
        }
        for set in 0..<setCount { world.index(set).replaceContents(contents[set]) }
    }

    /// Lists page after page, and answers how many entries there were.
    private func walk(
        _ store: ErasureStore, _ bucket: BucketName, _ query: ListQuery, _ setCount: Int
    ) async throws -> Int {
        var query = query
        var count = 0
        while true {
            let before = store.rowsRead.value
            let page = try await store.list(bucket, query)
            #expect(store.rowsRead.value - before <= (query.limit + 10) * setCount)
            count += page.entries.count
            guard page.isTruncated, let last = page.entries.last else { return count }
            switch last {
            case .item(let info): query.after = info.key.bytes
            case .commonPrefix(let prefix): query.after = prefix
            }
        }
    }
}
