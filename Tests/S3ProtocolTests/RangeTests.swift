import NIOHTTP1
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct RangeTests {
    @Test(
        arguments: [
            ("bytes=0-4", 10, 0..<5), ("bytes=4-7", 11, 4..<8), ("bytes=4-", 11, 4..<11), ("bytes=-7", 11, 4..<11),
            ("bytes=-8", 3, 0..<3), ("bytes=0-52428799", 10, 0..<10), ("bytes=0-0", 1, 0..<1), ("BYTES=1-1", 2, 1..<2),
            ("bytes=9-99999999999999999999999", 10, 9..<10), ("bytes=-99999999999999999999999", 10, 0..<10),
            ("bytes=0-18446744073709551615", 10, 0..<10),
        ] as [(String, UInt64, Range<UInt64>)])
    func `A range is clamped to the object`(text: String, size: UInt64, expected: Range<UInt64>) throws {
        #expect(try #require(RangeHeader(text)).resolve(size: size) == expected)
    }

    @Test(
        arguments: [
            ("bytes=40-50", 11), ("bytes=11-", 11), ("bytes=0-0", 0), ("bytes=40-50", 0), ("bytes=-5", 0),
            ("bytes=-0", 11),
            ("bytes=99999999999999999999999-", 11),
        ] as [(String, UInt64)])
    func `A range without a byte of the object is not satisfiable`(text: String, size: UInt64) throws {
        let range = try #require(RangeHeader(text))
        let refusal = failure { try range.resolve(size: size) }
        #expect(refusal.code == .invalidRange)
        #expect(refusal.status.code == 416)
        #expect(refusal["RangeRequested"] == text)
        #expect(refusal["ActualObjectSize"] == String(size))
        #expect(refusal.headers.first(name: "Content-Range") == "bytes */\(size)")
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=0--1",
        "bytes=1", "0-1", "bytes=+1-2", "bytes=1-2-3", "bytes= 0-1", "bytes==0-1",
    ])
    func `What is no single range of bytes is ignored`(text: String) {
        #expect(RangeHeader(text) == nil)
    }

    @Test(arguments: [
        "0-2", "bytes=0", "bytes=hello-world", "bytes=0-bar", "bytes=hello-", "bytes=0-2,3-5", "bytes=-5", "bytes=5-",
        "bytes=5-2", "",
    ])
    func `The range of a copy's source is strict`(text: String) {
        #expect(failure { try CopySourceRange(text) }.code == .invalidArgument)
    }

    @Test func `The range of a copy's source lies within it`() throws {
        let range = try CopySourceRange("bytes=0-21")
        #expect(try range.resolve(size: 22) == 0..<22)
        #expect(failure { try range.resolve(size: 21) }.code == .invalidRange)
        let endless = try CopySourceRange("bytes=0-99999999999999999999999")
        #expect(failure { try endless.resolve(size: .max) }.code == .invalidRange)
    }

    @Test(arguments: [
        ("\"abc\"", true), ("\"x\"", false), ("W/\"abc\"", false), ("abc", false),
        ("Sun, 22 Nov 2026 10:00:00 GMT", true), ("Sun, 22 Nov 2026 10:00:01 GMT", false), ("", false),
    ])
    func `If-Range ignores the range when the object is another one`(text: String, isRanged: Bool) throws {
        let info = ObjectInfo(
            key: try ObjectKey("k"), size: 3, modified: moment, seal: ContentSeal(etag: ETag("abc")),
            metadata: ObjectMetadata(), partCount: nil)
        let read = try operation(.GET, "/bucket/k", ["Range": "bytes=0-1", "If-Range": text])
        guard case .getObject(let input) = read else { throw S3Error(.internalError) }
        #expect((input.range(of: info) != nil) == isRanged)
    }
}
