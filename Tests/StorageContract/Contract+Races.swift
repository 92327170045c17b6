import NIOCore
import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    static let races: [ContractBehaviour] = [
        ContractBehaviour("Of 64 conditional creates of one key exactly one wins") { store in
            try await store.makeBucket()
            for round in 0..<5 {
                let key = "key \(round)"
                let winners = try await countSuccesses(of: 64) { index in
                    try await store.put(key, "writer \(index)", if: Precondition(ifNoneMatch: .any))
                } refusals: {
                    [.preconditionFailed]
                }
                #expect(winners.count == 1)
                #expect(try await store.text(of: key) == "writer \(winners[0])")
            }
        },
        ContractBehaviour("A counter kept by compare-and-swap ends exact") { store in
            try await store.makeBucket()
            try await store.put("counter", "0")
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<10 { try await increment("counter", in: store) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.text(of: "counter") == "80")
        },
        ContractBehaviour("A precondition is decided when the body has ended, not when it begins") { store in
            try await store.makeBucket()
            let body = GatedBody(SeededContent(seed: 1, size: 400_000).allBytes())
            async let slow = store.put(
                PutRequest(
                    bucket: .bucket, key: .named("key"), precondition: Precondition(ifNoneMatch: .any),
                    length: 400_000), body: body)
            await body.reached.wait()
            // No lock is held while the slow client streams: this would otherwise never end.
            try await store.put("key", "faster", if: Precondition(ifNoneMatch: .any))
            body.proceed.open()
            do {
                _ = try await slow
                Issue.record("two conditional creates of one key succeeded")
            } catch let error as StoreError {
                #expect(error.code == .preconditionFailed)
            }
            #expect(try await store.text(of: "key") == "faster")
        },
        ContractBehaviour("Readers see whole objects while they are overwritten") { store in
            try await store.makeBucket()
            let versions = (1...6).map { SeededContent(seed: $0, size: 100_000 * $0) }
            try await store.put("key", versions[0])
            try await withThrowingTaskGroup { group in
                for version in versions {
                    group.addTask { for _ in 0..<4 { try await store.put("key", version) } }
                }
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<10 {
                            let object = try await store.object("key")
                            let read = try await object.read(0..<object.info.size).collect()
                            let version = versions.first { $0.etag == object.info.etag }
                            #expect(read == version?.allBytes())
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
        ContractBehaviour("A bucket deleted in a race with a write never loses an answered object") { store in
            for round in 0..<40 {
                let bucket = BucketName.named("race-\(round)")
                try await store.makeBucket(bucket)
                async let put = succeeds([.noSuchBucket, .bucketClosing]) {
                    try await store.put("key", "x", to: bucket)
                }
                async let deleted = succeeds([.bucketNotEmpty]) { try await store.deleteBucket(bucket) }
                let outcome = try await (put: put, deleted: deleted)
                #expect(!(outcome.put && outcome.deleted), "an answered object is gone")
                if outcome.put { #expect(try await store.text(of: "key", in: bucket) == "x") }
            }
        },
        ContractBehaviour("A bucket deleted in a race with Complete never loses an answered object") { store in
            for round in 0..<20 {
                let bucket = BucketName.named("race-\(round)")
                try await store.makeBucket(bucket)
                let upload = try await store.startUpload(of: "key", in: bucket)
                try await store.putPart(1, SeededContent(seed: 1, size: 3), of: upload, in: bucket)
                async let completed = succeeds([.noSuchBucket, .bucketClosing, .noSuchUpload]) {
                    try await store.complete(upload, [1], in: bucket)
                }
                async let deleted = succeeds([.bucketNotEmpty]) { try await store.deleteBucket(bucket) }
                let outcome = try await (completed: completed, deleted: deleted)
                #expect(!(outcome.completed && outcome.deleted), "an answered object is gone")
            }
        },
        ContractBehaviour("Of many creators of a bucket one makes it") { store in
            let winners = try await countSuccesses(of: 16) { _ in
                try await store.makeBucket()
            } refusals: {
                [.bucketExists]
            }
            #expect(winners.count == 1)
        },
        ContractBehaviour("Completes of one upload that race all get one answer") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            for number in 1...3 { try await store.putPart(number, SeededContent(seed: 1, size: 1000), of: upload) }
            let tags = try await withThrowingTaskGroup(of: ETag?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            return try await store.complete(upload, [1, 2, 3]).etag
                        } catch let error as StoreError where error.code == .conflict {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: Set<ETag>()) { tags, tag in if let tag { tags.insert(tag) } }
            }
            #expect(tags.count == 1)
            #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 1, bytes: 3000))
        },
        ContractBehaviour("A cancelled write leaves nothing visible behind") { store in
            try await store.makeBucket()
            let body = GatedBody(SeededContent(seed: 1, size: 400_000).allBytes())
            let request = PutRequest(bucket: .bucket, key: .named("key"), length: 400_000)
            await withTaskGroup { group in
                group.addTask {
                    await #expect(throws: StoreError.self) { try await store.put(request, body: body) }
                }
                await body.reached.wait()
                group.cancelAll()
                body.proceed.open()
            }
            #expect(try await store.keys().isEmpty)
        },
    ]

    private static func increment(_ key: String, in store: ContractBehaviour.Store) async throws {
        while true {
            let object = try await store.object(key)
            let value = Int(String(buffer: try await object.read(0..<object.info.size).collect())) ?? 0
            let precondition = Precondition(ifMatch: .oneOf([object.info.etag]))
            if try await succeeds([.preconditionFailed], { try await store.put(key, "\(value + 1)", if: precondition) })
            {
                return
            }
        }
    }

    /// The indices of the tasks that succeeded; the others failed in one of the expected ways.
    static func countSuccesses<Ignored: Sendable>(
        of count: Int, _ operation: @escaping @Sendable (Int) async throws -> Ignored,
        refusals: () -> Set<StoreError.Code>
    ) async throws -> [Int] {
        let expected = refusals()
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            for index in 0..<count {
                group.addTask { try await succeeds(expected) { try await operation(index) } ? index : nil }
            }
            return try await group.reduce(into: [Int]()) { winners, index in if let index { winners.append(index) } }
        }
    }

    /// False when `operation` was refused with one of `expected`; throws what else it throws.
    private static func succeeds<Ignored>(
        _ expected: Set<StoreError.Code>, _ operation: () async throws -> Ignored
    ) async throws -> Bool {
        do {
            _ = try await operation()
            return true
        } catch let error as StoreError where expected.contains(error.code) {
            return false
        }
    }
}
