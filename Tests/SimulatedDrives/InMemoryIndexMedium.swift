package import MetadataIndex
import Synchronization

/// The disk under an ``InMemoryIndex``: what was written and what was synced, and the faults to come.
///
/// It survives the index's process: `crash` keeps what was synced, and `open` finds it.
package final class InMemoryIndexMedium: Sendable {
    /// All rows, as a value.
    package struct Contents: Sendable {
        private var families: [SortedRows] = Array(repeating: SortedRows(), count: Family.allCases.count)

        package init() {}

        package subscript(family: Family) -> SortedRows {
            _read { yield families[Int(family.rawValue) - 1] }
            _modify { yield &families[Int(family.rawValue) - 1] }
        }

        package mutating func apply(_ batch: IndexBatch) {
            for operation in batch.operations {
                switch operation {
                case .put(let family, let key, let value): self[family].put(key, value)
                case .delete(let family, let key): self[family].delete(key)
                }
            }
        }
    }

    /// A write that throws, and what became of it all the same.
    package struct WriteFault: Sendable {
        package enum Effect: Sendable {
            case nothing
            /// There, unless the power fails before the next `open`.
            case written
            /// There for good.
            case durable
        }

        package var effect: Effect
        package var error: IndexError

        package init(_ effect: Effect, _ error: IndexError = IndexError(.inputOutput, "injected")) {
            self.effect = effect
            self.error = error
        }
    }

    struct State {
        var written = Contents()
        var durable = Contents()
        /// The handle in use, by number.
        var session: UInt64?
        /// Made by an `open` that creates.
        var exists = false
        var sessionCount: UInt64 = 0
        var takesWrites = false
        var writeFaults: [WriteFault] = []
        var openError: IndexError?
        var readError: IndexError?
        var corruptRows: Set<TouchedRow> = []
        var isCached: @Sendable (Family, [UInt8]) -> Bool = { _, _ in true }
        var rowsRead = 0
        var writeCount = 0
        var forgivesFailedSyncs = false
        var lastWriteFailed = false
        /// A sync failed and writes went on: the batch after the failure is on no disk.
        var hasLost = false
    }

    let state = Mutex(State())

    package init() {}

    /// Another disk with what a crash would leave on this one.
    package func copy() -> InMemoryIndexMedium {
        let copy = InMemoryIndexMedium()
        copy.replaceContents(durable)
        copy.state.withLock { $0.exists = state.withLock { $0.exists } }
        return copy
    }

    /// What is found is durable from now on, as RocksDB's recovery flushes what it replays.
    ///
    /// - Throws: `notFound` when there is none and it is not to be made, `inputOutput` while another handle is open,
    ///   and what was injected.
    package func open(creates: Bool = true) throws(IndexError) -> InMemoryIndex {
        let session = try state.withLock { state throws(IndexError) in
            if let error = state.openError { throw error }
            guard state.exists || creates else { throw IndexError(.notFound, "no index") }
            state.exists = true
            guard state.session == nil else { throw IndexError(.inputOutput, "the index is in use") }
            state.durable = state.written
            state.sessionCount += 1
            state.session = state.sessionCount
            state.takesWrites = true
            state.lastWriteFailed = false
            state.hasLost = false
            return state.sessionCount
        }
        return InMemoryIndex(medium: self, session: session)
    }

    /// Ends the process: every handle is dead, and what was not synced is gone.
    package func crash() {
        state.withLock { state in
            state.written = state.durable
            state.session = nil
        }
    }

    // MARK: What a test sees

    /// What a crash would leave.
    package var durable: Contents { state.withLock { $0.durable } }
    package var isOpen: Bool { state.withLock { $0.session != nil } }
    /// Rows that lookups and cursors have returned.
    package var rowsRead: Int { state.withLock { $0.rowsRead } }
    /// Batches that were handed to `write` and taken.
    package var writeCount: Int { state.withLock { $0.writeCount } }

    // MARK: Faults

    /// Replaces everything, behind the back of an open index: a roll-back, or a wipe.
    package func replaceContents(_ contents: Contents) {
        state.withLock { state in
            state.written = contents
            state.durable = contents
        }
    }

    /// Queues faults for the next writes, one each.
    package func failNextWrites(_ faults: WriteFault...) {
        state.withLock { $0.writeFaults += faults }
    }

    /// As a file system does: a sync that is tried again succeeds, and what the first one lost stays lost. Takes away
    /// the safety of ``MetadataIndex`` against it.
    package func forgiveFailedSyncs() {
        state.withLock { $0.forgivesFailedSyncs = true }
    }

    package func clearWriteFaults() {
        state.withLock { $0.writeFaults = [] }
    }

    /// Until called with nil.
    package func failOpening(_ error: IndexError?) {
        state.withLock { $0.openError = error }
    }

    /// Until called with nil.
    package func failReading(_ error: IndexError?) {
        state.withLock { $0.readError = error }
    }

    /// Makes reading the row throw `corrupt`, until it is written again.
    package func corrupt(_ family: Family, _ key: [UInt8]) {
        _ = state.withLock { $0.corruptRows.insert(TouchedRow(family: family.rawValue, key: key)) }
    }

    /// Decides which rows `cachedValue` knows. All of them unless told otherwise.
    package func setCached(_ isCached: @escaping @Sendable (Family, [UInt8]) -> Bool) {
        state.withLock { $0.isCached = isCached }
    }
}
