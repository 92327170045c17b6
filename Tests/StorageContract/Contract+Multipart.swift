import NIOCore
import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    static let multipart: [ContractBehaviour] = [
        ContractBehaviour("Parts of any size become one object, readable across their borders") { store in
            try await store.makeBucket()
            let contents: [PartNumber: SeededContent] = [
                1: SeededContent(seed: 1, size: 5 << 20), 2: SeededContent(seed: 2, size: 700_001),
                7: SeededContent(seed: 3, size: 0), 9: SeededContent(seed: 4, size: 1),
                10_000: SeededContent(seed: 5, size: 20_000),
            ]
            let metadata = ObjectMetadata(user: [.init(name: "a", value: "b")])
            let upload = try await store.createUpload(.bucket, .named("key"), metadata: metadata, checksum: nil)
            for (number, content) in contents { try await store.putPart(number, content, of: upload) }
            let numbers = contents.keys.sorted()
            let info = try await store.complete(upload, numbers)
            let expected = joined(numbers.map { contents[$0]! })
            #expect(info.size == UInt64(expected.readableBytes))
            #expect(info.partCount == 5)
            #expect(info.metadata == metadata)
            #expect(info.etag.text.hasSuffix("-5"))
            let object = try await store.object("key")
            #expect(object.info == info)
            #expect(try await store.bytes(of: "key") == expected)
            let border: UInt64 = 5 << 20
            for range in [(border - 1)..<(border + 1), 0..<1, (border + 700_000)..<(border + 700_003)] {
                let slice = expected.getSlice(at: Int(range.lowerBound), length: range.count)
                #expect(try await object.read(range).collect() == slice)
            }
        },
        ContractBehaviour("A completed object knows where its parts lie") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            let first = try await store.putPart(2, SeededContent(seed: 1, size: 300_000), of: upload)
            let second = try await store.putPart(3, SeededContent(seed: 2, size: 10), of: upload)
            try await store.complete(upload, [2, 3])
            let object = try await store.object("key")
            #expect(try await object.part(2) == StoredPart(info: first, range: 0..<300_000))
            #expect(try await object.part(3) == StoredPart(info: second, range: 300_000..<300_010))
            #expect(try await object.part(1) == nil)
            #expect(try await object.parts(after: 0, limit: 10).map(\.info) == [first, second])
            #expect(try await object.parts(after: 0, limit: 1).map(\.info) == [first])
            #expect(try await object.parts(after: 2, limit: 10).map(\.info) == [second])
            #expect(try await object.parts(after: 3, limit: 10).isEmpty)
            try await store.put("plain", "x")
            let plain = try await store.object("plain")
            #expect(try await plain.part(1) == nil)
            #expect(try await plain.parts(after: 0, limit: 10).isEmpty)
        },
        ContractBehaviour("A part sent again replaces the one before") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            try await store.putPart(1, SeededContent(seed: 1, size: 300_000), of: upload)
            let again = SeededContent(seed: 2, size: 40)
            try await store.putPart(1, again, of: upload)
            let parts = try await store.listParts(.bucket, upload.key, upload.id, after: 0, limit: 10).parts
            #expect(parts.map(\.seal.etag) == [again.etag])
            #expect(parts.map(\.size) == [40])
            try await store.complete(upload, [1])
            #expect(try await store.bytes(of: "key") == again.allBytes())
        },
        ContractBehaviour("Complete takes the parts that it names and drops the others") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            for number in 1...4 {
                try await store.putPart(number, SeededContent(seed: UInt64(number), size: 9), of: upload)
            }
            try await store.complete(upload, [2, 4])
            let expected = joined([SeededContent(seed: 2, size: 9), SeededContent(seed: 4, size: 9)])
            #expect(try await store.bytes(of: "key") == expected)
            await expectRefusal(.noSuchUpload) { try await store.upload(.bucket, upload.key, upload.id) }
        },
        ContractBehaviour("Nothing of an upload is seen before Complete") { store in
            try await store.makeBucket()
            try await store.put("key", "old")
            let upload = try await store.startUpload(of: "key")
            try await store.putPart(1, SeededContent(seed: 1, size: 10), of: upload)
            #expect(try await store.text(of: "key") == "old")
            #expect(try await store.keys() == ["key"])
        },
        ContractBehaviour("A part that is not there fails Complete and leaves the upload") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            try await store.putPart(1, SeededContent(seed: 1, size: 10), of: upload)
            await expectRefusal(.invalidPart) { try await store.complete(upload, [1, 2]) }
            await expectRefusal(.noSuchKey) { try await store.object("key") }
            try await store.complete(upload, [1])
        },
        ContractBehaviour("What assemble throws fails Complete and leaves the upload") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            let part = try await store.putPart(1, SeededContent(seed: 1, size: 10), of: upload)
            let request = CompleteRequest(bucket: .bucket, key: upload.key, upload: upload.id, parts: [1])
            let error = await expectRefusal(.bodyFailed) {
                try await store.completeUpload(request) { info, parts in
                    #expect(info == upload)
                    #expect(parts == [part])
                    throw BodyFailure("too small")
                }
            }
            #expect(error?.cause as? BodyFailure == BodyFailure("too small"))
            await expectRefusal(.noSuchKey) { try await store.object("key") }
            #expect(try await store.upload(.bucket, upload.key, upload.id) == upload)
        },
        ContractBehaviour("A repeated Complete gets the same answer, whatever became of the object") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            for number in 1...2 { try await store.putPart(number, SeededContent(seed: 1, size: 10), of: upload) }
            let first = try await store.complete(upload, [1, 2], if: Precondition(ifNoneMatch: .any))
            let again = try await store.complete(upload, [1, 2], if: Precondition(ifNoneMatch: .any))
            #expect(again == first)
            await expectRefusal(.noSuchUpload) { try await store.complete(upload, [1]) }
            try await store.put("key", "newer")
            #expect(try await store.complete(upload, [1, 2]).etag == first.etag)
            #expect(try await store.text(of: "key") == "newer")
            await expectRefusal(.noSuchUpload) {
                try await store.putPart(1, SeededContent(seed: 1, size: 10), of: upload)
            }
        },
        ContractBehaviour("An aborted upload is gone") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            try await store.putPart(1, SeededContent(seed: 1, size: 300_000), of: upload)
            try await store.abortUpload(.bucket, upload.key, upload.id)
            await expectRefusal(.noSuchUpload) { try await store.upload(.bucket, upload.key, upload.id) }
            await expectRefusal(.noSuchUpload) { try await store.complete(upload, [1]) }
            await expectRefusal(.noSuchUpload) { try await store.abortUpload(.bucket, upload.key, upload.id) }
            await expectRefusal(.noSuchUpload) {
                try await store.listParts(.bucket, upload.key, upload.id, after: 0, limit: 1)
            }
            #expect(try await store.listUploads(.bucket, ListQuery(limit: 10), afterUpload: nil).entries.isEmpty)
            #expect(try await store.usage(of: .bucket) == BucketUsage())
        },
        ContractBehaviour("An upload answers only to its own key and id") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            let odd = [UploadID(""), UploadID("nonsense"), UploadID(upload.id.text + "0"), UploadID("../../x")]
            for (key, id) in odd.map({ (upload.key, $0) }) + [(.named("other"), upload.id)] {
                await expectRefusal(.noSuchUpload) { try await store.upload(.bucket, key, id) }
                await expectRefusal(.noSuchUpload) { try await store.abortUpload(.bucket, key, id) }
                let request = PartRequest(bucket: .bucket, key: key, upload: id, number: 1, length: 1)
                await expectRefusal(.noSuchUpload) { try await store.putPart(request, body: BytesBody("x")) }
            }
            #expect(try await store.upload(.bucket, upload.key, upload.id) == upload)
        },
        ContractBehaviour("A part whose body fails leaves the part that was there") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            let part = try await store.putPart(1, SeededContent(seed: 1, size: 10), of: upload)
            for (fault, length) in [(BytesBody.Fault.afterBytes(500_000), nil), (.inSeal, 1 << 20)] as [(_, UInt64?)] {
                let request = PartRequest(
                    bucket: .bucket, key: upload.key, upload: upload.id, number: 1, length: length)
                await expectRefusal(.bodyFailed) {
                    try await store.putPart(
                        request, body: BytesBody(SeededContent(seed: 1, size: 1 << 20), fault: fault))
                }
            }
            let short = PartRequest(bucket: .bucket, key: upload.key, upload: upload.id, number: 1, length: 11)
            await expectRefusal(.lengthMismatch) { try await store.putPart(short, body: BytesBody("1234567890")) }
            let parts = try await store.listParts(.bucket, upload.key, upload.id, after: 0, limit: 10).parts
            #expect(parts == [part])
        },
        ContractBehaviour("An upload keeps the checksum that it promised") { store in
            try await store.makeBucket()
            let promised = UploadChecksum(algorithm: .crc64nvme, type: .fullObject)
            let upload = try await store.createUpload(
                .bucket, .named("key"), metadata: ObjectMetadata(), checksum: promised)
            #expect(upload.checksum == promised)
            #expect(try await store.upload(.bucket, upload.key, upload.id) == upload)
        },
    ]

    static func joined(_ contents: [SeededContent]) -> ByteBuffer {
        var all = ByteBuffer()
        for content in contents { all.writeImmutableBuffer(content.allBytes()) }
        return all
    }
}
