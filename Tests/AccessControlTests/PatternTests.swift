import SeededRandom
import Testing

@testable import AccessControl

@Suite struct PatternTests {
    /// The definition, and nothing else: exponential in the worst case.
    private static func naive(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        switch pattern.first {
        case nil: return text.isEmpty
        case "*":
            let rest = pattern.dropFirst()
            return naive(rest, text) || !text.isEmpty && naive(pattern, text.dropFirst())
        case "?": return !text.isEmpty && naive(pattern.dropFirst(), text.dropFirst())
        case let letter: return letter == text.first && naive(pattern.dropFirst(), text.dropFirst())
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `Patterns match what their definition says`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let pattern = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(["a", "b", "*", "?"]) }
            let text = (0..<Int.random(in: 0...10, using: &random)).map { _ in random.pick(["a", "b"]) }
            let expected = Self.naive(pattern.map(Character.init)[...], text.map(Character.init)[...])
            #expect(Pattern(pattern.joined()).matches(text.joined()) == expected, "\(pattern) \(text) seed \(seed)")
        }
    }

    /// A piece of more than 64 places needs more than one word of bits.
    @Test(arguments: [63, 64, 65, 127, 128, 129, 200])
    func `Long pieces are found`(count: Int) {
        let piece = String(repeating: "a", count: count - 1) + "b"
        let text = String(repeating: "a", count: 500) + "b" + String(repeating: "a", count: 10)
        #expect(Pattern("*\(piece)*").matches(text))
        #expect(Pattern("*\(piece)a*a").matches(text))
        #expect(!Pattern("*\(piece)*b*").matches(text))
        #expect(Pattern("*" + String(repeating: "?", count: count) + "b*").matches(text))
    }

    /// A matcher that goes back would need years for this.
    @Test func `No pattern makes matching slow`() {
        let text = String(repeating: "a", count: 1_024)
        #expect(!Pattern(String(repeating: "a*", count: 2_000) + "b").matches(text))
        #expect(!Pattern(String(repeating: "*a?", count: 600)).matches(text))
        #expect(Pattern(String(repeating: "*a?", count: 400)).matches(text))
        #expect(!Pattern("*" + String(repeating: "?a", count: 400) + "b*").matches(text))
    }

    @Test func `A question mark stands for one character, however many bytes it has`() {
        #expect(Pattern("?").matches("€"))
        #expect(!Pattern("??").matches("€"))
        #expect(Pattern("???").matches("€ü𝄞"))
    }
}
