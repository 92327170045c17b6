import DriveIO
import MetadataIndex

/// The part of a catch-up for which the logs do not reach back, or can not be trusted: compares whole families, both
/// indexes in their order, a bounded piece at a time.
struct CatchUpByComparison {
    let catchUp: CatchUp

    /// Rows that are read from each index at once, and at most so many bytes of them.
    private static let rowsPerPiece = 512
    private static let bytesPerPiece = 1 << 20

    init(_ catchUp: CatchUp) {
        self.catchUp = catchUp
    }

    private struct Piece: Sendable {
        var rows: [IndexRow] = []
        /// There are rows behind these.
        var hasMore = false
    }

    /// Makes every row outside `payloads` and `changes` what the source has. Only of a marked target: the rows change
    /// piece by piece.
    func mergeFamilies() async throws(DriveFailure) {
        for family in Family.allCases where family != .payloads && family != .changes { try await merge(family) }
    }

    private func merge(_ family: Family) async throws(DriveFailure) {
        let (target, snapshot) = (catchUp.target, catchUp.snapshot)
        var lower: [UInt8]? = []
        while let from = lower {
            var theirs = try await catchUp.source.perform(.background) { try Self.piece(snapshot, family, from: from) }
            var mine = try await target.perform(.background) { try Self.piece(target.index, family, from: from) }
            // Behind the end of the shorter piece nothing is known of one of the two.
            let ends = [theirs, mine].compactMap { $0.hasMore ? $0.rows.last?.key : nil }
            let end = ends.min { $0.lexicographicallyPrecedes($1) }
            if let end {
                theirs.rows.removeAll { end.lexicographicallyPrecedes($0.key) }
                mine.rows.removeAll { end.lexicographicallyPrecedes($0.key) }
            }
            let batch = Self.difference(family, from: mine.rows, to: theirs.rows)
            if !batch.operations.isEmpty { try await catchUp.write(batch) }
            lower = end.map { $0 + [0] }
        }
    }

    private static func piece(_ index: any IndexReader, _ family: Family, from lower: [UInt8]) throws -> Piece {
        let cursor = try index.scan(family, from: lower, to: nil)
        var piece = Piece()
        var byteCount = 0
        while let row = try cursor.next() {
            if piece.rows.count >= rowsPerPiece || byteCount > bytesPerPiece {
                piece.hasMore = true
                break
            }
            byteCount += row.key.count + row.value.count
            piece.rows.append(row)
        }
        return piece
    }

    /// Both ascending by key.
    private static func difference(_ family: Family, from mine: [IndexRow], to theirs: [IndexRow]) -> IndexBatch {
        var batch = IndexBatch()
        var (mine, theirs) = (mine[...], theirs[...])
        while true {
            let (left, right) = (mine.first, theirs.first)
            if let left, right.map({ left.key.lexicographicallyPrecedes($0.key) }) ?? true {
                mine.removeFirst()
                if !isOwn(family, left.key) { batch.delete(family, left.key) }
            } else if let right {
                let isEqual = left == right
                if left?.key == right.key { mine.removeFirst() }
                theirs.removeFirst()
                if !isEqual, !isOwn(family, right.key) { batch.put(family, right.key, right.value) }
            } else {
                return batch
            }
        }
    }

    private static func isOwn(_ family: Family, _ key: [UInt8]) -> Bool {
        family == .state && CatchUp.ownState.contains(key)
    }

    /// Deletes the target's rows of payloads that nothing names at the source's point.
    func removeStalePayloads() async throws(DriveFailure) {
        let (target, snapshot) = (catchUp.target, catchUp.snapshot)
        var lower: [UInt8]? = []
        while let from = lower {
            let piece = try await target.perform(.background) { try Self.piece(target.index, .payloads, from: from) }
            let keys = piece.rows.map(\.key)
            let stale = try await catchUp.source.perform(.background) {
                try keys.filter { try !CatchUp.isNamed(DataID(parsing: ArraySlice($0)), snapshot) }
            }
            if !stale.isEmpty {
                var batch = IndexBatch()
                for key in stale { batch.delete(.payloads, key) }
                try await catchUp.write(batch)
            }
            lower = piece.hasMore ? keys.last.map { $0 + [0] } : nil
        }
    }
}
