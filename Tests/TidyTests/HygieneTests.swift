import Foundation
import Testing

@Suite struct HygieneTests {
    /// Spelled in pieces, so that this file passes its own test.
    static let localPaths = ["/wo" + "rk/", "/ro" + "ot/", "/Us" + "ers/"]

    @Test(arguments: SourceTree.everything)
    func `No committed text names a path of somebody's machine`(file: SourceTree.File) {
        for (index, line) in file.lines.enumerated() where Self.localPaths.contains(where: line.contains) {
            Issue.record("\(file.path):\(index + 1): \(line)")
        }
    }

    @Test(arguments: SourceTree.sources)
    func `An unchecked Sendable says on the line above why it holds`(file: SourceTree.File) {
        let lines = file.lines
        for (index, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
            guard SwiftText.code(of: String(line)).contains("@unchecked Sendable") else { continue }
            let above = index > 0 ? lines[index - 1].trimmingCharacters(in: .whitespaces) : ""
            #expect(above.hasPrefix("//"), "\(file.path):\(index + 1) needs its proof as a comment directly above")
        }
    }

    /// Input and drives throw; a broken invariant says what was broken, with `precondition` or `fatalError`.
    @Test(arguments: SourceTree.sources)
    func `Nothing is forced that a client or a drive can break`(file: SourceTree.File) {
        let traps = ["try!", "as!"].filter(file.text.contains)
        guard !traps.isEmpty else { return }
        for (index, line) in SwiftText.code(of: file.text).split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            for trap in traps where line.contains(trap) {
                Issue.record("\(file.path):\(index + 1) uses \(trap)")
            }
        }
    }

    @Test func `Literals and comments are blanked out and code is kept`() {
        let text = #"""
            let a = "{ \"try!\" \(f("}")) }" // try!
            /* a /* nested */ } */ let b = #"raw " \ "# + c
            let d = """
                } "quoted" \(x)
                """
            """#
        let code = SwiftText.code(of: text)
        #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count == 5)
        #expect(!code.contains("}") && !code.contains("{") && !code.contains("try!"))
        #expect(code.contains("let b =") && code.contains("+ c") && code.contains("let d ="))
    }

    @Test func `No file is named for being a drawer`() {
        let drawers = ["Utils", "Utilities", "Helpers", "Manager", "Common", "Misc"]
        for file in SourceTree.sources {
            #expect(!drawers.contains { file.path.contains($0) }, "\(file.path)")
        }
    }
}
