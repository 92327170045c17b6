import Dispatch
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import HTTPService

@Suite(.timeLimit(.minutes(1)))
struct RequestTests {
    @Test func `A get is answered with the headers that every answer carries`() async throws {
        let answer = try await withService { running in
            let client = try await running.client()
            try await client.send("GET /b/k?x=1 HTTP/1.1\r\nHost: h\r\n\r\n")
            return await client.response()
        }
        #expect(answer.status == 200)
        #expect(answer.body == "GET /b/k?x=1 ")
        #expect(answer["content-length"] == "13")
        #expect(answer["server"] == "magstore")
        #expect(answer["connection"] == nil)
        let id = try #require(answer["x-amz-request-id"])
        #expect(id.utf8.count == 16 && id.allSatisfy { "0123456789ABCDEF".contains($0) })
        #expect(try #require(answer["date"]).hasSuffix(" GMT"))
    }

    @Test func `A body arrives whole whether counted or chunked`() async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
            #expect(await client.response().body == "PUT /a hello")
            try await client.send("PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\n")
            try await client.send("lo\r\n0\r\nx-trailer: t\r\n\r\n")
            #expect(await client.response().body == "PUT /b hello")
        }
    }

    @Test func `Pipelined requests are answered in order one at a time`() async throws {
        let handler = Answering { request in
            await Task.yield()
            return await Answering.echo.answer(request)
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            let requests = (0..<300).map { "PUT /\($0) HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi" }
            try await client.send(requests.joined())
            for number in 0..<300 { #expect(await client.response().body == "PUT /\(number) hi") }
        }
    }

    @Test func `Code after an await is on the connections event loop`() async throws {
        let handler = Answering { request in
            let before = MultiThreadedEventLoopGroup.currentEventLoop
            _ = await request.body.text()
            await Task.yield()
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume() }
            }
            guard let before, let after = MultiThreadedEventLoopGroup.currentEventLoop else { return .text("none") }
            return .text(before === after ? "same" : "other")
        }
        try await withService(.loopback { $0.eventLoopThreads = 2 }, handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe")
            try await client.send("llo")
            #expect(await client.response().body == "same")
        }
    }
}
