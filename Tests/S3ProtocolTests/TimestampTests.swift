import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_795_341_600_250, "2026-11-22T10:00:00.250Z", "Sun, 22 Nov 2026 10:00:00 GMT"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
            (-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String, String)])
    func `A moment has a form for documents and one for headers`(milliseconds: Int64, document: String, header: String)
    {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.iso8601 == document)
        #expect(time.httpDate == header)
        #expect(Timestamp(httpDate: header)?.milliseconds == time.seconds * 1_000)
        #expect(Timestamp(iso8601: document) == time)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func `All three forms of HTTP dates are read`(text: String) {
        #expect(Timestamp(httpDate: text)?.seconds == 784_111_777)
    }

    @Test(arguments: [
        "", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 99999999999999 08:49:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 PST", "784111777",
    ])
    func `Anything else is no date`(text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }

    @Test(
        arguments: [
            ("2026-11-22T10:00:00Z", 1_795_341_600_000), ("2026-11-22T10:00:00.25Z", 1_795_341_600_250),
            ("2026-11-22T10:00:00.2504567Z", 1_795_341_600_250),
        ] as [(String, Int64)])
    func `Fractions of a second may have any length`(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "2026-11-22", "2026-11-22T10:00:00", "2026-13-22T10:00:00Z", "26-11-22T10:00:00Z", "TZ"])
    func `Other forms of ISO 8601 are not read`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `The days of four centuries read back`() {
        for day in stride(from: Int64(-36_525), through: 109_575, by: 29) {
            let time = Timestamp(milliseconds: day * 86_400_000)
            guard Timestamp(iso8601: time.iso8601) == time else {
                Issue.record("day \(day): \(time.iso8601)")
                return
            }
        }
    }
}
