import NIOCore
import NIOHTTP1
import StorageAPI
import Synchronization
import Testing

@testable import HTTPService

/// Holds tasks back until it is opened, and tells when the first one waits.
final class Gate: Sendable {
    private let opening = AsyncStream.makeStream(of: Void.self)
    private let arrival = AsyncStream.makeStream(of: Void.self)

    func open() {
        opening.continuation.finish()
    }

    /// Waits for `open`, or for the task's cancellation.
    func pass() async {
        arrival.continuation.finish()
        for await _ in opening.stream {}
    }

    func untilSomebodyWaits() async {
        for await _ in arrival.stream {}
    }
}

/// Yields `chunk` over and over and counts.
final class EndlessStream: ByteStream {
    static let chunk = ByteBuffer(repeating: 0x61, count: 64 * 1024)
    let pulled = Atomic<Int>(0)

    func next() async throws -> ByteBuffer? {
        pulled.add(Self.chunk.readableBytes, ordering: .relaxed)
        return Self.chunk
    }
}

@Suite(.timeLimit(.minutes(1)))
struct BodyTests {
    static let mebibyte = 1024 * 1024

    @Test func `100 Continue is sent when the body is pulled, and not before`() async throws {
        let gate = Gate()
        let handler = Answering { request in
            if request.target != "/ping" { await gate.pass() }
            return .text(await request.body.text())
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
            await gate.untilSomebodyWaits()
            await running.answersElsewhere()
            #expect(client.receivedCount == 0)
            gate.open()
            #expect(await client.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("hi")
            let answer = await client.response()
            #expect(answer.body == "hi")
            #expect(answer["connection"] == nil)
        }
    }

    @Test func `A refusal before the body is pulled closes the connection, without 100 Continue`() async throws {
        try await withService(.loopback(), Answering { _ in .text("no", status: .forbidden) }) { running in
            let text = try await running.exchange(
                "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 403 "))
            #expect(text.contains("Connection: close\r\n"))
        }
    }

    @Test(arguments: [
        "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
        "PUT /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
        "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\nhi",
        "PUT /a HTTP/1.1\r\nHost: h\r\nExpect:\r\nContent-Length: 2\r\n\r\nhi",
        "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    ])
    func `100 Continue is left out when nobody waits for it`(request: String) async throws {
        try await withService { running in
            let client = try await running.client()
            try await client.send(request)
            #expect(await client.response().body.hasPrefix("PUT /a "))
        }
    }

    @Test func `A body that nobody pulls stays with the client`() async throws {
        let gate = Gate()
        let handler = Answering { request in
            if request.target == "/ping" { return .text("pong") }
            await gate.pass()
            var count = 0
            while let bytes = try? await request.body.next() { count += bytes.readableBytes }
            return .text("\(count)")
        }
        let size = 64 * Self.mebibyte
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(size)\r\n\r\n")
            let sent = client.channel.eventLoop.makePromise(of: Void.self)
            client.channel.writeAndFlush(ByteBuffer(repeating: 0x61, count: size), promise: sent)
            await gate.untilSomebodyWaits()
            await running.answersElsewhere()
            #expect(running.service.metrics.bodyBytesIn < Self.mebibyte)
            gate.open()
            try await sent.futureResult.get()
            #expect(await client.response().body == "\(size)")
            #expect(running.service.metrics.bodyBytesIn == size)
        }
    }

    @Test func `A client that reads slowly holds back the stream`() async throws {
        let stream = EndlessStream()
        let size = 96 * Self.mebibyte
        let handler = Answering { request in
            if request.target == "/ping" { return .text("pong") }
            return HTTPResponse(status: .ok, body: .stream(stream, length: UInt64(size)))
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client(readsAlways: false)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            // The kernel's buffers of both sides fill up, then nothing more is pulled.
            var before = -1
            while stream.pulled.load(ordering: .relaxed) != before || before == 0 {
                before = stream.pulled.load(ordering: .relaxed)
                for _ in 0..<20 { await running.answersElsewhere() }
            }
            #expect(before < 32 * Self.mebibyte)
            try await client.channel.setOption(.autoRead, value: true).get()
            let head = await client.receive(through: "\r\n\r\n")
            #expect(head.contains("Content-Length: \(size)\r\n"))
            #expect(await client.count(to: size) == size)
            #expect(stream.pulled.load(ordering: .relaxed) == size)
        }
    }

    @Test(arguments: ["Content-Length: 100000\r\n\r\n" + String(repeating: "x", count: 100_000)])
    func `A small body that was not read is dropped and the connection kept`(rest: String) async throws {
        try await withService(.loopback(), Answering { .text($0.target) }) { running in
            let client = try await running.client()
            for target in ["/a", "/b"] {
                try await client.send("PUT \(target) HTTP/1.1\r\nHost: h\r\n" + rest)
                let answer = await client.response()
                #expect(answer.body == target)
                #expect(answer["connection"] == nil)
            }
        }
    }

    @Test(arguments: ["Content-Length: 20971520", "Transfer-Encoding: chunked"])
    func `A large body that was not read ends the connection after the answer was read`(
        framing: String
    ) async throws {
        let handler = Answering { _ in .text("no", status: .forbidden) }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n")
            if framing.hasPrefix("T") { try await client.send("1400000\r\n") }
            // All of it can be sent: no reset takes the answer away.
            try await client.send(ByteBuffer(repeating: 0x61, count: 20 * Self.mebibyte))
            let answer = await client.response()
            #expect(answer.status == 403)
            #expect(answer["connection"] == (framing.hasPrefix("C") ? "close" : nil))
            #expect(await client.receiveToEnd() == "")
        }
    }

    @Test func `A body that is read in part is dropped from there on`() async throws {
        let handler = Answering { request in
            _ = try? await request.body.next()
            return .text(request.target)
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            for target in ["/a", "/b"] {
                try await client.send("PUT \(target) HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
                #expect(await client.response().body == target)
                try await client.send("def")
            }
        }
    }

    @Test func `A body can be pulled from another executor`() async throws {
        let handler = Answering { request in
            let body = request.body
            return .text(await Task.detached { await body.text() }.value)
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
            try await client.send("def")
            #expect(await client.response().body == "abcdef")
        }
    }

    @Test func `A body that outlives its request is truncated`() async throws {
        let kept = Mutex<(any RequestBody)?>(nil)
        let handler = Answering { request in
            if let old = kept.withLock({ $0 }) { return .text(await old.text()) }
            kept.withLock { $0 = request.body }
            return .text("kept")
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            #expect(await client.response().body == "kept")
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            #expect(await client.response().body == "<truncated>")
        }
    }

    @Test func `Chunks of one byte are joined`() async throws {
        let handler = Answering { request in
            var pieces = 0
            while (try? await request.body.next()) != nil { pieces += 1 }
            return .text("\(pieces)")
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            let chunks = String(repeating: "1\r\nx\r\n", count: 5000)
            try await client.send(
                "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n")
            let pieces = try #require(Int(await client.response().body))
            #expect(pieces < 200)
        }
    }
}

extension RunningService {
    /// A request on a connection of its own: whatever the loop had to do before is done when this returns.
    func answersElsewhere() async {
        _ = try? await exchange("GET /ping HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    }
}
