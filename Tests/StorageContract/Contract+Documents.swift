import StorageAPI
import Testing

extension ObjectStoreContract {
    static let documents: [ContractBehaviour] = [
        ContractBehaviour("A document is read back, replaced and removed") { store in
            #expect(try await store.document("a/b") == nil)
            try await store.setDocument("a/b", [1, 2, 3], expected: .anything)
            let first = try #require(try await store.document("a/b"))
            #expect(first.bytes == [1, 2, 3])
            try await store.setDocument("a/b", [], expected: .anything)
            let second = try #require(try await store.document("a/b"))
            #expect(second.bytes.isEmpty)
            #expect(second.revision != first.revision)
            try await store.setDocument("a/b", nil, expected: .anything)
            #expect(try await store.document("a/b") == nil)
        },
        ContractBehaviour("A document changes only from the state that was expected") { store in
            try await store.setDocument("path", [1], expected: .absent)
            await expectRefusal(.documentConflict) { try await store.setDocument("path", [2], expected: .absent) }
            let revision = try #require(try await store.document("path")).revision
            try await store.setDocument("path", [3], expected: .revision(revision))
            await expectRefusal(.documentConflict) {
                try await store.setDocument("path", [4], expected: .revision(revision))
            }
            await expectRefusal(.documentConflict) {
                try await store.setDocument("path", nil, expected: .revision(revision))
            }
            await expectRefusal(.documentConflict) {
                try await store.setDocument("missing", [1], expected: .revision(revision))
            }
            #expect(try await store.document("path")?.bytes == [3])
        },
        ContractBehaviour("A removed document that is made again has another revision") { store in
            try await store.setDocument("path", [1], expected: .absent)
            let first = try #require(try await store.document("path")).revision
            try await store.setDocument("path", nil, expected: .revision(first))
            try await store.setDocument("path", [1], expected: .absent)
            #expect(try await store.document("path")?.revision != first)
        },
        ContractBehaviour("Documents are found by prefix, and are no objects") { store in
            try await store.makeBucket()
            for path in ["users/b", "users/a", "users", "user/x", "zebra"] {
                try await store.setDocument(path, Array(path.utf8), expected: .anything)
            }
            #expect(try await store.documents(prefix: "users/").keys.sorted() == ["users/a", "users/b"])
            #expect(try await store.documents(prefix: "users/")["users/a"]?.bytes == Array("users/a".utf8))
            #expect(try await store.documents(prefix: "none").isEmpty)
            #expect(try await store.documents(prefix: "").count >= 5)
            #expect(try await store.keys().isEmpty)
        },
        ContractBehaviour("One of many writers that expect absence wins") { store in
            let winners = try await countSuccesses(of: 32) { index in
                try await store.setDocument("path", [UInt8(index)], expected: .absent)
            } refusals: {
                [.documentConflict]
            }
            #expect(winners.count == 1)
            #expect(try await store.document("path")?.bytes == winners.map { UInt8($0) })
        },
    ]
}
