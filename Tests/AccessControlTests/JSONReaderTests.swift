import Testing

@testable import AccessControl

@Suite struct JSONReaderTests {
    private static func fault(_ bytes: [UInt8]) -> JSONFault? {
        do throws(JSONFault) {
            _ = try JSONReader.read(bytes)
            return nil
        } catch {
            return error
        }
    }

    private static func fault(_ text: String) -> JSONFault? { fault(Array(text.utf8)) }

    private static func string(_ text: String) throws(JSONFault) -> String? {
        guard case .string(let value) = try JSONReader.read(Array(text.utf8)).value else { return nil }
        return value
    }

    @Test(arguments: [
        #"{}"#, #"[]"#, #" [ 1 , -0.5e+10, 0 , "a" , true, false, null, {"a": [{}]} ] "#, "\t\n\r 0",
        #""\ud834\udd1e""#,
    ])
    func `JSON is read`(text: String) {
        #expect(Self.fault(text) == nil)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "[,]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a" 1}"#, "{a:1}",
        "{'a':1}", "nul", "tru", "01", "1.", ".5", "+1", "1e", "1e+", "-", "--1", "0x1", "NaN", "Infinity",
        #"""#, #""a"#,
        #""\"#, #""\x""#, #""\u12"#, #""\u12g4""#, #""\ud834""#, #""\ud834x""#, #""\ud834\u0041""#, #""\udd1e""#,
        "\"\n\"",
        "1 2", "[] []", "// a\n1", "[1/* */]", #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, "\u{feff}{}",
    ])
    func `What is not JSON is refused within its bounds`(text: String) throws {
        let fault = try #require(Self.fault(text))
        #expect((0...text.utf8.count).contains(fault.offset))
    }

    @Test func `What is not UTF-8 is refused`() {
        #expect(Self.fault([0x22, 0xff, 0x22]) != nil)
        #expect(Self.fault([0x22, 0xc0, 0x80, 0x22]) != nil)
        #expect(Self.fault([0x22, 0xed, 0xa0, 0x80, 0x22]) != nil)
    }

    @Test func `Two spellings of a letter are two names`() {
        #expect(Self.fault("{\"caf\u{e9}\": 1, \"cafe\u{301}\": 2}") == nil)
    }

    @Test func `Strings are unescaped`() throws {
        let escapes = try Self.string(#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud834\udd1e""#)
        #expect(escapes == "\"\\/\u{8}\u{c}\n\r\tA\u{e9}\u{1d11e}")
        #expect(try Self.string(#""ä€""#) == "ä€")
    }

    @Test func `Nesting has an end`() {
        #expect(Self.fault(String(repeating: "[", count: 100_000))?.reason == "The document is nested too deeply")
        #expect(Self.fault(String(repeating: #"{"a":"#, count: 100_000))?.reason == "The document is nested too deeply")
    }
}
