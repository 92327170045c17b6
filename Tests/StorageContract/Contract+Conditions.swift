import StorageAPI
import StorageTestSupport
import Testing

extension ObjectStoreContract {
    private struct ConditionCase: Sendable {
        let sentence: String
        /// What is to be stored; nil: nothing is there.
        let current: String?
        let precondition: @Sendable (ObjectInfo?) -> Precondition
        let refusal: StoreError.Code?

        init(
            _ sentence: String, current: String?, refusal: StoreError.Code? = nil,
            precondition: @escaping @Sendable (ObjectInfo?) -> Precondition
        ) {
            self.sentence = sentence
            self.current = current
            self.precondition = precondition
            self.refusal = refusal
        }
    }

    private static let wrong = ETag("ffffffffffffffffffffffffffffffff")

    private static let table: [ConditionCase] = [
        ConditionCase("If-None-Match * passes on a free key", current: nil) { _ in Precondition(ifNoneMatch: .any) },
        ConditionCase("If-None-Match * fails on a taken key", current: "v", refusal: .preconditionFailed) { _ in
            Precondition(ifNoneMatch: .any)
        },
        ConditionCase("If-None-Match tag fails on that tag", current: "v", refusal: .preconditionFailed) { info in
            Precondition(ifNoneMatch: .oneOf([wrong, info!.etag]))
        },
        ConditionCase("If-None-Match tag passes on another tag", current: "v") { _ in
            Precondition(ifNoneMatch: .oneOf([wrong]))
        },
        ConditionCase("If-Match * passes on a taken key", current: "v") { _ in Precondition(ifMatch: .any) },
        ConditionCase("If-Match * fails on a free key", current: nil, refusal: .preconditionMissingKey) { _ in
            Precondition(ifMatch: .any)
        },
        ConditionCase("If-Match tag passes on that tag", current: "v") { info in
            Precondition(ifMatch: .oneOf([wrong, info!.etag]))
        },
        ConditionCase("If-Match tag fails on another tag", current: "v", refusal: .preconditionFailed) { _ in
            Precondition(ifMatch: .oneOf([wrong]))
        },
        ConditionCase("If-Match tag fails on a free key", current: nil, refusal: .preconditionMissingKey) { _ in
            Precondition(ifMatch: .oneOf([wrong]))
        },
        ConditionCase("The right size passes", current: "v") { _ in Precondition(ifSize: 1) },
        ConditionCase("A wrong size fails", current: "v", refusal: .preconditionFailed) { _ in
            Precondition(ifSize: 2)
        },
        ConditionCase("A size passes on a free key", current: nil) { _ in Precondition(ifSize: 2) },
        ConditionCase("The right second passes", current: "v") { info in
            Precondition(ifModifiedAt: Timestamp(milliseconds: info!.modified.seconds * 1000))
        },
        ConditionCase("A wrong second fails", current: "v", refusal: .preconditionFailed) { info in
            Precondition(ifModifiedAt: Timestamp(milliseconds: (info!.modified.seconds - 1) * 1000))
        },
        ConditionCase("All conditions must hold", current: "v", refusal: .preconditionFailed) { info in
            Precondition(ifMatch: .oneOf([info!.etag]), ifSize: 9)
        },
    ]

    static let conditions: [ContractBehaviour] = table.map { condition in
        ContractBehaviour("\(condition.sentence), for each kind of write") { store in
            try await store.makeBucket()
            try await store.put("source", "copied")
            for (key, write) in writes {
                let current =
                    if let text = condition.current { try await store.put(key, text) } else { nil as ObjectInfo? }
                let precondition = condition.precondition(current)
                guard let refusal = condition.refusal else {
                    try await write(store, .named(key), precondition)
                    continue
                }
                await expectRefusal(refusal) { try await write(store, .named(key), precondition) }
                if let text = condition.current {
                    #expect(try await store.text(of: key) == text)
                    #expect(try await store.object(key).info == current)
                } else {
                    await expectRefusal(.noSuchKey) { try await store.object(key) }
                }
            }
        }
    }

    private typealias Write = @Sendable (ContractBehaviour.Store, ObjectKey, Precondition) async throws -> Void

    private static let writes: [(String, Write)] = [
        ("put", { store, key, condition in try await store.put(key.description, "new", if: condition) }),
        (
            "large",
            { store, key, condition in
                let content = SeededContent(seed: 5, size: 600_000)
                let request = PutRequest(bucket: .bucket, key: key, precondition: condition, length: content.size)
                _ = try await store.put(request, body: BytesBody(content))
            }
        ),
        (
            "copy",
            { store, key, condition in
                let request = CopyRequest(bucket: .bucket, key: key, metadata: nil, precondition: condition)
                _ = try await store.copy(store.object("source"), to: request)
            }
        ),
        (
            "complete",
            { store, key, condition in
                let upload = try await store.startUpload(of: key.description)
                try await store.putPart(1, SeededContent(seed: 6, size: 6), of: upload)
                do {
                    try await store.complete(upload, [1], if: condition)
                } catch {
                    // A refused Complete leaves the upload as it was, to be tried again or aborted.
                    #expect(try await store.upload(.bucket, key, upload.id) == upload)
                    throw error
                }
            }
        ),
        (
            "delete",
            { store, key, condition in
                try await store.delete(.bucket, key, precondition: condition)
            }
        ),
    ]
}
