import NIOHTTP1
import Testing

@testable import S3Protocol

@Suite struct ErrorTests {
    @Test(arguments: S3ErrorCode.allCases)
    func `Every code has a status of its own kind and a message`(code: S3ErrorCode) {
        #expect(code == .notModified || (400...599).contains(code.status.code))
        #expect(code.defaultMessage != code.rawValue)
    }

    @Test(
        arguments: [
            (.noSuchKey, 404), (.noSuchBucket, 404), (.bucketNotEmpty, 409), (.preconditionFailed, 412),
            (.notImplemented, 501), (.storageFull, 507), (.slowDown, 503), (.accessDenied, 403), (.invalidRange, 416),
            (.missingContentLength, 411), (.methodNotAllowed, 405), (.invalidDigest, 400), (.noSuchTagSet, 404),
            (.notModified, 304), (.requestTimeTooSkewed, 403), (.internalError, 500),
        ] as [(S3ErrorCode, UInt)])
    func `Codes have AWS's status`(code: S3ErrorCode, status: UInt) {
        #expect(code.status.code == status)
    }

    @Test func `An error is a document with its facts, escaped`() {
        let error = S3Error.invalidArgument("max-keys", "<&>", "Not an integer")
        let document = error.document(resource: "/bucket/a%20b", requestID: "0A", hostID: "host")
        #expect(
            document.documentText
                == "<Error><Code>InvalidArgument</Code><Message>Not an integer</Message>"
                + "<ArgumentName>max-keys</ArgumentName><ArgumentValue>&lt;&amp;&gt;</ArgumentValue>"
                + "<Resource>/bucket/a%20b</Resource><RequestId>0A</RequestId><HostId>host</HostId></Error>")
    }

    @Test func `An error can be parsed whatever it quotes`() {
        let error = S3Error(.noSuchKey).with("Key", "a\u{0}b\u{B}c\n\u{FFFF}é")
        let document = error.document(resource: "/", requestID: "0A", hostID: "host")
        #expect(document.documentText.contains("<Key>a\u{FFFD}b\u{FFFD}c\n\u{FFFD}é</Key>"))
    }

    @Test func `The resource of an error has no query, which may hold a signature`() {
        #expect(S3Error.resource(ofTarget: "/bucket/key?X-Amz-Signature=s") == "/bucket/key")
    }
}
