import NIOCore

/// A number of bytes: `512MiB`, `2GiB`, `1000000`.
struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    let bytes: Int

    private static let units: [(name: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    init(bytes: Int) {
        self.bytes = bytes
    }

    /// Binary units in any case, also without `iB` or only without the `i`, because everybody means 1,024.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        var factor = 1
        if !["", "b"].contains(unit) {
            let found = Self.units.first { candidate in
                let name = candidate.name.lowercased()
                return [name, String(name.prefix(1)), String(name.prefix(1)) + "b"].contains(unit)
            }
            guard let found else { return nil }
            factor = found.bytes
        }
        let (product, isBeyond) = number.multipliedReportingOverflow(by: factor)
        guard !isBeyond else { return nil }
        bytes = product
    }

    var description: String {
        for unit in Self.units where bytes >= unit.bytes && bytes.isMultiple(of: unit.bytes) {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return "\(bytes)"
    }
}

extension Form where Value == ByteCount {
    static func byteCount(atLeast least: ByteCount) -> Self {
        Self(
            name: "bytes",
            parse: { (text) throws(SettingProblem) in
                guard let count = ByteCount(text) else {
                    throw SettingProblem("is \"\(text)\" and must be a number of bytes, like 512MiB or 2GiB")
                }
                guard count.bytes >= least.bytes else {
                    throw SettingProblem("is \(text) and must be at least \(least)")
                }
                return count
            }, text: { $0.description })
    }
}

extension Form where Value == TimeAmount {
    private static var units: [(name: String, nanoseconds: Int64)] {
        [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000)]
    }

    /// A time: `25s`, `500ms`, `2m`; a number alone counts seconds.
    static func time(upTo longest: TimeAmount) -> Self {
        Self(
            name: "time",
            parse: { (text) throws(SettingProblem) in
                let digits = text.prefix { $0.isASCII && $0.isNumber }
                let unit = String(text.dropFirst(digits.count))
                let factor = unit.isEmpty ? 1_000_000_000 : units.first { $0.name == unit }?.nanoseconds
                guard let number = Int64(digits), let factor else {
                    throw SettingProblem("is \"\(text)\" and must be a time, like 25s, 500ms or 2m")
                }
                let (nanoseconds, isBeyond) = number.multipliedReportingOverflow(by: factor)
                guard !isBeyond, nanoseconds <= longest.nanoseconds else {
                    throw SettingProblem("is \(text) and must be at most \(Self.text(longest))")
                }
                return .nanoseconds(nanoseconds)
            }, text: text)
    }

    private static func text(_ amount: TimeAmount) -> String {
        let exact = units.first { amount.nanoseconds > 0 && amount.nanoseconds.isMultiple(of: $0.nanoseconds) }
        guard let exact else { return "0s" }
        return "\(amount.nanoseconds / exact.nanoseconds)\(exact.name)"
    }
}
