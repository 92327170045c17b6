/// The pools that the paths of drives describe: plain paths together form one, each `{a...b}` path one of its own.
enum DrivePaths {
    /// More drives than one machine has.
    private static let driveLimit = 1024

    /// - Throws: when plain paths and patterns are mixed, or a pattern is none.
    static func pools(_ arguments: [String]) throws(SettingsError) -> [[String]] {
        var pools: [[String]] = []
        var plain: [String] = []
        for argument in arguments {
            let paths = try expand(argument)
            if paths.count == 1, paths[0] == argument { plain.append(argument) } else { pools.append(paths) }
        }
        guard plain.isEmpty || pools.isEmpty else {
            throw error(
                "\"\(plain[0])\" is one drive and others are patterns: name drives one by one, or every pool as {a...b}"
            )
        }
        if !plain.isEmpty { pools = [plain] }
        pools = pools.map { $0.map(withoutTrailingSlash) }
        let all = pools.flatMap { $0 }
        guard all.count <= driveLimit else {
            throw error("\(all.count) drives are named, and \(driveLimit) are the most")
        }
        var seen: Set<String> = []
        for path in all where !seen.insert(path).inserted {
            throw error("\"\(path)\" is named twice")
        }
        return pools
    }

    private static func error(_ text: String) -> SettingsError { SettingsError(text, isUsage: true) }

    private static func withoutTrailingSlash(_ path: String) -> String {
        var path = Substring(path)
        while path.count > 1, path.last == "/" { path = path.dropLast() }
        return String(path)
    }

    /// Every path that a pattern stands for, the last range changing fastest; the path itself where it is none.
    static func expand(_ pattern: String) throws(SettingsError) -> [String] {
        guard !pattern.isEmpty else { throw error("the path of a drive is empty") }
        guard let (before, range, after) = try firstRange(of: pattern) else { return [pattern] }
        let rests = try after.isEmpty ? [""] : expand(String(after))
        guard range.count * rests.count <= driveLimit else {
            throw error("\"\(pattern)\" stands for more than \(driveLimit) drives")
        }
        return range.flatMap { value in rests.map { before + value + $0 } }
    }

    private static func firstRange(
        of pattern: String
    ) throws(SettingsError) -> (before: Substring, values: [String], after: Substring)? {
        var start = pattern.startIndex
        while let open = pattern[start...].firstIndex(of: "{") {
            guard let close = pattern[open...].firstIndex(of: "}") else { return nil }
            let inner = pattern[pattern.index(after: open)..<close]
            if let dots = inner.firstRange(of: "...") {
                guard let values = values(from: inner[..<dots.lowerBound], to: inner[dots.upperBound...]) else {
                    throw error("\"\(pattern)\": {\(inner)} is no range; write one like {1...6} or {01...16}")
                }
                return (pattern[..<open], values, pattern[pattern.index(after: close)...])
            }
            if inner.contains("..") {
                throw error("\"\(pattern)\": write three dots, as in {1...6}, or leave it to the shell")
            }
            // Braces without dots may be in the name of a directory.
            start = pattern.index(after: close)
        }
        return nil
    }

    /// Numbers, with leading zeros where the first has them, or single letters; nil when it is no ascending range.
    private static func values(from first: Substring, to last: Substring) -> [String]? {
        if let low = number(first), let high = number(last) {
            guard low <= high, high - low < driveLimit else { return nil }
            let width = first.hasPrefix("0") && first.count > 1 ? first.count : 0
            return (low...high).map { value in
                let digits = String(value)
                return String(repeating: "0", count: max(0, width - digits.count)) + digits
            }
        }
        guard let low = letter(first), let high = letter(last), low <= high, low & 0x20 == high & 0x20 else {
            return nil
        }
        return (low...high).map { String(UnicodeScalar($0)) }
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
    }

    private static func letter(_ text: Substring) -> UInt8? {
        guard text.utf8.count == 1, let byte = text.utf8.first, 0x61...0x7a ~= byte | 0x20 else { return nil }
        return byte
    }
}
