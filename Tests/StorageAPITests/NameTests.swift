import StorageAPI
import Testing

@Test(arguments: ["abc", "a.b-c", "1bucket", "bucket1", String(repeating: "a", count: 63), "1.2.3.four"])
func `A bucket name within the rules is taken`(_ text: String) throws {
    #expect(try BucketName(text).text == text)
}

@Test(arguments: [
    "", "ab", String(repeating: "a", count: 64), "Abc", "a_b", "-abc", "abc-", ".abc", "abc.", "a..b", "192.168.5.4",
    "xn--abc", "sthree-abc", "amzn-s3-demo-abc", "abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "é́bc", "a b",
])
func `A bucket name beyond the rules is refused`(_ text: String) {
    #expect(throws: InvalidName.self) { try BucketName(text) }
}

@Test func `A key has one to 1,024 bytes of UTF-8`() throws {
    #expect(throws: InvalidName.self) { try ObjectKey("") }
    #expect(throws: InvalidName.self) { try ObjectKey(String(repeating: "é", count: 513)) }
    #expect(throws: InvalidName.self) { try ObjectKey([0x61, 0xFF]) }
    #expect(throws: InvalidName.self) { try ObjectKey([0xED, 0xA0, 0x80]) }
    #expect(try ObjectKey(String(repeating: "é", count: 512)).bytes.count == 1024)
    #expect(try ObjectKey([0]).bytes == [0])
}

@Test func `Keys that look alike stay apart`() throws {
    let composed = try ObjectKey("\u{E9}")
    let decomposed = try ObjectKey("e\u{301}")
    #expect(composed != decomposed)
    #expect(decomposed < composed)
}

@Test(arguments: [(0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2)] as [(Int64, Int64)])
func `Seconds are rounded down`(_ milliseconds: Int64, _ seconds: Int64) {
    #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
}
