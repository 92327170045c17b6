/// Small documents that are kept with the durability of data: root credentials, bucket settings, identities.
package protocol KeyValueStore: Sendable {
    /// - Parameter path: `/`-separated, at most 512 bytes.
    func document(_ path: String) async throws(StoreError) -> Document?
    /// Ordered by path.
    func documents(prefix: String) async throws(StoreError) -> [String: Document]
    /// Writes (or, with nil, removes) a document if it still is in the state `expected`.
    ///
    /// - Throws: `documentConflict` when it is not.
    func setDocument(
        _ path: String, _ bytes: [UInt8]?, expected: DocumentExpectation
    ) async throws(StoreError)
}

package struct Document: Hashable, Sendable {
    package var bytes: [UInt8]
    /// Changes with every write.
    package var revision: UInt64

    package init(bytes: [UInt8], revision: UInt64) {
        self.bytes = bytes
        self.revision = revision
    }
}

package enum DocumentExpectation: Hashable, Sendable {
    case anything
    case absent
    case revision(UInt64)
}
