/// Swift source with comments and the insides of string literals blanked out, line breaks kept, so that what remains
/// can be searched for words and braces. A scanner for tidy sources, not a Swift parser: it knows nested block
/// comments, raw and multi-line strings, and treats interpolations as text of their literal.
struct SwiftText {
    private let input: [UInt8]
    private var output: [UInt8] = []
    private var position = 0

    static func code(of source: String) -> String {
        var scanner = SwiftText(input: Array(source.utf8))
        scanner.run()
        return String(decoding: scanner.output, as: UTF8.self)
    }

    private init(input: [UInt8]) {
        self.input = input
        output.reserveCapacity(input.count)
    }

    private mutating func run() {
        while position < input.count {
            if matches("//") {
                while position < input.count, input[position] != UInt8(ascii: "\n") { blank() }
            } else if matches("/*") {
                skipBlockComment()
            } else if let pounds = poundsBeforeQuote() {
                skipString(pounds: pounds)
            } else {
                output.append(input[position])
                position += 1
            }
        }
    }

    private func matches(_ text: StaticString, at offset: Int = 0) -> Bool {
        let start = position + offset
        guard start + text.utf8CodeUnitCount <= input.count else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { input[start + $0] == text.utf8Start[$0] }
    }

    /// Consumes one byte; a line break survives.
    private mutating func blank() {
        output.append(input[position] == UInt8(ascii: "\n") ? UInt8(ascii: "\n") : UInt8(ascii: " "))
        position += 1
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < input.count { blank() }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if matches("/*") {
                depth += 1
                blank(2)
            } else if matches("*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && position < input.count
    }

    /// How many `#` open a string literal here; nil when none starts here.
    private func poundsBeforeQuote() -> Int? {
        var count = 0
        while position + count < input.count, input[position + count] == UInt8(ascii: "#") { count += 1 }
        return matches("\"", at: count) ? count : nil
    }

    private mutating func skipString(pounds: Int) {
        let quotes = matches("\"\"\"", at: pounds) ? 3 : 1
        blank(pounds + quotes)
        while position < input.count {
            if input[position] == UInt8(ascii: "\\"), hasPounds(pounds, at: 1) {
                // An escape; what it escapes, a quote perhaps, is part of the literal.
                blank(1 + pounds)
                if matches("(") { skipInterpolation() } else { blank() }
            } else if closes(quotes: quotes, pounds: pounds) {
                blank(quotes + pounds)
                return
            } else {
                blank()
            }
        }
    }

    /// An interpolation may hold literals of its own, up to the parenthesis that closes it.
    private mutating func skipInterpolation() {
        var depth = 0
        repeat {
            if let pounds = poundsBeforeQuote() {
                skipString(pounds: pounds)
                continue
            }
            if matches("(") { depth += 1 }
            if matches(")") { depth -= 1 }
            blank()
        } while depth > 0 && position < input.count
    }

    private func hasPounds(_ count: Int, at offset: Int) -> Bool {
        (0..<count).allSatisfy { matches("#", at: offset + $0) }
    }

    private func closes(quotes: Int, pounds: Int) -> Bool {
        (0..<quotes).allSatisfy { matches("\"", at: $0) } && hasPounds(pounds, at: quotes)
    }
}
