import NIOCore
import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    /// Around the limits of inline payloads, units, stripes and parts.
    static let sizes: [UInt64] = [
        0, 1, 2, 4095, 4096,
        (16 << 10) - 1, 16 << 10, (16 << 10) + 1,
        (128 << 10) - 1, 128 << 10, (128 << 10) + 1,
        (256 << 10) - 1, 256 << 10, (256 << 10) + 1,
        (512 << 10) + 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) + 12_345, 5 << 20,
    ]

    static let oddKeys: [String] = [
        "a", "a/", "a/b", "a//b", "/", "//", "/a", ".", "..", "a/../b", "a/./b", " ", "a b", "a\u{0}b", "\u{0}",
        "\u{1}", "a\u{7F}", "a\tb\nc\rd", "\u{E9}", "e\u{301}", "日本語/🦜", "\u{FFFF}", "\u{10FFFF}", "%2F", "a+b",
        "a%20b",
        "?query", "#fragment", "a\\b", "\"quoted\"", "<xml>&amp;", "CON", "a*b",
        String(repeating: "k", count: 1024), String(repeating: "d/", count: 512), String(repeating: "é", count: 512),
    ]

    static let contents: [ContractBehaviour] = sizes.map { size in
        ContractBehaviour("An object of \(size) bytes is read back, whole and in ranges") { store in
            try await store.makeBucket()
            let content = SeededContent(seed: size &+ 7, size: size)
            let put = try await store.put("key", content)
            #expect(put.size == size)
            #expect(put.etag == content.etag)
            let object = try await store.object("key")
            #expect(object.info == put)
            #expect(try await object.read(0..<size).collect() == content.allBytes())
            for range in interestingRanges(of: size) {
                #expect(try await object.read(range).collect() == content.bytes(in: range), "\(range)")
            }
        }
    }

    static let objects: [ContractBehaviour] = [
        ContractBehaviour("A body without a promised length is taken to its end") { store in
            try await store.makeBucket()
            for size: UInt64 in [0, 1, 300_000, 3 << 20] {
                let content = SeededContent(seed: size, size: size)
                let request = PutRequest(bucket: .bucket, key: .named("key"), length: nil)
                let info = try await store.put(request, body: BytesBody(content, chunkByteCount: 100_003))
                #expect(info.size == size)
                #expect(try await store.bytes(of: "key") == content.allBytes())
            }
        },
        ContractBehaviour("Bodies cut into single bytes are put together again") { store in
            try await store.makeBucket()
            let content = SeededContent(seed: 9, size: 5000)
            let request = PutRequest(bucket: .bucket, key: .named("key"), length: 5000)
            _ = try await store.put(request, body: BytesBody(content, chunkByteCount: 1))
            #expect(try await store.bytes(of: "key") == content.allBytes())
        },
        ContractBehaviour("Every key that S3 allows is a key of its own") { store in
            try await store.makeBucket()
            for (index, key) in oddKeys.enumerated() { try await store.put(key, "value \(index)") }
            for (index, key) in oddKeys.enumerated() {
                #expect(try await store.text(of: key) == "value \(index)", "\(key)")
                #expect(try await store.object(key).info.key.bytes == Array(key.utf8))
            }
            let listed = try await store.list(.bucket, ListQuery(limit: 1000)).entries.map { Array($0.name.utf8) }
            #expect(listed == oddKeys.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) })
            for key in oddKeys {
                #expect(try await store.delete(.bucket, .named(key), precondition: .none), "\(key)")
            }
            try await store.deleteBucket(.bucket)
        },
        ContractBehaviour("Metadata, tag and checksums come back unchanged, in lookups and listings") { store in
            try await store.makeBucket()
            let metadata = ObjectMetadata(
                headers: [.init(name: "content-type", value: "text/csv"), .init(name: "cache-control", value: "")],
                user: [
                    .init(name: "ic_client", value: "å, ä"), .init(name: "a", value: ""), .init(name: "B", value: "=?"),
                ])
            let seal = ContentSeal(
                etag: ETag("0123456789abcdef0123456789abcdef"),
                checksums: [
                    Checksum(algorithm: .crc32, bytes: [1, 2, 3, 4]),
                    Checksum(algorithm: .sha256, type: .composite, bytes: Array(0..<32)),
                ])
            let put = try await store.put(
                PutRequest(bucket: .bucket, key: .named("key"), metadata: metadata, length: 5),
                body: BytesBody("12345", seal: seal))
            #expect(put.metadata == metadata)
            #expect(put.seal == seal)
            #expect(put.partCount == nil)
            #expect(try await store.object("key").info == put)
            guard case .item(let listed) = try await store.list(.bucket, ListQuery(limit: 1)).entries.first else {
                Issue.record("nothing listed")
                return
            }
            #expect(listed.seal == seal)
            #expect(listed.size == 5)
            #expect(listed.modified == put.modified)
        },
        ContractBehaviour("An overwrite replaces bytes and metadata") { store in
            try await store.makeBucket()
            let old = ObjectMetadata(user: [.init(name: "old", value: "1")])
            try await store.put("key", "old value", metadata: old)
            let put = try await store.put("key", "new")
            #expect(try await store.text(of: "key") == "new")
            #expect(try await store.object("key").info == put)
            #expect(put.metadata == ObjectMetadata())
            #expect(try await store.keys() == ["key"])
        },
        ContractBehaviour("Deleting answers whether there was an object, and deletes only it") { store in
            try await store.makeBucket()
            for key in ["a", "a/", "a/b"] { try await store.put(key, key) }
            #expect(try await store.delete(.bucket, .named("a/"), precondition: .none))
            #expect(try await !store.delete(.bucket, .named("a/"), precondition: .none))
            await expectRefusal(.noSuchKey) { try await store.object("a/") }
            #expect(try await store.keys() == ["a", "a/b"])
            #expect(try await store.text(of: "a/b") == "a/b")
        },
        ContractBehaviour("Who looked an object up reads all of it, though it is overwritten and deleted") { store in
            try await store.makeBucket()
            for size: UInt64 in [100, 20_000, 3 << 20] {
                let old = SeededContent(seed: size, size: size)
                try await store.put("key", old)
                let object = try await store.object("key")
                let stream = object.read(0..<size)
                var read = try #require(try await stream.next())
                try await store.put("key", SeededContent(seed: size + 1, size: size))
                try await store.delete(.bucket, .named("key"), precondition: .none)
                var rest = try await stream.collect()
                read.writeBuffer(&rest)
                #expect(read == old.allBytes())
                #expect(try await object.read((size / 2)..<size).collect() == old.bytes(in: (size / 2)..<size))
            }
        },
        ContractBehaviour("A body that fails leaves what was there, and its error comes back as the cause") { store in
            try await store.makeBucket()
            try await store.put("there", "old")
            for size: UInt64 in [10, 20_000, 1 << 20] {
                let content = SeededContent(seed: 1, size: size)
                for fault in [BytesBody.Fault.afterBytes(0), .afterBytes(size / 2), .inSeal] {
                    for (key, length) in [("there", size), ("missing", nil)] {
                        let request = PutRequest(bucket: .bucket, key: .named(key), length: length)
                        let error = await expectRefusal(.bodyFailed) {
                            try await store.put(request, body: BytesBody(content, fault: fault))
                        }
                        #expect(error?.cause is BodyFailure)
                    }
                }
            }
            #expect(try await store.text(of: "there") == "old")
            #expect(try await store.keys() == ["there"])
        },
        ContractBehaviour("A body of another length than promised changes nothing") { store in
            try await store.makeBucket()
            for (size, promised) in [(10, 11), (10, 9), (0, 1), (1, 0), (300_000, 300_001), (300_000, 10)] {
                let request = PutRequest(bucket: .bucket, key: .named("key"), length: UInt64(promised))
                await expectRefusal(.lengthMismatch) {
                    try await store.put(request, body: BytesBody(SeededContent(seed: 1, size: UInt64(size))))
                }
            }
            #expect(try await store.keys().isEmpty)
        },
    ]

    private static func interestingRanges(of size: UInt64) -> [Range<UInt64>] {
        guard size > 0 else { return [0..<0] }
        var edges: Set<UInt64> = [0, 1, size / 3, size / 2, size - 1, size]
        for edge: UInt64 in [64 << 10, 256 << 10, 1 << 20] where edge < size {
            edges.formUnion([edge - 1, edge, edge + 1])
        }
        let sorted = edges.sorted()
        let neighbours = zip(sorted, sorted.dropFirst()).map { $0..<$1 }
        return neighbours + [0..<size, (size - 1)..<size, (size / 3)..<(size - size / 4)]
    }
}
