/// How often everything on the drives is verified: `30d`, `12h`, or `off`.
enum ScrubInterval: Hashable, Sendable {
    case off
    case every(seconds: UInt64)

    private static let units: [(name: String, seconds: UInt64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    private static let longestDays: UInt64 = 3650

    init?(_ text: String) {
        guard text != "off" else {
            self = .off
            return
        }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits), number > 0,
            let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        let (seconds, isBeyond) = number.multipliedReportingOverflow(by: unit.seconds)
        guard !isBeyond, seconds <= Self.longestDays * 86_400 else { return nil }
        self = .every(seconds: seconds)
    }

    var text: String {
        guard case .every(let seconds) = self else { return "off" }
        for unit in Self.units where seconds.isMultiple(of: unit.seconds) {
            return "\(seconds / unit.seconds)\(unit.name)"
        }
        return "\(seconds)s"
    }

    var milliseconds: UInt64? {
        if case .every(let seconds) = self { seconds * 1000 } else { nil }
    }
}

extension Form where Value == ScrubInterval {
    static var scrubInterval: Self {
        Self(
            name: "time",
            parse: { (text) throws(SettingProblem) in
                guard let interval = ScrubInterval(text) else {
                    throw SettingProblem(
                        "is \"\(text)\" and must be a time of at most ten years, like 30d or 12h, or off")
                }
                return interval
            }, text: \.text)
    }
}
