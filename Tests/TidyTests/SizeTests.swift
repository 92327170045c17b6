import Testing

/// STYLE: a file tells one story and stops at 500 lines; a function fits a screen; 120 columns.
@Suite struct SizeTests {
    static let longestFile = 500
    static let longestFunction = 80
    static let widestLine = 120

    @Test(arguments: SourceTree.sources + SourceTree.tests)
    func `A file stops at 500 lines`(file: SourceTree.File) {
        #expect(file.lines.count <= Self.longestFile, "\(file.path)")
    }

    @Test(arguments: SourceTree.sources + SourceTree.tests)
    func `A line stops at 120 columns`(file: SourceTree.File) {
        for (index, line) in file.lines.enumerated()
        where line.utf8.count > Self.widestLine && line.count > Self.widestLine {
            Issue.record("\(file.path):\(index + 1) has \(line.count) columns")
        }
    }

    @Test(arguments: SourceTree.sources + SourceTree.tests)
    func `A function fits a screen`(file: SourceTree.File) {
        for function in FunctionExtent.all(in: file.text) where function.lineCount > Self.longestFunction {
            Issue.record("\(file.path):\(function.line) \(function.name) has \(function.lineCount) lines")
        }
    }

    @Test func `Functions are measured from their first line to their closing brace`() {
        let text = """
            struct Sample {
                func first(of text: String = "}") -> Int {
                    // }
                    if text.isEmpty { return 0 }
                    return 1
                }
                init() {}
                func requirement()
                var computed: Int {
                    1
                }
            }
            """
        let found = FunctionExtent.all(in: text)
        #expect(found.map(\.name) == ["first", "init"])
        #expect(found.map(\.line) == [2, 7])
        #expect(found.map(\.lineCount) == [5, 1])
    }
}
