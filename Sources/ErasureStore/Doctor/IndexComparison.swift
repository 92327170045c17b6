import DriveIO
import MetadataIndex

/// Compares the indexes of a set row by row: outside `payloads` they are byte-identical (invariant I4).
struct IndexComparison {
    let log: FindingLog
    let sources: [IndexSource]

    private static let rowsPerPage = 2000

    /// - Returns: How many rows the first drive has, outside `payloads`.
    func carryOut() async throws(DriveFailure) -> Int {
        var count = 0
        for family in Family.allCases where family != .payloads {
            var after: [UInt8]?
            while true {
                let rows = try await sources[0].page(family, after: after, limit: Self.rowsPerPage)
                count += rows.count
                // Behind a short page the others may still have rows.
                let end = rows.count < Self.rowsPerPage ? nil : rows.last.map { $0.key + [0] }
                try await compare(rows, family, after: after, to: end)
                guard end != nil else { break }
                after = rows.last?.key
            }
        }
        return count
    }

    private func compare(
        _ rows: [IndexRow], _ family: Family, after: [UInt8]?, to end: [UInt8]?
    ) async throws(DriveFailure) {
        var pages = [rows]
        for source in sources.dropFirst() { pages.append(try await source.page(family, after: after, to: end)) }
        guard pages.dropFirst().contains(where: { $0 != rows }) else { return }
        let tables = pages.map { Dictionary($0.map { ($0.key, $0.value) }) { first, _ in first } }
        let keys = Set(tables.lazy.flatMap(\.keys)).filter { family != .state || !CatchUp.ownState.contains($0) }
        for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            report(family, key, tables.map { $0[key] })
        }
    }

    private func report(_ family: Family, _ key: [UInt8], _ values: [[UInt8]?]) {
        let common = Dictionary(grouping: values) { $0 }.max { $0.value.count < $1.value.count }?.key ?? nil
        for (source, value) in zip(sources, values) where value != common {
            let what =
                switch (value, common) {
                case (nil, _): "lacks the row"
                case (_, nil): "has what the others lack, the row"
                default: "differs from the others in the row"
                }
            log.add(.row, source.drive.drive.path, "\(what) \(Self.text(key)) of \(family)")
        }
    }

    /// Keys are mostly text; what is not is written as hexadecimal digits.
    static func text(_ key: [UInt8]) -> String {
        key.map { byte in
            if (0x21...0x7E).contains(byte) { return String(UnicodeScalar(byte)) }
            return (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
        }.joined()
    }
}
