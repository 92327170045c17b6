import SigV4
import Testing

@Suite("Times")
struct UTCTimeTests {
    @Test(
        "are written and read in the basic and extended forms of ISO 8601",
        arguments: [
            (0, "19700101T000000Z", "1970-01-01T00:00:00Z"),
            (1_369_353_600, "20130524T000000Z", "2013-05-24T00:00:00Z"),
            (951_826_149, "20000229T120909Z", "2000-02-29T12:09:09Z"),
            (4_107_542_399, "21000228T235959Z", "2100-02-28T23:59:59Z"),
            (4_107_542_400, "21000301T000000Z", "2100-03-01T00:00:00Z"),
            (-1, "19691231T235959Z", "1969-12-31T23:59:59Z"),
            (253_402_300_799, "99991231T235959Z", "9999-12-31T23:59:59Z"),
        ] as [(Int64, String, String)])
    func iso8601(seconds: Int64, basic: String, extended: String) {
        let time = UTCTime(secondsSinceEpoch: seconds)
        #expect(time.basicISO8601 == basic)
        #expect(time.extendedISO8601 == extended)
        #expect(UTCTime(basicISO8601: basic) == time)
    }

    @Test("survive being written and read, through 800 years")
    func everyDay() {
        for day in stride(from: Int64(-365 * 400), to: 365 * 400, by: 3) {
            let time = UTCTime(secondsSinceEpoch: day * 86_400 + 3601)
            #expect(UTCTime(basicISO8601: time.basicISO8601) == time)
        }
    }

    @Test(
        "refuse what is no time",
        arguments: [
            "", "20130524", "20130524T000000", "20130524T000000z", "20130524 000000Z", "2013-05-24T00:00:00Z",
            "20131324T000000Z", "20130024T000000Z", "20130532T000000Z", "20130500T000000Z", "20130229T000000Z",
            "20130524T240000Z", "20130524T006000Z", "20130524T000061Z", "+2013524T000000Z", "2013O524T000000Z",
            "20130524T000000ZZ", "٢0130524T000000Z",
        ])
    func malformed(text: String) {
        #expect(UTCTime(basicISO8601: text) == nil)
    }

    @Test(
        "read the three forms of HTTP dates",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 -0000", "Sun, 06 Nov 1994 08:49:37 +0000",
        ])
    func httpDates(text: String) {
        #expect(UTCTime(httpDate: text)?.secondsSinceEpoch == 784_111_777)
    }

    @Test(
        "refuse what is no HTTP date",
        arguments: [
            "", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 +0100", "Sun, 06 Nov 1994 08:49:37 0000", "Sun, 06 Nov 1994 08:49:37 -0000 GMT",
            "Sun, 06 Nof 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun Nov 6 1994", "Sun, 06 Nov 194 08:49:37 GMT", "Sun, 006 Nov 1994 08:49:37 GMT", ", , , , , ,",
        ])
    func malformedHTTPDates(text: String) {
        #expect(UTCTime(httpDate: text) == nil)
    }
}
