import NIOCore
import NIOHTTP1
import StorageAPI
import Testing

@testable import HTTPService

/// Yields the given chunks, then fails if asked to.
final class ChunkStream: ByteStream, @unchecked Sendable {
    // Sendable: one consumer at a time, as the protocol says.
    private var chunks: [ByteBuffer]
    private let failure: (any Error)?

    init(_ chunks: [String], failure: (any Error)? = nil) {
        self.chunks = chunks.reversed().map { ByteBuffer(string: $0) }
        self.failure = failure
    }

    func next() async throws -> ByteBuffer? {
        await Task.yield()
        if let chunk = chunks.popLast() { return chunk }
        if let failure { throw failure }
        return nil
    }
}

struct Broken: Error {}

@Suite(.timeLimit(.minutes(1)))
struct ResponseTests {
    static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func `A stream is sent with its length, and the connection goes on`() async throws {
        let handler = Answering { _ in
            HTTPResponse(status: .partialContent, body: .stream(ChunkStream(["ab", "c", "def"]), length: 6))
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            for _ in 0..<3 {
                try await client.send(Self.get)
                let answer = await client.response()
                #expect(answer.status == 206)
                #expect(answer["content-length"] == "6")
                #expect(answer.body == "abcdef")
            }
        }
    }

    @Test(arguments: [
        (["ab", "c"], true, "abc"),
        (["ab", "c"], false, "abc"),
        (["ab", "cdefg"], false, "ab"),
    ])
    func `A stream that breaks off closes the connection short of the promised length`(
        chunks: [String], fails: Bool, sent: String
    ) async throws {
        let handler = Answering { _ in
            let stream = ChunkStream(chunks, failure: fails ? Broken() : nil)
            return HTTPResponse(status: .ok, body: .stream(stream, length: 6))
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send(Self.get + Self.get)
            let answer = await client.response()
            #expect(answer["content-length"] == "6")
            #expect(answer.body == sent)
            #expect(await client.receiveToEnd() == "")
        }
    }

    @Test(arguments: [[], ["toolong"]])
    func `A stream that fails before its first byte becomes an error, and the connection goes on`(
        chunks: [String]
    ) async throws {
        let handler = Answering { _ in
            HTTPResponse(status: .ok, body: .stream(ChunkStream(chunks, failure: Broken()), length: 6))
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            for _ in 0..<2 {
                try await client.send(Self.get)
                #expect(await client.response().status == 500)
            }
        }
    }

    @Test(arguments: [
        (HTTPResponse(status: .ok, body: .bytes(ByteBuffer(string: "abc"))), "3"),
        (HTTPResponse(status: .ok, headLength: 1 << 40), "1099511627776"),
        (HTTPResponse(status: .ok, body: .stream(ChunkStream(["abc"]), length: 7)), "7"),
        (HTTPResponse(status: .notFound), "0"),
    ])
    func `An answer to HEAD has the length but not the body`(response: HTTPResponse, length: String) async throws {
        try await withService(.loopback(), Answering { _ in response }) { running in
            let client = try await running.client()
            for _ in 0..<2 {
                try await client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = await client.response(toHead: true)
                #expect(answer["content-length"] == length)
            }
        }
    }

    @Test(arguments: [HTTPResponseStatus.noContent, .notModified])
    func `Answers without content have no length`(status: HTTPResponseStatus) async throws {
        let handler = Answering { _ in HTTPResponse(status: status, body: .bytes(ByteBuffer(string: "never"))) }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            for _ in 0..<2 {
                try await client.send(Self.get)
                let answer = await client.response()
                #expect(answer.status == Int(status.code))
                #expect(answer["content-length"] == nil)
            }
        }
    }

    @Test func `Framing, date and server name are the service's, other headers are the handler's`() async throws {
        let headers: HTTPHeaders = [
            "X-Amz-Request-Id": "mine", "date": "then", "SERVER": "other", "Content-Length": "99",
            "Transfer-Encoding": "chunked", "Connection": "close", "ETag": "\"e\"",
        ]
        let handler = Answering { _ in
            HTTPResponse(status: .ok, headers: headers, body: .bytes(ByteBuffer(string: "abc")))
        }
        try await withService(.loopback(), handler) { running in
            let text = try await running.exchange(Self.get)
            let expected =
                "HTTP/1.1 200 OK\r\nX-Amz-Request-Id: mine\r\nETag: \"e\"\r\nContent-Length: 3\r\nDate: "
            #expect(text.hasPrefix(expected))
            #expect(text.hasSuffix(" GMT\r\nServer: magstore\r\nConnection: close\r\n\r\nabc"))
            #expect(!text.contains("then") && !text.contains("other"))
        }
    }

    @Test func `A value cannot end its line and a name must be a name`() async throws {
        let headers: HTTPHeaders = [
            "x-amz-meta-a": "b\r\nSet-Cookie: c\r\n\r\n<html>", "x-amz-meta-d\r\nEvil": "e", "bad name": "f", "": "g",
            "x-amz-meta-t": "tab\tand \u{00E9} stay",
        ]
        try await withService(.loopback(), Answering { _ in HTTPResponse(status: .ok, headers: headers) }) { running in
            let client = try await running.client()
            try await client.send(Self.get)
            let answer = await client.response()
            #expect(answer["x-amz-meta-a"] == "b  Set-Cookie: c    <html>")
            #expect(answer["x-amz-meta-t"] == "tab\tand \u{00E9} stay")
            #expect(answer["set-cookie"] == nil)
            #expect(!answer.head.contains("Evil") && !answer.head.contains("bad name"))
        }
    }

    @Test(arguments: [0, 1, 8191, 8192, 8193, 5_000_000])
    func `Bodies of every size arrive whole`(count: Int) async throws {
        let body = ByteBuffer(repeating: 0x61, count: count)
        try await withService(.loopback(), Answering { _ in HTTPResponse(status: .ok, body: .bytes(body)) }) {
            running in
            let client = try await running.client()
            for _ in 0..<2 {
                try await client.send(Self.get)
                let answer = await client.response()
                #expect(answer["content-length"] == "\(count)")
                #expect(answer.body.utf8.count == count)
            }
        }
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_369_353_600, "Fri, 24 May 2013 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `Dates are written as RFC 9110 says`(seconds: Int, text: String) {
        #expect(HTTPDate.format(seconds: seconds) == text)
    }
}
