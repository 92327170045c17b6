import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    static let multipartListings: [ContractBehaviour] = [
        ContractBehaviour("Parts are listed by number, in pages") { store in
            try await store.makeBucket()
            let upload = try await store.startUpload(of: "key")
            let numbers = [1, 2, 5, 9, 10, 100, 9_999, 10_000]
            for number in numbers.reversed() {
                try await store.putPart(number, SeededContent(seed: UInt64(number), size: UInt64(number)), of: upload)
            }
            for limit in [1, 3, 8, 100] {
                var listed: [PartInfo] = []
                var isTruncated = true
                while isTruncated, listed.count <= numbers.count {
                    let page = try await store.listParts(
                        .bucket, upload.key, upload.id, after: listed.last?.number ?? 0, limit: limit)
                    #expect(page.upload == upload)
                    #expect(page.parts.count <= limit)
                    listed += page.parts
                    isTruncated = page.isTruncated
                }
                #expect(listed.map(\.number) == numbers, "pages of \(limit)")
                #expect(listed.map(\.size) == numbers.map { UInt64($0) })
            }
        },
        ContractBehaviour("Uploads are listed by key and id, in pages that neither skip nor repeat") { store in
            try await store.makeBucket()
            var started: [UploadInfo] = []
            for key in ["a/1", "a/1", "a/2", "b", "b", "b", "c/x", "c/y", "d"] {
                started.append(try await store.startUpload(of: key))
            }
            let sorted = started.sorted { ($0.key, $0.id) < ($1.key, $1.id) }
            for limit in [1, 2, 4, 9, 100] {
                let listed = try await pagedUploads(store, ListQuery(limit: limit))
                #expect(listed.compactMap(\.upload) == sorted, "pages of \(limit)")
                let grouped = try await pagedUploads(store, ListQuery(delimiter: Array("/".utf8), limit: limit))
                #expect(grouped.map(\.name) == ["a/", "b", "b", "b", "c/", "d"], "pages of \(limit)")
            }
            let prefixed = try await pagedUploads(store, ListQuery(prefix: Array("a/1".utf8), limit: 1))
            #expect(prefixed.compactMap(\.upload) == Array(sorted[0..<2]))
        },
        ContractBehaviour("A key marker without an upload marker passes all uploads of its key") { store in
            try await store.makeBucket()
            for key in ["a", "b", "b", "c"] { _ = try await store.startUpload(of: key) }
            let query = ListQuery(after: Array("b".utf8), limit: 10)
            let page = try await store.listUploads(.bucket, query, afterUpload: nil)
            #expect(page.entries.map(\.name) == ["c"])
        },
        ContractBehaviour("Completed and aborted uploads are listed no more") { store in
            try await store.makeBucket()
            let first = try await store.startUpload(of: "a")
            let second = try await store.startUpload(of: "b")
            let third = try await store.startUpload(of: "c")
            try await store.putPart(1, SeededContent(seed: 1, size: 1), of: first)
            try await store.complete(first, [1])
            try await store.abortUpload(.bucket, second.key, second.id)
            #expect(try await pagedUploads(store, ListQuery(limit: 10)).compactMap(\.upload) == [third])
        },
    ]

    private static func pagedUploads(
        _ store: ContractBehaviour.Store, _ first: ListQuery
    ) async throws -> [ListEntry<UploadInfo>] {
        var query = first
        var afterUpload: UploadID?
        var entries: [ListEntry<UploadInfo>] = []
        while entries.count < 100 {
            let page = try await store.listUploads(.bucket, query, afterUpload: afterUpload)
            #expect(page.entries.count <= query.limit)
            entries += page.entries
            guard page.isTruncated, let last = entries.last else { break }
            query.after = Array(last.name.utf8)
            afterUpload = last.upload?.id
        }
        return entries
    }
}

extension ListEntry<UploadInfo> {
    fileprivate var upload: UploadInfo? {
        guard case .item(let upload) = self else { return nil }
        return upload
    }

    fileprivate var name: String {
        switch self {
        case .item(let upload): upload.key.description
        case .commonPrefix(let prefix): String(decoding: prefix, as: UTF8.self)
        }
    }
}
