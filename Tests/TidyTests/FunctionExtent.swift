import Foundation

/// Where a function or initializer with a body stands in a source file.
struct FunctionExtent {
    let name: String
    /// The line of its keyword, from 1.
    let line: Int
    let lineCount: Int

    static func all(in source: String) -> [FunctionExtent] {
        let code = Array(SwiftText.code(of: source).utf8)
        var found: [FunctionExtent] = []
        var position = 0
        var line = 1
        while position < code.count {
            if code[position] == UInt8(ascii: "\n") { line += 1 }
            if let name = declaration(in: code, at: position), let body = body(in: code, from: position) {
                let lineCount = code[position..<body].count { $0 == UInt8(ascii: "\n") } + 1
                found.append(FunctionExtent(name: name, line: line, lineCount: lineCount))
            }
            position += 1
        }
        return found
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }

    /// The name of what is declared by a `func` or `init` keyword at the position.
    private static func declaration(in code: [UInt8], at position: Int) -> String? {
        if position > 0, isWord(code[position - 1]) || code[position - 1] == UInt8(ascii: ".") { return nil }
        let rest = code[position...]
        if rest.starts(with: "init(".utf8) || rest.starts(with: "init?(".utf8) || rest.starts(with: "init<".utf8) {
            return "init"
        }
        guard rest.starts(with: "func ".utf8) else { return nil }
        let name = rest.dropFirst(5).prefix { isWord($0) }
        return name.isEmpty ? "an operator" : String(decoding: name, as: UTF8.self)
    }

    /// The position of the brace that closes the declaration's body; nil for a requirement without one.
    ///
    /// A brace inside the parentheses of the parameter list is a default value. Without a body, the next line that
    /// is not a continuation begins another declaration: a `}` or another keyword comes before any `{`.
    private static func body(in code: [UInt8], from start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        for position in start..<code.count {
            switch code[position] {
            case UInt8(ascii: "("): parentheses += 1
            case UInt8(ascii: ")"): parentheses -= 1
            case UInt8(ascii: "{"): braces += 1
            case UInt8(ascii: "}"):
                braces -= 1
                if braces < 0 { return nil }
                if braces == 0, parentheses == 0 { return position }
            case UInt8(ascii: "\n") where braces == 0 && parentheses == 0:
                if !continues(code, after: position) { return nil }
            default: break
            }
        }
        return nil
    }

    /// Whether the line after this line break still belongs to the same signature.
    private static func continues(_ code: [UInt8], after position: Int) -> Bool {
        let next = code[(position + 1)...].drop { $0 == UInt8(ascii: " ") }
        return ["{", "->", "where ", "throws", "async"].contains { next.starts(with: $0.utf8) }
    }
}
