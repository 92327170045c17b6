/// The ordered records of one drive: byte keys in families, written in atomic synced batches, read in snapshots.
///
/// Every call may block on the disk and belongs on the drive's threads, except ``IndexReader/cachedValue(_:_:)``.
/// Two implementations pass one contract: RocksDB, and one in memory for simulation.
package protocol MetadataIndex: IndexReader {
    /// A state that later writes do not change. Released with its last reference.
    func snapshot() throws(IndexError) -> any IndexSnapshot
    /// Applies all operations or none, durable when it returns.
    ///
    /// After an error nothing can be said about what is on the disk: the index takes no further write until it was
    /// closed and opened again.
    func write(_ batch: IndexBatch) throws(IndexError)
    /// Names of the files that it has on the disk, in no order that means anything: they are never changed, and each
    /// can be verified by itself.
    func files() throws(IndexError) -> [String]
    /// Drops what is in memory of a file and checks what is on the disk. Values that are kept apart from their keys
    /// are checked when they are read next, then from the disk.
    ///
    /// - Throws: `corrupt` when it is damaged. One that is no longer in use is not.
    func verifyFile(_ name: String) throws(IndexError)
    /// Ends all use. Snapshots must have been released.
    func close()
}

package protocol IndexSnapshot: IndexReader {}

package protocol IndexReader: AnyObject, Sendable {
    func value(_ family: Family, _ key: [UInt8]) throws(IndexError) -> [UInt8]?
    /// Answers from memory only, never from the disk: safe on an event loop.
    func cachedValue(_ family: Family, _ key: [UInt8]) throws(IndexError) -> CachedValue
    /// Rows with `lower` ≤ key < `upper` (nil: to the end of the family), ascending.
    func cursor(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor
    /// The same for whoever reads everything once: what it reads is not kept in memory.
    func scan(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor
}

package enum CachedValue: Hashable, Sendable {
    case found([UInt8])
    case absent
    /// Only the disk knows.
    case unknown
}

/// A position in a family. Used by one thread at a time.
package protocol IndexCursor: AnyObject {
    /// The next row, or nil behind the last one.
    func next() throws(IndexError) -> IndexRow?
    /// Makes the first row at or behind `key` the next one. Never leaves the cursor's bounds.
    func seek(to key: [UInt8]) throws(IndexError)
}

package struct IndexRow: Hashable, Sendable {
    package var key: [UInt8]
    package var value: [UInt8]

    package init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }
}

package struct IndexBatch: Sendable {
    package enum Operation: Hashable, Sendable {
        case put(Family, key: [UInt8], value: [UInt8])
        case delete(Family, key: [UInt8])
    }

    package var operations: [Operation] = []

    package init() {}

    package mutating func put(_ family: Family, _ key: [UInt8], _ value: [UInt8]) {
        operations.append(.put(family, key: key, value: value))
    }

    package mutating func delete(_ family: Family, _ key: [UInt8]) {
        operations.append(.delete(family, key: key))
    }
}

/// The kinds of records. The raw value is part of the on-disk format.
package enum Family: UInt8, CaseIterable, Hashable, Sendable, CustomStringConvertible {
    /// Live objects only: a listing reads nothing else.
    case heads = 1
    /// Part lists of large multipart objects.
    case manifests = 2
    /// Other versions and delete markers.
    case versions = 3
    case uploads = 4
    case parts = 5
    /// Inline bytes: this drive's shard of a small payload. The only family that differs between members.
    case payloads = 6
    /// How many records name a data id.
    case refs = 7
    /// Shards that are not where they belong.
    case missing = 8
    /// Data ids that nothing names any more.
    case trash = 9
    /// What each batch touched.
    case changes = 10
    /// Buckets, settings, identities.
    case documents = 11
    /// The last batch, usage counters, marks.
    case state = 12

    /// Part of the on-disk format, too: the name of the column family.
    package var description: String {
        switch self {
        case .heads: "heads"
        case .manifests: "manifests"
        case .versions: "versions"
        case .uploads: "uploads"
        case .parts: "parts"
        case .payloads: "payloads"
        case .refs: "refs"
        case .missing: "missing"
        case .trash: "trash"
        case .changes: "changes"
        case .documents: "documents"
        case .state: "state"
        }
    }
}

package struct IndexError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// A checksum or a structure is wrong: what is there can not be trusted.
        case corrupt
        case inputOutput
        case full
        /// Closed, or shut by an earlier error.
        case closed
        case notFound
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }
}
