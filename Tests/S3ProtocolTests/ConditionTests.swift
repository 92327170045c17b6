import NIOHTTP1
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct ConditionTests {
    static let past = "Sun, 22 Nov 2026 09:59:59 GMT"
    static let same = "Sun, 22 Nov 2026 10:00:00 GMT"
    static let future = "Sun, 22 Nov 2026 10:00:01 GMT"

    @Test(
        arguments: [
            ([:], .proceed),
            (["If-Match": "\"abc\""], .proceed),
            (["If-Match": "abc"], .proceed),
            (["If-Match": "\"x\", \"abc\""], .proceed),
            (["If-Match": "*"], .proceed),
            (["If-Match": "\"x\""], .preconditionFailed(header: "If-Match")),
            (["If-Match": "W/\"abc\""], .preconditionFailed(header: "If-Match")),
            (["If-Match": ""], .preconditionFailed(header: "If-Match")),
            (["If-None-Match": "\"abc\""], .notModified),
            (["If-None-Match": "W/\"abc\""], .notModified),
            (["If-None-Match": "*"], .notModified),
            (["If-None-Match": "\"x\""], .proceed),
            (["If-Modified-Since": past], .proceed),
            (["If-Modified-Since": same], .notModified),
            (["If-Modified-Since": future], .notModified),
            (["If-Modified-Since": "yesterday"], .proceed),
            (["If-Unmodified-Since": past], .preconditionFailed(header: "If-Unmodified-Since")),
            (["If-Unmodified-Since": same], .proceed),
            (["If-Unmodified-Since": "soon"], .proceed),
            // A tag decides before a date of its kind.
            (["If-Match": "\"abc\"", "If-Unmodified-Since": past], .proceed),
            (["If-None-Match": "\"x\"", "If-Modified-Since": future], .proceed),
            (["If-None-Match": "\"abc\"", "If-Modified-Since": past], .notModified),
            (["If-Match": "\"x\"", "If-None-Match": "\"abc\""], .preconditionFailed(header: "If-Match")),
            (["If-Match": "\"abc\"", "If-None-Match": "\"abc\""], .notModified),
        ] as [(HTTPHeaders, ReadConditions.Verdict)])
    func `Conditions on reads take precedence as RFC 9110 says`(
        headers: HTTPHeaders, verdict: ReadConditions.Verdict
    ) {
        #expect(ReadConditions(headers: headers).evaluate(etag: ETag("abc"), modified: moment) == verdict)
    }

    @Test func `A copy's source has conditions of its own, and none of them answers 304`() {
        let info = ObjectInfo(
            key: ObjectKey(trusted: [97]), size: 1, modified: moment, seal: ContentSeal(etag: ETag("abc")),
            metadata: ObjectMetadata(), partCount: nil)
        let headers: HTTPHeaders = ["x-amz-copy-source-if-none-match": "\"abc\"", "If-Match": "\"x\""]
        let conditions = ReadConditions(headers: headers, prefix: "x-amz-copy-source-")
        #expect(failure { try conditions.checkSource(info) }.code == .preconditionFailed)
        #expect(throws: Never.self) { try ReadConditions.none.checkSource(info) }
    }

    @Test func `Conditions on writes become preconditions of the commit`() throws {
        #expect(try WriteConditions.forWriting([:]) == .none)
        #expect(try WriteConditions.forWriting(["If-None-Match": "*"]).ifNoneMatch == .any)
        #expect(try WriteConditions.forWriting(["If-None-Match": "ABCORZ"]).ifNoneMatch == .oneOf([ETag("ABCORZ")]))
        #expect(try WriteConditions.forWriting(["If-Match": "\"abc\""]).ifMatch == .oneOf([ETag("abc")]))
    }

    @Test(arguments: ["If-Modified-Since", "If-Unmodified-Since"])
    func `Conditions that writes do not have are refused by name`(name: String) {
        let refusal = failure { try WriteConditions.forWriting([name: Self.same]) }
        #expect(refusal.code == .notImplemented)
        #expect(refusal["Header"] == name.lowercased())
    }

    @Test func `A delete can name tag, time and size`() throws {
        let condition = try WriteConditions.forDeleting([
            "If-Match": "\"abc\"", "x-amz-if-match-last-modified-time": Self.same, "x-amz-if-match-size": "12",
        ])
        #expect(condition.ifMatch == .oneOf([ETag("abc")]))
        #expect(condition.ifModifiedAt?.seconds == moment.seconds)
        #expect(condition.ifSize == 12)
        for headers in [
            ["x-amz-if-match-size": "-1"], ["x-amz-if-match-size": "x"], ["x-amz-if-match-last-modified-time": "x"],
        ] as [HTTPHeaders] {
            #expect(failure { try WriteConditions.forDeleting(headers) }.code == .invalidArgument)
        }
    }
}
