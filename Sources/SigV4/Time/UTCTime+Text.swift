extension UTCTime {
    /// Reads `YYYYMMDD'T'HHMMSS'Z'`, the form of X-Amz-Date.
    package init?(basicISO8601 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let date = decimal(bytes[0..<8]), let time = decimal(bytes[9..<15])
        else { return nil }
        self.init(
            Fields(
                year: date / 10_000, month: date / 100 % 100, day: date % 100,
                hour: time / 10_000, minute: time / 100 % 100, second: time % 100))
    }

    /// Reads an HTTP date in any of its three forms (RFC 9110, section 5.6.7), and the form of mails for the same zone:
    /// botocore signs with a `Date` that ends in `-0000`.
    package init?(httpDate text: String) {
        // "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"
        let separators = [UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "-")]
        var words = text.utf8.split { separators.contains($0) }.dropFirst()
        guard words.count >= 4 else { return nil }
        if text.utf8.contains(UInt8(ascii: ",")) {
            let isUniversal = [" GMT", " -0000", " +0000"].contains {
                text.utf8.suffix($0.utf8.count).elementsEqual($0.utf8)
            }
            guard words.count == 5, isUniversal else { return nil }
            words.removeLast()
            self.init(day: words[1], month: words[2], year: words[3], time: words[4])
        } else {
            guard words.count == 4 else { return nil }
            self.init(day: words[2], month: words[1], year: words[4], time: words[3])
        }
    }

    private typealias Word = Substring.UTF8View

    private init?(day: Word, month: Word, year: Word, time: Word) {
        let clock = time.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard clock.count == 3, clock.allSatisfy({ $0.count == 2 }), let hour = decimal(clock[0]),
            let minute = decimal(clock[1]), let second = decimal(clock[2]), day.count <= 2, let day = decimal(day),
            let month = Self.monthNames.firstIndex(where: { $0.utf8.elementsEqual(month) }),
            let fullYear = Self.fullYear(year)
        else { return nil }
        self.init(
            Fields(year: fullYear, month: Int64(month) + 1, day: day, hour: hour, minute: minute, second: second))
    }

    /// Two digits are of the last or this century, whichever is nearer to our time.
    private static func fullYear(_ word: Word) -> Int64? {
        guard let year = decimal(word) else { return nil }
        switch word.count {
        case 4: return year
        case 2: return year < 70 ? year + 2000 : year + 1900
        default: return nil
        }
    }

    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `YYYYMMDD'T'HHMMSS'Z'`.
    package var basicISO8601: String {
        let fields = fields
        return text { digits in
            digits.append(fields.year, count: 4)
            digits.append(fields.month, count: 2)
            digits.append(fields.day, count: 2)
            digits.append("T")
            digits.append(fields.hour, count: 2)
            digits.append(fields.minute, count: 2)
            digits.append(fields.second, count: 2)
            digits.append("Z")
        }
    }

    /// `YYYYMMDD`.
    package var basicISO8601Day: String {
        String(basicISO8601.prefix(8))
    }

    /// `YYYY-MM-DD'T'HH:MM:SS'Z'`.
    package var extendedISO8601: String {
        let fields = fields
        return text { digits in
            digits.append(fields.year, count: 4)
            digits.append("-")
            digits.append(fields.month, count: 2)
            digits.append("-")
            digits.append(fields.day, count: 2)
            digits.append("T")
            digits.append(fields.hour, count: 2)
            digits.append(":")
            digits.append(fields.minute, count: 2)
            digits.append(":")
            digits.append(fields.second, count: 2)
            digits.append("Z")
        }
    }

    private func text(_ write: (inout DigitText) -> Void) -> String {
        var digits = DigitText()
        write(&digits)
        return String(decoding: digits.bytes, as: UTF8.self)
    }
}

/// ASCII digits and what stands between them.
private struct DigitText {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: Int64, count: Int) {
        var divisor: Int64 = 1
        for _ in 1..<count { divisor *= 10 }
        for _ in 0..<count {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    mutating func append(_ separator: Unicode.Scalar) {
        bytes.append(UInt8(ascii: separator))
    }
}

/// The value of one to eight decimal digits and nothing else.
func decimal(_ digits: some Collection<UInt8>) -> Int64? {
    guard (1...8).contains(digits.count) else { return nil }
    var value: Int64 = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return value
}
