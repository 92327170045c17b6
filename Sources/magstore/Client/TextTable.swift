/// Rows in columns, for people.
struct TextTable {
    private let heads: [String]
    private var rows: [[String]] = []

    init(_ heads: String...) {
        self.heads = heads
    }

    mutating func add(_ cells: String...) {
        precondition(cells.count == heads.count, "a row has a cell for each column")
        rows.append(cells)
    }

    var lines: [String] {
        let all = [heads] + rows
        let widths = heads.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                guard column < row.count - 1 else { break }
                line += String(repeating: " ", count: widths[column] - Self.width(cell) + 2)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private static func width(_ text: String) -> Int { text.count }
}

/// Numbers as people read them.
enum Readable {
    /// `1.5 TiB`.
    static func bytes(_ count: UInt64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1023.95, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(oneDecimal(value)) \(units[unit])"
    }

    /// `2 h 05 min`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "unknown" }
        let whole = Int(min(seconds, 1e12).rounded(.up))
        let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes < 10 ? "0" : "")\(minutes) min" }
        return minutes > 0 ? "\(minutes) min \(whole % 60) s" : "\(whole) s"
    }

    /// `12.3 %`. Not 100 before everything is done.
    static func percent(_ fraction: Double) -> String {
        "\(oneDecimal(min(max(fraction, 0), 1) * 100 - (fraction < 1 && fraction > 0.999 ? 0.1 : 0))) %"
    }

    static func count(_ number: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    private static func oneDecimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
