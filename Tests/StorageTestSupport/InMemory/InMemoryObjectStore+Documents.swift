package import StorageAPI

extension InMemoryObjectStore {
    package func document(_ path: String) async throws(StoreError) -> Document? {
        try atomically { state throws(StoreError) in state.documents[path] }
    }

    package func documents(prefix: String) async throws(StoreError) -> [String: Document] {
        try atomically { state throws(StoreError) in state.documents.filter { $0.key.hasPrefix(prefix) } }
    }

    package func setDocument(
        _ path: String, _ bytes: [UInt8]?, expected: DocumentExpectation
    ) async throws(StoreError) {
        try atomically { state throws(StoreError) in
            let current = state.documents[path]?.revision
            let holds =
                switch expected {
                case .anything: true
                case .absent: current == nil
                case .revision(let revision): current == revision
                }
            guard holds else { throw StoreError(.documentConflict) }
            state.lastRevision += 1
            let revision = state.lastRevision
            state.documents[path] = bytes.map { Document(bytes: $0, revision: revision) }
        }
    }
}
