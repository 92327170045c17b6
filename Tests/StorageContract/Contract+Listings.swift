import SeededRandom
import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    private struct ListCase: Sendable {
        var keys: [String] = ["a", "a/", "a/1", "a/2", "a0", "b/c/d", "b/c/e", "b/f", "c"]
        var prefix = ""
        var delimiter = ""
        var after = ""
        var limit = 1000
        let expected: [String]
        var isTruncated = false
    }

    /// Written out by hand: ``ListModel`` is checked against it too.
    private static let table: [ListCase] = [
        ListCase(expected: ["a", "a/", "a/1", "a/2", "a0", "b/c/d", "b/c/e", "b/f", "c"]),
        ListCase(limit: 9, expected: ["a", "a/", "a/1", "a/2", "a0", "b/c/d", "b/c/e", "b/f", "c"]),
        ListCase(limit: 8, expected: ["a", "a/", "a/1", "a/2", "a0", "b/c/d", "b/c/e", "b/f"], isTruncated: true),
        ListCase(delimiter: "/", expected: ["a", "a/", "a0", "b/", "c"]),
        ListCase(delimiter: "/", limit: 4, expected: ["a", "a/", "a0", "b/"], isTruncated: true),
        ListCase(delimiter: "/", limit: 5, expected: ["a", "a/", "a0", "b/", "c"]),
        ListCase(prefix: "a/", delimiter: "/", expected: ["a/", "a/1", "a/2"]),
        ListCase(prefix: "a", delimiter: "/", expected: ["a", "a/", "a0"]),
        ListCase(prefix: "b/", delimiter: "/", expected: ["b/c/", "b/f"]),
        ListCase(prefix: "b/c", delimiter: "/", expected: ["b/c/"]),
        ListCase(prefix: "b/c/", delimiter: "/", expected: ["b/c/d", "b/c/e"]),
        ListCase(prefix: "b", expected: ["b/c/d", "b/c/e", "b/f"]),
        ListCase(prefix: "x", expected: []),
        ListCase(prefix: "a/1/2", delimiter: "/", expected: []),
        ListCase(after: "a", expected: ["a/", "a/1", "a/2", "a0", "b/c/d", "b/c/e", "b/f", "c"]),
        ListCase(after: "a/15", expected: ["a/2", "a0", "b/c/d", "b/c/e", "b/f", "c"]),
        ListCase(after: "c", expected: []),
        ListCase(after: "z", expected: []),
        ListCase(prefix: "b", after: "a", limit: 1, expected: ["b/c/d"], isTruncated: true),
        ListCase(prefix: "b", after: "b/c/d", expected: ["b/c/e", "b/f"]),
        ListCase(prefix: "b", after: "c", expected: []),
        // A group is passed when `after` is it, or lies in it.
        ListCase(delimiter: "/", after: "a/", expected: ["a0", "b/", "c"]),
        ListCase(delimiter: "/", after: "a/1", expected: ["a0", "b/", "c"]),
        ListCase(delimiter: "/", after: "a/zzz", expected: ["a0", "b/", "c"]),
        ListCase(delimiter: "/", after: "b", expected: ["b/", "c"]),
        ListCase(delimiter: "/", after: "b/", expected: ["c"]),
        ListCase(prefix: "b/", delimiter: "/", after: "b/", expected: ["b/c/", "b/f"]),
        ListCase(prefix: "b/", delimiter: "/", after: "b/c/", expected: ["b/f"]),
        // Delimiters of several bytes, and such that are no punctuation.
        ListCase(keys: ["a", "a--b", "a--c", "a-b", "a---d"], delimiter: "--", expected: ["a", "a--", "a-b"]),
        ListCase(keys: ["aéb", "aéc", "ae", "a\u{C3}"], delimiter: "é", expected: ["ae", "a\u{C3}", "aé"]),
        ListCase(keys: ["bar", "baz", "cab", "foo"], delimiter: "a", expected: ["ba", "ca", "foo"]),
        ListCase(
            keys: ["a\u{10FFFF}b", "a\u{10FFFF}c", "b"], delimiter: "\u{10FFFF}", expected: ["a\u{10FFFF}", "b"]),
        ListCase(keys: ["a\u{0}b", "a\u{0}c", "a", "b"], delimiter: "\u{0}", expected: ["a", "a\u{0}", "b"]),
        ListCase(keys: [], delimiter: "/", expected: []),
    ]

    static let listings: [ContractBehaviour] = [
        ContractBehaviour("Listings show what the table says") { store in
            for (index, row) in table.enumerated() {
                let bucket = BucketName.named("bucket-\(index)")
                try await store.makeBucket(bucket)
                for key in row.keys { try await store.put(key, "x", to: bucket) }
                let query = ListQuery(
                    prefix: Array(row.prefix.utf8), delimiter: Array(row.delimiter.utf8), after: Array(row.after.utf8),
                    limit: row.limit)
                let page = try await store.list(bucket, query)
                #expect(page.entries.map(\.name) == row.expected, "row \(index)")
                #expect(page.isTruncated == row.isTruncated, "row \(index)")
            }
        },
        ContractBehaviour("Keys are ordered as bytes, and canonically equal ones stay apart") { store in
            try await store.makeBucket()
            let keys = ["Z", "a", "e\u{301}", "z", "\u{E9}", "\u{FFFD}", "\u{1F600}"]
            for key in keys.reversed() { try await store.put(key, key) }
            let listed = try await store.keys().map { Array($0.utf8) }
            #expect(listed == keys.map { Array($0.utf8) })
        },
        ContractBehaviour("Random listings equal a model that sorts bytes") { store in
            var random = SeededGenerator(seed: 20_261_001)
            try await store.makeBucket()
            var keys: Set<[UInt8]> = []
            while keys.count < 150 { keys.insert(randomKey(&random)) }
            for key in keys {
                try await putMarker(store, key)
            }
            let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
            for _ in 0..<300 {
                let query = randomQuery(&random, sorted)
                let page = try await store.list(.bucket, query)
                let model = ListModel.page(ofKeys: sorted, query)
                #expect(page.entries.map(\.bytes) == model.entries.map(\.bytes), "\(query)")
                #expect(page.isTruncated == model.isTruncated, "\(query)")
            }
        },
        ContractBehaviour("Pages neither skip nor repeat, whatever their size") { store in
            try await store.makeBucket()
            var random = SeededGenerator(seed: 7)
            var keys: Set<[UInt8]> = []
            while keys.count < 60 { keys.insert(randomKey(&random)) }
            for key in keys {
                try await putMarker(store, key)
            }
            for delimiter in ["", "/", "a", "b/"] {
                let whole = ListQuery(delimiter: Array(delimiter.utf8), limit: 1000)
                let expected = try await store.list(.bucket, whole).entries.map(\.bytes)
                for limit in [1, 2, 3, 7, expected.count] {
                    var query = whole
                    query.limit = limit
                    var listed: [[UInt8]] = []
                    var isTruncated = true
                    while isTruncated, listed.count <= expected.count {
                        let page = try await store.list(.bucket, query)
                        #expect(page.entries.count <= limit)
                        listed += page.entries.map(\.bytes)
                        query.after = listed.last ?? []
                        isTruncated = page.isTruncated
                    }
                    #expect(listed == expected, "delimiter \(delimiter), pages of \(limit)")
                }
            }
        },
        ContractBehaviour("A listing after an answered write shows it, after a delete no more") { store in
            try await store.makeBucket()
            for round in 0..<20 {
                try await store.put("key \(round)", "x")
                #expect(try await store.keys() == ["key \(round)"])
                try await store.delete(.bucket, .named("key \(round)"), precondition: .none)
                #expect(try await store.keys().isEmpty)
            }
        },
    ]

    private static func putMarker(_ store: ContractBehaviour.Store, _ key: [UInt8]) async throws {
        let request = PutRequest(bucket: .bucket, key: try ObjectKey(key), length: 1)
        _ = try await store.put(request, body: BytesBody("x"))
    }

    private static func randomKey(_ random: inout SeededGenerator) -> [UInt8] {
        let alphabet: [String] = ["a", "b", "/", "/", "é", "\u{0}", "\u{1}", "~"]
        let length = Int.random(in: 1...6, using: &random)
        return (0..<length).flatMap { _ in Array(alphabet.randomElement(using: &random)!.utf8) }
    }

    private static func randomQuery(_ random: inout SeededGenerator, _ keys: [[UInt8]]) -> ListQuery {
        func part() -> [UInt8] {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return []
            case 1: return randomKey(&random)
            default:
                let key = keys.randomElement(using: &random)!
                return Array(key.prefix(Int.random(in: 0...key.count, using: &random)))
            }
        }
        let delimiters: [String] = ["", "/", "/", "a", "é", "//", "b/", "\u{0}"]
        return ListQuery(
            prefix: part(), delimiter: Array(delimiters.randomElement(using: &random)!.utf8), after: part(),
            limit: Int.random(in: 1...20, using: &random))
    }
}

extension ListEntry<ObjectInfo> {
    var bytes: [UInt8] {
        switch self {
        case .item(let info): info.key.bytes
        case .commonPrefix(let prefix): prefix
        }
    }
}

extension ListEntry<[UInt8]> {
    var bytes: [UInt8] {
        switch self {
        case .item(let key): key
        case .commonPrefix(let prefix): prefix
        }
    }
}
