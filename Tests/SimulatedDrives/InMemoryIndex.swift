package import MetadataIndex
import Synchronization

/// A ``MetadataIndex`` over an ``InMemoryIndexMedium``, for simulation.
package final class InMemoryIndex: MetadataIndex {
    private let medium: InMemoryIndexMedium
    private let session: UInt64

    init(medium: InMemoryIndexMedium, session: UInt64) {
        self.medium = medium
        self.session = session
    }

    package func write(_ batch: IndexBatch) throws(IndexError) {
        try medium.state.withLock { state throws(IndexError) in
            try state.check(session)
            guard state.takesWrites else { throw IndexError(.closed, "shut by an earlier error") }
            let fault = state.writeFaults.isEmpty ? nil : state.writeFaults.removeFirst()
            if fault?.effect != .nothing { state.apply(batch) }
            guard let fault else {
                if state.lostABatch() { return }
                if state.hasLost { state.durable.apply(batch) } else { state.durable = state.written }
                return
            }
            if fault.effect == .durable { state.durable = state.written }
            state.takesWrites = state.forgivesFailedSyncs
            state.lastWriteFailed = true
            throw fault.error
        }
    }

    package func snapshot() throws(IndexError) -> any IndexSnapshot {
        InMemorySnapshot(medium: medium, session: session, contents: try contents())
    }

    package func value(_ family: Family, _ key: [UInt8]) throws(IndexError) -> [UInt8]? {
        try reader().value(family, key)
    }

    package func cachedValue(_ family: Family, _ key: [UInt8]) throws(IndexError) -> CachedValue {
        try reader().cachedValue(family, key)
    }

    package func cursor(
        _ family: Family, from lower: [UInt8], to upper: [UInt8]?
    ) throws(IndexError) -> any IndexCursor {
        try reader().cursor(family, from: lower, to: upper)
    }

    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8]?
    ) throws(IndexError) -> any IndexCursor {
        try reader().cursor(family, from: lower, to: upper)
    }

    package func files() throws(IndexError) -> [String] {
        try medium.state.withLock { state throws(IndexError) in try state.check(session) }
        return ["rows"]
    }

    package func verifyFile(_ name: String) throws(IndexError) {
        try medium.state.withLock { state throws(IndexError) in
            try state.check(session)
            if let error = state.readError { throw error }
            if !state.corruptRows.isEmpty { throw IndexError(.corrupt, "injected") }
        }
    }

    package func close() {
        medium.state.withLock { state in
            if state.session == session { state.session = nil }
        }
    }

    private func reader() throws(IndexError) -> InMemorySnapshot {
        InMemorySnapshot(medium: medium, session: session, contents: try contents())
    }

    private func contents() throws(IndexError) -> InMemoryIndexMedium.Contents {
        try medium.state.withLock { state throws(IndexError) in
            try state.check(session)
            return state.written
        }
    }
}

final class InMemorySnapshot: IndexSnapshot {
    private let medium: InMemoryIndexMedium
    private let session: UInt64
    private let contents: InMemoryIndexMedium.Contents

    init(medium: InMemoryIndexMedium, session: UInt64, contents: InMemoryIndexMedium.Contents) {
        self.medium = medium
        self.session = session
        self.contents = contents
    }

    func value(_ family: Family, _ key: [UInt8]) throws(IndexError) -> [UInt8]? {
        try noteRead(family, key)
        return contents[family].value(key)
    }

    func cachedValue(_ family: Family, _ key: [UInt8]) throws(IndexError) -> CachedValue {
        let isCached = try medium.state.withLock { state throws(IndexError) in
            try state.check(session)
            return state.isCached
        }
        guard isCached(family, key) else { return .unknown }
        return try value(family, key).map(CachedValue.found) ?? .absent
    }

    func cursor(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor {
        try medium.state.withLock { state throws(IndexError) in try state.check(session) }
        return InMemoryCursor(snapshot: self, family: family, rows: contents[family], lower: lower, upper: upper)
    }

    func scan(_ family: Family, from lower: [UInt8], to upper: [UInt8]?) throws(IndexError) -> any IndexCursor {
        try cursor(family, from: lower, to: upper)
    }

    fileprivate func noteRead(_ family: Family, _ key: [UInt8]?) throws(IndexError) {
        try medium.state.withLock { state throws(IndexError) in
            try state.check(session)
            if let error = state.readError { throw error }
            guard let key else { return }
            state.rowsRead += 1
            guard !state.corruptRows.contains(TouchedRow(family: family.rawValue, key: key)) else {
                throw IndexError(.corrupt, "injected")
            }
        }
    }
}

final class InMemoryCursor: IndexCursor {
    private let snapshot: InMemorySnapshot
    private let family: Family
    private let rows: SortedRows
    private let lower: [UInt8]
    private let upper: [UInt8]?
    private var position: SortedRows.Position

    init(snapshot: InMemorySnapshot, family: Family, rows: SortedRows, lower: [UInt8], upper: [UInt8]?) {
        self.snapshot = snapshot
        self.family = family
        self.rows = rows
        self.lower = lower
        self.upper = upper
        position = rows.position(atOrBehind: lower)
    }

    func next() throws(IndexError) -> IndexRow? {
        let row = rows.row(at: position)
        try snapshot.noteRead(family, row?.key)
        guard let row else { return nil }
        if let upper, !precedes(row.key, upper) { return nil }
        position = rows.position(behind: position)
        return row
    }

    func seek(to key: [UInt8]) throws(IndexError) {
        try snapshot.noteRead(family, nil)
        position = rows.position(atOrBehind: precedes(key, lower) ? lower : key)
    }
}

extension InMemoryIndexMedium.State {
    fileprivate func check(_ session: UInt64) throws(IndexError) {
        guard self.session == session else { throw IndexError(.closed, "the index was closed") }
    }

    /// Whether this write is the one that was tried again after a failed sync.
    fileprivate mutating func lostABatch() -> Bool {
        defer { lastWriteFailed = false }
        guard forgivesFailedSyncs, lastWriteFailed else { return false }
        hasLost = true
        return true
    }

    fileprivate mutating func apply(_ batch: IndexBatch) {
        written.apply(batch)
        writeCount += 1
        guard !corruptRows.isEmpty else { return }
        for operation in batch.operations {
            switch operation {
            case .put(let family, let key, _), .delete(let family, let key):
                corruptRows.remove(TouchedRow(family: family.rawValue, key: key))
            }
        }
    }
}
