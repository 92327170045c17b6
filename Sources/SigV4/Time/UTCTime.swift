/// A moment in UTC, in whole seconds, and the forms in which requests write it.
package struct UTCTime: Hashable, Comparable, Sendable {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    package let secondsSinceEpoch: Int64

    package init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    package static func < (left: Self, right: Self) -> Bool { left.secondsSinceEpoch < right.secondsSinceEpoch }

    package func advanced(bySeconds seconds: Int64) -> UTCTime {
        UTCTime(secondsSinceEpoch: secondsSinceEpoch + seconds)
    }
}

extension UTCTime {
    /// The fields of a clock and a calendar on the wall.
    package struct Fields: Sendable {
        package var year: Int64
        package var month: Int64
        package var day: Int64
        package var hour: Int64
        package var minute: Int64
        package var second: Int64

        package init(
            year: Int64, month: Int64, day: Int64, hour: Int64 = 0, minute: Int64 = 0, second: Int64 = 0
        ) {
            (self.year, self.month, self.day) = (year, month, day)
            (self.hour, self.minute, self.second) = (hour, minute, second)
        }
    }

    /// Nil when there is no such day or time of day. A leap second counts as the first of the next minute.
    package init?(_ fields: Fields) {
        guard (0...9999).contains(fields.year), (1...12).contains(fields.month),
            (1...Self.dayCount(ofMonth: fields.month, year: fields.year)).contains(fields.day),
            (0...23).contains(fields.hour), (0...59).contains(fields.minute), (0...60).contains(fields.second)
        else { return nil }
        let days = Self.daysSinceEpoch(fields)
        secondsSinceEpoch = ((days * 24 + fields.hour) * 60 + fields.minute) * 60 + fields.second
    }

    var fields: Fields {
        let days = (secondsSinceEpoch >= 0 ? secondsSinceEpoch : secondsSinceEpoch - 86_399) / 86_400
        let secondOfDay = secondsSinceEpoch - days * 86_400
        var fields = Self.date(daysSinceEpoch: days)
        fields.hour = secondOfDay / 3600
        fields.minute = secondOfDay / 60 % 60
        fields.second = secondOfDay % 60
        return fields
    }

    private static func dayCount(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // The Gregorian calendar repeats every 400 years, which have 146,097 days. Years are counted from March here, so
    // that the leap day is the last of its year and months follow a linear pattern (153 days in five of them).
    private static let daysPerEra: Int64 = 146_097
    private static let epochDay: Int64 = 719_468  // from 0000-03-01 to 1970-01-01

    private static func daysSinceEpoch(_ fields: Fields) -> Int64 {
        let year = fields.month <= 2 ? fields.year - 1 : fields.year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let monthFromMarch = (fields.month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + fields.day - 1
        return era * daysPerEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - epochDay
    }

    private static func date(daysSinceEpoch: Int64) -> Fields {
        let days = daysSinceEpoch + epochDay
        let era = (days >= 0 ? days : days - daysPerEra + 1) / daysPerEra
        let dayOfEra = days - era * daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = (monthFromMarch + 2) % 12 + 1
        return Fields(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
