package import StorageAPI

extension Timestamp {
    /// `2026-11-22T10:00:00.000Z`, as in S3's documents.
    package var iso8601: String {
        let date = CivilTime(seconds: seconds)
        var text = TimeText()
        text.append(date.year, width: 4)
        text.append("-")
        text.append(date.month, width: 2)
        text.append("-")
        text.append(date.day, width: 2)
        text.append("T")
        text.append(clockOf: date)
        text.append(".")
        text.append(Int(milliseconds - seconds * 1000), width: 3)
        text.append("Z")
        return text.string
    }

    /// `Sun, 22 Nov 2026 10:00:00 GMT` (IMF-fixdate, RFC 9110 section 5.6.7), as in headers. Rounded down to seconds.
    package var httpDate: String {
        let date = CivilTime(seconds: seconds)
        var text = TimeText()
        text.append(CivilTime.dayNames[date.weekday])
        text.append(", ")
        text.append(date.day, width: 2)
        text.append(" ")
        text.append(CivilTime.monthNames[date.month - 1])
        text.append(" ")
        text.append(date.year, width: 4)
        text.append(" ")
        text.append(clockOf: date)
        text.append(" GMT")
        return text.string
    }

    /// One of the three forms of RFC 9110, section 5.6.7; nil for anything else.
    package init?(httpDate text: String) {
        let words = text.split(separator: " ").map(String.init)
        let time: CivilTime?
        switch words.count {
        case 6 where words[5] == "GMT":  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
            time = CivilTime(year: words[3], monthName: words[2], day: words[1], clock: words[4])
        case 5:  // asctime: Sun Nov  6 08:49:37 1994
            time = CivilTime(year: words[4], monthName: words[1], day: words[2], clock: words[3])
        case 4 where words[3] == "GMT":  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard date.count == 3 else { return nil }
            time = CivilTime(year: date[2], monthName: date[1], day: date[0], clock: words[2])
        default:
            return nil
        }
        guard let time else { return nil }
        self.init(milliseconds: time.seconds * 1000)
    }

    /// `2026-11-22T10:00:00Z`, with or without a fraction, in UTC; nil for anything else.
    package init?(iso8601 text: String) {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[1].hasSuffix("Z") else { return nil }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let clock = halves[1].dropLast().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard date.count == 3, date[0].utf8.count == 4, let month = CivilTime.number(date[1]),
            (1...2).contains(clock.count),
            let time = CivilTime(year: date[0], month: month, day: date[2], clock: clock[0])
        else { return nil }
        var fraction: Int64 = 0
        if clock.count == 2 {
            guard let digits = CivilTime.number(String(clock[1].prefix(9))) else { return nil }
            fraction = Int64(digits)
            for _ in 0..<max(0, 3 - clock[1].utf8.count) { fraction *= 10 }
            for _ in 0..<max(0, min(clock[1].utf8.count, 9) - 3) { fraction /= 10 }
        }
        self.init(milliseconds: time.seconds * 1000 + fraction)
    }
}

/// A date and a time of day in UTC, in the proleptic Gregorian calendar.
private struct CivilTime {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    static let dayNames = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let secondsPerDay: Int64 = 86_400
    private static let daysPerEra: Int64 = 146_097

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March, eras have 400 years.
    init(seconds: Int64) {
        let days = seconds >= 0 ? seconds / Self.secondsPerDay : (seconds - Self.secondsPerDay + 1) / Self.secondsPerDay
        let clock = Int(seconds - days * Self.secondsPerDay)
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - Self.daysPerEra + 1) / Self.daysPerEra
        let dayOfEra = shifted - era * Self.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = clock / 3_600
        minute = clock / 60 % 60
        second = clock % 60
    }

    init?(year: String, monthName: String, day: String, clock: String) {
        guard let month = Self.monthNames.firstIndex(of: monthName) else { return nil }
        self.init(year: year, month: month + 1, day: day, clock: clock)
    }

    /// Years of two digits are RFC 850's: up to 69 they are of this century.
    init?(year: String, month: Int, day: String, clock: String) {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { Self.number(String($0)) }
        guard var year = Self.number(year), let day = Self.number(day), parts.count == 3,
            let hour = parts[0], let minute = parts[1], let second = parts[2],
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        if year < 100 { year += year < 70 ? 2000 : 1900 }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Since 1970-01-01T00:00:00Z.
    var seconds: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * Self.daysPerEra + dayOfEra - 719_468
        return days * Self.secondsPerDay + Int64(hour * 3_600 + minute * 60 + second)
    }

    /// 0 is a Thursday, as 1970-01-01 was.
    var weekday: Int {
        let days = (seconds - Int64(hour * 3_600 + minute * 60 + second)) / Self.secondsPerDay
        return Int((days % 7 + 7) % 7)
    }

    /// Up to nine digits and nothing else.
    static func number(_ text: String) -> Int? {
        guard (1...9).contains(text.utf8.count), let value = RangeHeader.number(text.utf8) else { return nil }
        return Int(value)
    }
}

/// Text of fixed-width numbers. Interpolation is ten times as slow, and a page of a listing has a thousand dates.
private struct TimeText {
    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(32)
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// `number` is not negative; digits beyond `width` are kept.
    mutating func append(_ number: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        if number >= divisor * 10 || number < 0 { return append(String(number)) }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    mutating func append(clockOf time: CivilTime) {
        append(time.hour, width: 2)
        append(":")
        append(time.minute, width: 2)
        append(":")
        append(time.second, width: 2)
    }
}
