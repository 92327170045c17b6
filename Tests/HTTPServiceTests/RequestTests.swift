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

    @Test func `Header names and values arrive verbatim, in order and repeated`() async throws {
        let handler = Answering { request in
            .text(request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "|"))
        }
        let head =
            "Host: h\r\nx-amz-meta-ic_client: A b,  c\r\nX-Repeat: 1\r\nx-repeat:2\r\nX-Empty:\r\nX-Utf: \u{00E9}\r\n"
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\n" + head + "\r\n")
            let expected = "Host=h|x-amz-meta-ic_client=A b,  c|X-Repeat=1|x-repeat=2|X-Empty=|X-Utf=\u{00E9}"
            #expect(await client.response().body == expected)
        }
    }

    @Test func `The target arrives verbatim`() async throws {
        let target = "/b/a%2Fb//c/../%C3%A9%20+%e4?list-type=2&prefix=a%2F&x=%zz"
        try await withService { running in
            let client = try await running.client()
            try await client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.response().body == "GET \(target) ")
        }
    }

    @Test(arguments: ["\u{00E9}", "\u{7F}", "\u{1}"])
    func `A target with bytes that belong encoded is refused`(text: String) async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send("GET /\(text) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.response().status == 400)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1\r\nHost: h\r\n", true, nil),
        ("HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n", true, nil),
        ("HTTP/1.1\r\nHost: h\r\nConnection: close\r\n", false, "close"),
        ("HTTP/1.1\r\nHost: h\r\nConnection: foo, Close\r\n", false, "close"),
        (
            "HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n",
            false, "close"
        ),
        ("HTTP/1.0\r\n", false, "close"),
        ("HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n", true, "keep-alive"),
    ])
    func `The connection is kept as version and Connection say`(
        head: String, isKept: Bool, connection: String?
    ) async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send("GET /a \(head)\r\n")
            let answer = await client.response()
            #expect(answer.status == 200)
            #expect(answer.head.hasPrefix("HTTP/1.1 "))
            #expect(answer["connection"] == connection)
            if isKept {
                try await client.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.response().body == "GET /b ")
            } else {
                #expect(await client.receiveToEnd() == "")
            }
        }
    }

    @Test func `Empty lines between requests are skipped`() async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send("\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.response().body == "GET /a ")
            #expect(await client.response().body == "GET /b ")
        }
    }

    @Test func `A head may come byte by byte`() async throws {
        try await withService { running in
            let client = try await running.client()
            for byte in "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi".utf8 {
                try await client.send(ByteBuffer(bytes: [byte]))
            }
            #expect(await client.response().body == "PUT /a hi")
        }
    }
}
