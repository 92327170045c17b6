import SigV4

enum ConditionNumber {
    /// A decimal number such as `-1.5`. Nil for anything else, `nan` and `0x1` among it.
    static func parse(_ text: String) -> Double? {
        let allowed = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-")
        }
        return allowed ? Double(text) : nil
    }
}

enum ConditionBool {
    static func parse(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }
}

enum ConditionBinary {
    /// Whether it is base64 in its only spelling.
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let padding = bytes.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard !bytes.isEmpty, bytes.count.isMultiple(of: 4), padding <= 2 else { return false }
        return bytes.dropLast(padding).allSatisfy { byte in
            switch Unicode.Scalar(byte) {
            case "A"..."Z", "a"..."z", "0"..."9", "+", "/": true
            default: false
            }
        }
    }
}

/// Dates as conditions write them: ISO 8601 in the forms that the W3C's note lists, or seconds since 1970.
enum ConditionDate {
    static func parse(_ text: String) -> Double? {
        if let seconds = ConditionNumber.parse(text), !isYear(text) { return seconds }
        let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let date = dateFields(halves[0]) else { return nil }
        guard halves.count == 2 else { return UTCTime(date).map { Double($0.secondsSinceEpoch) } }
        return moment(date, halves[1])
    }

    private static func isYear(_ text: String) -> Bool {
        text.utf8.count == 4 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func dateFields(_ text: Substring) -> UTCTime.Fields? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts[0].utf8.count == 4,
            parts.dropFirst().allSatisfy({ $0.utf8.count == 2 })
        else { return nil }
        let numbers = parts.compactMap(decimal)
        guard numbers.count == parts.count else { return nil }
        return UTCTime.Fields(
            year: numbers[0], month: numbers.count > 1 ? numbers[1] : 1, day: numbers.count > 2 ? numbers[2] : 1)
    }

    private static func moment(_ date: UTCTime.Fields, _ text: Substring) -> Double? {
        guard let zoneStart = text.firstIndex(where: { ["Z", "+", "-"].contains($0) }),
            let offset = zoneOffset(text[zoneStart...])
        else { return nil }
        let clock = text[..<zoneStart].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(clock.count), clock[0].utf8.count == 2, clock[1].utf8.count == 2,
            let hour = decimal(clock[0]), let minute = decimal(clock[1])
        else { return nil }
        var fields = date
        (fields.hour, fields.minute) = (hour, minute)
        var fraction = 0.0
        if clock.count == 3 {
            let second = clock[2].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard second[0].utf8.count == 2, let whole = decimal(second[0]) else { return nil }
            fields.second = whole
            if second.count == 2 {
                guard decimal(second[1].prefix(8)) != nil, second[1].utf8.count <= 9,
                    let value = ConditionNumber.parse("0." + second[1])
                else { return nil }
                fraction = value
            }
        }
        return UTCTime(fields).map { Double($0.secondsSinceEpoch - offset) + fraction }
    }

    /// Seconds east of Greenwich.
    private static func zoneOffset(_ text: Substring) -> Int64? {
        if text == "Z" { return 0 }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = decimal(parts[0]),
            let minutes = decimal(parts[1]), hours < 24, minutes < 60
        else { return nil }
        let seconds = (hours * 60 + minutes) * 60
        return text.hasPrefix("-") ? -seconds : seconds
    }

    private static func decimal(_ text: Substring) -> Int64? {
        guard (1...8).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(text)
    }
}
