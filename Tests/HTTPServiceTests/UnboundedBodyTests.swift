import NIOCore
import NIOHTTP1
import StorageAPI
import Testing

@testable import HTTPService

/// Bodies of which nobody knows the length beforehand.
@Suite(.timeLimit(.minutes(1)))
struct UnboundedBodyTests {
    private static func answering(_ chunks: [String], fails: Bool = false) -> Answering {
        Answering { _ in
            HTTPResponse(status: .ok, body: .unbounded(ChunkStream(chunks, failure: fails ? Broken() : nil)))
        }
    }

    @Test func `It is sent in chunks, and the connection goes on`() async throws {
        try await withService(.loopback(), Self.answering(["ab", "cdefghijklmnopqr"])) { running in
            let client = try await running.client()
            for _ in 0..<2 {
                try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
                let head = await client.receive(through: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(head.contains("Transfer-Encoding: chunked\r\n"))
                #expect(!head.lowercased().contains("content-length"))
                let body = await client.receive(through: "0\r\n\r\n")
                #expect(body == "2\r\nab\r\n10\r\ncdefghijklmnopqr\r\n0\r\n\r\n")
            }
        }
    }

    @Test func `To an HTTP 1.0 client it ends with the connection`() async throws {
        try await withService(.loopback(), Self.answering(["ab", "c"])) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n")
            let answer = await client.receiveToEnd()
            #expect(answer.contains("Connection: close\r\n"))
            #expect(!answer.contains("chunked"))
            #expect(answer.hasSuffix("\r\n\r\nabc"))
        }
    }

    @Test func `When it fails, the connection closes without the last chunk`() async throws {
        try await withService(.loopback(), Self.answering(["ab"], fails: true)) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receiveToEnd().hasSuffix("2\r\nab\r\n"))
        }
    }

    @Test func `HEAD gets no body`() async throws {
        try await withService(.loopback(), Self.answering(["ab"])) { running in
            let client = try await running.client()
            try await client.send("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await client.receiveToEnd().hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `It is let go when the client vanishes`() async throws {
        let handler = Answering { _ in HTTPResponse(status: .ok, body: .unbounded(EndlessStream())) }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receive(byteCount: 100_000).utf8.count == 100_000)
            try await client.close()
            await running.isQuiet()
        }
    }
}
