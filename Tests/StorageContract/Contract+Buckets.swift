import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    static let buckets: [ContractBehaviour] = [
        ContractBehaviour("A created bucket is found with its facts, and an unknown one is not") { store in
            let made = try await store.createBucket(.bucket, region: "eu-north-1")
            #expect(made.name == .bucket)
            #expect(made.region == "eu-north-1")
            #expect(try await store.bucket(.bucket) == made)
            await expectRefusal(.noSuchBucket) { try await store.bucket(.named("unknown")) }
        },
        ContractBehaviour("A bucket is created once, and the second attempt changes nothing") { store in
            let made = try await store.createBucket(.bucket, region: "a")
            await expectRefusal(.bucketExists) { try await store.createBucket(.bucket, region: "b") }
            #expect(try await store.bucket(.bucket) == made)
        },
        ContractBehaviour("A bucket is deleted only when it holds no object") { store in
            try await store.makeBucket()
            try await store.put("key", "value")
            await expectRefusal(.bucketNotEmpty) { try await store.deleteBucket(.bucket) }
            try await store.delete(.bucket, .named("key"), precondition: .none)
            try await store.deleteBucket(.bucket)
            await expectRefusal(.noSuchBucket) { try await store.bucket(.bucket) }
            await expectRefusal(.noSuchBucket) { try await store.deleteBucket(.bucket) }
        },
        ContractBehaviour("A bucket's successor has another identity and shows nothing of it") { store in
            let first = try await store.createBucket(.bucket, region: "")
            let upload = try await store.startUpload(of: "key")
            try await store.putPart(1, SeededContent(seed: 1, size: 10), of: upload)
            try await store.deleteBucket(.bucket)
            let second = try await store.createBucket(.bucket, region: "")
            #expect(second.id != first.id)
            #expect(try await store.keys().isEmpty)
            await expectRefusal(.noSuchUpload) { try await store.upload(.bucket, upload.key, upload.id) }
            await expectRefusal(.noSuchUpload) { try await store.complete(upload, [1]) }
        },
        ContractBehaviour("Every operation on an unknown bucket says so") { store in
            await expectRefusal(.noSuchBucket) { try await store.put("key", "value") }
            await expectRefusal(.noSuchBucket) { try await store.object("key") }
            await expectRefusal(.noSuchBucket) { try await store.list(.bucket, ListQuery(limit: 1)) }
            await expectRefusal(.noSuchBucket) { try await store.startUpload(of: "key") }
            await expectRefusal(.noSuchBucket) { try await store.usage(of: .bucket) }
            await expectRefusal(.noSuchBucket) {
                try await store.delete(.bucket, .named("key"), precondition: .none)
            }
            await expectRefusal(.noSuchBucket) {
                try await store.listUploads(.bucket, ListQuery(limit: 1), afterUpload: nil)
            }
        },
        ContractBehaviour("Buckets are listed by name, in pages, by prefix") { store in
            for name in ["beta", "alpha.2", "alpha-1", "alpha", "gamma"] { try await store.makeBucket(.named(name)) }
            #expect(try await bucketNames(store, limit: 10) == [["alpha", "alpha-1", "alpha.2", "beta", "gamma"]])
            #expect(try await bucketNames(store, limit: 2) == [["alpha", "alpha-1"], ["alpha.2", "beta"], ["gamma"]])
            #expect(try await bucketNames(store, limit: 5) == [["alpha", "alpha-1", "alpha.2", "beta", "gamma"]])
            #expect(try await bucketNames(store, prefix: "alpha", limit: 2) == [["alpha", "alpha-1"], ["alpha.2"]])
            #expect(try await bucketNames(store, prefix: "delta", limit: 2) == [[]])
            let page = try await store.listBuckets(prefix: "", after: "alpha-0", limit: 2)
            #expect(page.buckets.map(\.name.text) == ["alpha-1", "alpha.2"])
        },
        ContractBehaviour("Usage counts objects and bytes exactly, through every kind of change") { store in
            try await store.makeBucket()
            #expect(try await store.usage(of: .bucket) == BucketUsage())
            try await store.put("a", SeededContent(seed: 1, size: 1000))
            try await store.put("b", SeededContent(seed: 2, size: 0))
            #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 2, bytes: 1000))
            try await store.put("a", SeededContent(seed: 3, size: 400_000))
            #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 2, bytes: 400_000))
            let request = CopyRequest(bucket: .bucket, key: .named("c"), metadata: nil)
            _ = try await store.copy(store.object("a"), to: request)
            #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 3, bytes: 800_000))
            let upload = try await store.startUpload(of: "b")
            try await store.putPart(1, SeededContent(seed: 4, size: 50), of: upload)
            try await store.putPart(2, SeededContent(seed: 5, size: 7), of: upload)
            #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 3, bytes: 800_000))
            try await store.complete(upload, [1, 2])
            #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 3, bytes: 800_057))
            for key in ["a", "a", "b", "missing"] {
                try await store.delete(.bucket, .named(key), precondition: .none)
            }
            #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 1, bytes: 400_000))
        },
    ]
}

private func bucketNames(
    _ store: ContractBehaviour.Store, prefix: String = "", limit: Int
) async throws -> [[String]] {
    var pages: [[String]] = []
    var after = ""
    while true {
        let page = try await store.listBuckets(prefix: prefix, after: after, limit: limit)
        pages.append(page.buckets.map(\.name.text))
        guard page.isTruncated, let last = page.buckets.last, pages.count < 100 else { return pages }
        after = last.name.text
    }
}
