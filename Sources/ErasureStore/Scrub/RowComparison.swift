import DriveIO
import MetadataIndex

/// The same stretch of a family on every member of a view, compared row by row (invariant I4).
struct RowComparison: Sendable {
    /// A row that is not the same on all members.
    struct Difference: Sendable {
        let family: Family
        let key: [UInt8]
        let verdict: RowVote.Verdict
    }

    private static let rowsPerPage = 2000
    private static let bytesPerPage = 1 << 20

    /// As those have them whom nobody outvoted.
    private(set) var rows: [IndexRow] = []
    /// Where the next stretch begins; nil at the end of the family.
    private(set) var next: [UInt8]?
    private(set) var differences: [Difference] = []
    /// Members whose index could not be read.
    private(set) var failures: [DriveFailure] = []

    static func of(_ sources: [IndexSource], _ family: Family, after: [UInt8]?) async -> RowComparison {
        var comparison = RowComparison()
        let reads = sources.map { source in
            (
                source.drive.slot,
                source.begin(family, after: after, limit: rowsPerPage, byteLimit: bytesPerPage)
            )
        }
        var pages: [Int: [IndexRow]] = [:]
        for (slot, read) in reads {
            do throws(DriveFailure) {
                pages[slot] = try await read.value().get()
            } catch {
                comparison.failures.append(error)
            }
        }
        comparison.compare(family, pages)
        return comparison
    }

    /// Pages end where the first of them does that may not be its member's last one.
    private mutating func compare(_ family: Family, _ pages: [Int: [IndexRow]]) {
        let ends = pages.values.compactMap { Self.isFull($0) ? $0.last?.key : nil }
        next = ends.min { $0.lexicographicallyPrecedes($1) }
        let stretches = pages.mapValues { rows in
            guard let next else { return rows }
            return Array(rows.prefix { !next.lexicographicallyPrecedes($0.key) })
        }
        guard let first = stretches.min(by: { $0.key < $1.key })?.value else { return }
        rows = first
        guard stretches.values.contains(where: { $0 != first }) else { return }
        let tables = stretches.mapValues { Dictionary($0.map { ($0.key, $0.value) }) { first, _ in first } }
        let keys = Set(tables.values.lazy.flatMap(\.keys)).filter { family != .state || !CatchUp.ownState.contains($0) }
        var wrong: Set<Int> = []
        for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let verdict = RowVote.verdict(tables.mapValues { $0[key] }) { RowForm.isRecord(family, key, $0) }
            if case .outvoted(let slots) = verdict { wrong.formUnion(slots) }
            if verdict != .agreed { differences.append(Difference(family: family, key: key, verdict: verdict)) }
        }
        let right = stretches.filter { !wrong.contains($0.key) }.min { $0.key < $1.key }
        if let right { rows = right.value }
    }

    private static func isFull(_ rows: [IndexRow]) -> Bool {
        rows.count >= rowsPerPage || rows.reduce(0) { $0 + $1.key.count + $1.value.count } >= bytesPerPage
    }

    /// Members that hold a row which others outvoted, and how many.
    var outvoted: [Int: Int] {
        var counts: [Int: Int] = [:]
        for difference in differences {
            guard case .outvoted(let slots) = difference.verdict else { continue }
            for slot in slots { counts[slot, default: 0] += 1 }
        }
        return counts
    }
}
