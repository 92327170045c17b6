import NIOCore
import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    static let copies: [ContractBehaviour] = [
        ContractBehaviour("A copy has the source's bytes, seal and metadata, and outlives the source") { store in
            try await store.makeBucket()
            try await store.makeBucket(.named("other"))
            let metadata = ObjectMetadata(user: [.init(name: "a", value: "b")])
            for size: UInt64 in [0, 10, 100_000, 3 << 20] {
                let content = SeededContent(seed: size, size: size)
                let request = PutRequest(bucket: .bucket, key: .named("from"), metadata: metadata, length: size)
                let put = try await store.put(request, body: BytesBody(content))
                for target in [BucketName.bucket, .named("other")] {
                    let copy = CopyRequest(bucket: target, key: .named("to"), metadata: nil)
                    let info = try await store.copy(store.object("from"), to: copy)
                    #expect(info.key == .named("to"))
                    #expect(info.seal == put.seal)
                    #expect(info.metadata == metadata)
                    #expect(info.size == size)
                    #expect(try await store.object("to", in: target).info == info)
                }
                try await store.delete(.bucket, .named("from"), precondition: .none)
                #expect(try await store.bytes(of: "to") == content.allBytes())
                #expect(try await store.bytes(of: "to", in: .named("other")) == content.allBytes())
            }
        },
        ContractBehaviour("A copy with new metadata has none of the source's") { store in
            try await store.makeBucket()
            try await store.put("from", "x", metadata: ObjectMetadata(user: [.init(name: "a", value: "b")]))
            let metadata = ObjectMetadata(headers: [.init(name: "content-type", value: "image/png")])
            let request = CopyRequest(bucket: .bucket, key: .named("to"), metadata: metadata)
            _ = try await store.copy(store.object("from"), to: request)
            #expect(try await store.object("to").info.metadata == metadata)
        },
        ContractBehaviour("An object copied onto itself keeps its bytes and takes new metadata") { store in
            try await store.makeBucket()
            for size: UInt64 in [10, 1 << 20] {
                let content = SeededContent(seed: size, size: size)
                try await store.put("key", content)
                let metadata = ObjectMetadata(user: [.init(name: "size", value: "\(size)")])
                for _ in 0..<3 {
                    let request = CopyRequest(bucket: .bucket, key: .named("key"), metadata: metadata)
                    _ = try await store.copy(store.object("key"), to: request)
                }
                #expect(try await store.object("key").info.metadata == metadata)
                #expect(try await store.bytes(of: "key") == content.allBytes())
                #expect(try await store.usage(of: .bucket) == BucketUsage(objects: 1, bytes: size))
            }
        },
        ContractBehaviour("A copy of a multipart object has its parts") { store in
            try await store.makeBucket()
            let contents = [SeededContent(seed: 1, size: 600_000), SeededContent(seed: 2, size: 5)]
            let upload = try await store.startUpload(of: "from")
            for (index, content) in contents.enumerated() { try await store.putPart(index + 1, content, of: upload) }
            let whole = try await store.complete(upload, [1, 2])
            let request = CopyRequest(bucket: .bucket, key: .named("to"), metadata: nil)
            let info = try await store.copy(store.object("from"), to: request)
            try await store.delete(.bucket, .named("from"), precondition: .none)
            #expect(info.seal == whole.seal)
            let copy = try await store.object("to")
            for range in [0..<600_005, 599_999..<600_003] as [Range<UInt64>] {
                var expected = contents[0].bytes(in: range.clamped(to: 0..<600_000))
                var tail = contents[1].bytes(in: 0..<(range.upperBound - 600_000))
                expected.writeBuffer(&tail)
                #expect(try await copy.read(range).collect() == expected)
            }
        },
        ContractBehaviour("A source that went away gives sourceChanged or its old bytes, never anything else") {
            store in
            try await store.makeBucket()
            for (size, overwrite) in [(10, true), (10, false), (2 << 20, true), (2 << 20, false)] as [(UInt64, Bool)] {
                let content = SeededContent(seed: size, size: size)
                try await store.put("from", content)
                let source = try await store.object("from")
                try await store.delete(.bucket, .named("from"), precondition: .none)
                if overwrite { try await store.put("from", "another") }
                let request = CopyRequest(bucket: .bucket, key: .named("to"), metadata: nil)
                do {
                    _ = try await store.copy(source, to: request)
                    #expect(try await store.bytes(of: "to") == content.allBytes())
                    try await store.delete(.bucket, .named("to"), precondition: .none)
                } catch let error as StoreError {
                    #expect(error.code == .sourceChanged)
                    await expectRefusal(.noSuchKey) { try await store.object("to") }
                }
            }
        },
        ContractBehaviour("A copy into an unknown bucket changes nothing") { store in
            try await store.makeBucket()
            try await store.put("from", "x")
            let request = CopyRequest(bucket: .named("unknown"), key: .named("to"), metadata: nil)
            let source = try await store.object("from")
            await expectRefusal(.noSuchBucket) { try await store.copy(source, to: request) }
        },
    ]
}
