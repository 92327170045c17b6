import NIOCore
import NIOHTTP1
import StorageAPI
import Synchronization
import Testing

@testable import HTTPService

/// Clients that vanish or dawdle: nobody waits for them, and nothing is left behind.
@Suite(.timeLimit(.minutes(1)))
struct DepartureTests {
    @Test(arguments: ["", "abc"])
    func `A handler that waits for the body of a vanished client is told and cancelled`(sent: String) async throws {
        let (results, continuation) = AsyncStream.makeStream(of: String.self)
        let handler = Answering { request in
            let text = await request.body.text()
            continuation.yield("\(text) \(Task.isCancelled)")
            return .text("")
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n\(sent)")
            try await client.close()
            var iterator = results.makeAsyncIterator()
            #expect(await iterator.next() == "\(sent)<truncated> true")
            await running.isQuiet()
        }
    }

    @Test(arguments: [
        "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
    ])
    func `A handler that waits for something else is cancelled when the client vanishes`(
        request: String
    ) async throws {
        let gate = Gate()
        let handler = Answering { _ in
            await gate.pass()
            return .text("cancelled: \(Task.isCancelled)")
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send(request)
            await gate.untilSomebodyWaits()
            try await client.close()
            await running.isQuiet()
        }
    }

    @Test func `A stream is let go when the client vanishes`() async throws {
        let handler = Answering { _ in HTTPResponse(status: .ok, body: .stream(EndlessStream(), length: 1 << 40)) }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receive(byteCount: 1_000_000).utf8.count == 1_000_000)
            try await client.close()
            await running.isQuiet()
        }
    }

    @Test func `A pull by a child task ends when that task is cancelled`() async throws {
        let handler = Answering { request in
            await withTaskGroup(of: String.self) { group in
                group.addTask { await request.body.text() }
                group.cancelAll()
                return .text(await group.next() ?? "")
            }
        }
        try await withService(.loopback(), handler) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
            #expect(await client.response().body == "<CancellationError()>")
        }
    }

    @Test func `A silent body times out, and the handler can still answer`() async throws {
        try await withService(.loopback { $0.limits.bodyTimeout = .milliseconds(50) }) { running in
            let client = try await running.client()
            try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc")
            let answer = await client.response()
            #expect(answer.body == "PUT /a abc<timedOut>")
            #expect(answer["connection"] == "close")
        }
    }

    @Test func `A head that does not end is answered in time`() async throws {
        try await withService(.loopback { $0.limits.headerTimeout = .milliseconds(500) }) { running in
            let text = try await running.exchange("GET /a HTTP/1.1\r\nHost: h\r\n")
            #expect(text.hasPrefix("HTTP/1.1 400 "))
            #expect(text.contains("timedOut"))
        }
    }

    @Test func `A connection without a request is closed in time, without an answer`() async throws {
        try await withService(.loopback { $0.limits.headerTimeout = .milliseconds(50) }) { running in
            let text = try await running.exchange("")
            #expect(text == "")
        }
    }

    @Test func `A connection that is idle for too long is closed`() async throws {
        let configuration = HTTPServiceConfiguration.loopback {
            $0.limits.idleTimeout = .milliseconds(50)
            $0.limits.lingerTimeout = .milliseconds(50)
        }
        try await withService(configuration) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.response().status == 200)
            #expect(await client.receiveToEnd() == "")
            await running.isQuiet()
        }
    }

    @Test func `A client that takes nothing of an answer is closed`() async throws {
        let handler = Answering { _ in HTTPResponse(status: .ok, body: .stream(EndlessStream(), length: 1 << 40)) }
        try await withService(.loopback { $0.limits.writeTimeout = .milliseconds(50) }, handler) { running in
            let client = try await running.client(readsAlways: false)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            await until { running.service.metrics.bodyBytesOut > 0 }
            await running.isQuiet()
        }
    }

    @Test func `A client that closes neither side is let go after the last answer`() async throws {
        try await withService(.loopback { $0.limits.lingerTimeout = .milliseconds(50) }) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await client.receiveToEnd().hasPrefix("HTTP/1.1 200 "))
            await running.isQuiet()
        }
    }
}

extension RunningService {
    /// Returns when no connection is open and no handler runs; the test's time limit ends it otherwise.
    func isQuiet() async {
        await until { service.metrics.openConnections == 0 && service.metrics.requestsInFlight == 0 }
    }
}

@Suite
struct BodyClockTests {
    static let start = NIODeadline.now()

    static func at(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    @Test func `Silence is judged from when somebody waits`() {
        var clock = BodyClock(timeout: .seconds(10), minimumRate: 0)
        #expect(clock.judge(at: Self.at(1000)) == .goOn)
        clock.startWaiting(at: Self.at(1000))
        #expect(clock.judge(at: Self.at(1009)) == .goOn)
        #expect(clock.judge(at: Self.at(1010)) == .tooSlow)
    }

    @Test(arguments: [(99, BodyClock.Verdict.tooSlow), (101, .goOn)])
    func `The rate is judged over the time spent waiting, and not over the handler's`(
        bytesASecond: Int, verdict: BodyClock.Verdict
    ) {
        var clock = BodyClock(timeout: .seconds(10), minimumRate: 100)
        for second in Int64(0)..<30 {
            // The handler takes 99 seconds for what it waited one second for.
            clock.startWaiting(at: Self.at(second * 100))
            clock.receive(byteCount: bytesASecond, at: Self.at(second * 100 + 1))
        }
        clock.startWaiting(at: Self.at(5000))
        #expect(clock.judge(at: Self.at(5000)) == verdict)
    }

    @Test func `A slow start is forgiven until the timeout`() {
        var clock = BodyClock(timeout: .seconds(10), minimumRate: 100)
        clock.startWaiting(at: Self.at(0))
        clock.receive(byteCount: 1, at: Self.at(9))
        clock.startWaiting(at: Self.at(9))
        #expect(clock.judge(at: Self.at(9)) == .goOn)
        #expect(clock.judge(at: Self.at(10)) == .tooSlow)
    }
}
