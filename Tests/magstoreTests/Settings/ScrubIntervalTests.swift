import Testing

@testable import magstore

@Suite struct ScrubIntervalTests {
    @Test(
        arguments: [
            ("30d", 2_592_000_000), ("720h", 2_592_000_000), ("90m", 5_400_000), ("5s", 5000),
            ("3650d", 315_360_000_000),
        ] as [(String, UInt64)])
    func `A time is read`(text: String, milliseconds: UInt64) {
        #expect(ScrubInterval(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["off", "30d", "1h", "25h", "90m", "61s"])
    func `A time is written as it is read, in its largest unit`(text: String) {
        #expect(ScrubInterval(text)?.text == text)
    }

    @Test(arguments: ["", "30", "0d", "d", "-1d", "1w", "30 d", "3651d", "99999999999999999999d", "never"])
    func `Anything else is refused`(text: String) {
        #expect(ScrubInterval(text) == nil)
    }
}
