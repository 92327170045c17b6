import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPService

@Suite(.timeLimit(.minutes(1)))
struct CapacityTests {
    static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    /// A handler that answers `/wait` when the gate opens and everything else at once.
    static func waiting(for gate: Gate) -> Answering {
        Answering { request in
            if request.target == "/wait" { await gate.pass() }
            return .text(request.target)
        }
    }

    static func capped(connections: Int, refused: Int = 1) -> HTTPServiceConfiguration {
        .loopback {
            $0.limits.connections = connections
            $0.limits.refusedConnections = refused
            $0.alwaysServes = { $0 == "/health/live" }
        }
    }

    @Test func `The longest idle connection is closed to make room`() async throws {
        try await withService(Self.capped(connections: 3)) { running in
            var clients: [RawClient] = []
            for _ in 0..<3 { clients.append(try await running.client()) }
            // The first is used last, so that the second is the longest idle.
            for index in [1, 2, 0] {
                try await clients[index].send(Self.get)
                #expect(await clients[index].response().status == 200)
            }
            let new = try await running.client()
            try await new.send(Self.get)
            #expect(await new.response().status == 200)
            #expect(await clients[1].receiveToEnd() == "")
            for index in [0, 2] {
                try await clients[index].send(Self.get)
                #expect(await clients[index].response().status == 200)
            }
            #expect(running.service.metrics.evictedTotal == 1)
            #expect(running.service.metrics.refusedTotal == 0)
        }
    }

    @Test func `When no connection is idle a new one is told to come back, unless it asks for liveness`() async throws {
        let gate = Gate()
        try await withService(Self.capped(connections: 2), Self.waiting(for: gate)) { running in
            let busy = [try await running.client(), try await running.client()]
            for client in busy { try await client.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n") }
            await until { running.service.metrics.requestsInFlight == 2 }
            let refused = try await running.exchange(Self.get)
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            #expect(refused.contains("tooManyConnections"))
            #expect(refused.contains("Connection: close\r\n"))
            await until { running.service.metrics.openConnections == 2 }
            let live = try await running.exchange("GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(live.hasPrefix("HTTP/1.1 200 "))
            gate.open()
            for client in busy { #expect(await client.response().body == "/wait") }
        }
    }

    @Test func `More connections than can be told are dropped`() async throws {
        let gate = Gate()
        try await withService(Self.capped(connections: 1), Self.waiting(for: gate)) { running in
            let busy = try await running.client()
            try await busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
            await until { running.service.metrics.requestsInFlight == 1 }
            let told = try await running.client()
            await until { running.service.metrics.openConnections == 2 }
            let dropped = try await running.client()
            #expect(await dropped.receiveToEnd() == "")
            try await told.send(Self.get)
            #expect(await told.response().status == 503)
            gate.open()
            #expect(await busy.response().status == 200)
        }
    }

    @Test func `Requests above the cap are refused and their connections kept`() async throws {
        let gate = Gate()
        let configuration = HTTPServiceConfiguration.loopback {
            $0.limits.requestsInFlight = 1
            $0.alwaysServes = { $0 == "/health/live" }
        }
        try await withService(configuration, Self.waiting(for: gate)) { running in
            let busy = try await running.client()
            try await busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
            await until { running.service.metrics.requestsInFlight == 1 }
            let client = try await running.client()
            for _ in 0..<2 {
                try await client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
                let answer = await client.response()
                #expect(answer.status == 503)
                #expect(answer["connection"] == nil)
            }
            try await client.send("GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.response().status == 200)
            gate.open()
            #expect(await busy.response().status == 200)
            try await client.send(Self.get)
            #expect(await client.response().status == 200)
        }
    }

    @Test func `Idle connections on other event loops make room too`() async throws {
        var configuration = Self.capped(connections: 4)
        configuration.eventLoopThreads = 4
        try await withService(configuration) { running in
            var clients: [RawClient] = []
            for _ in 0..<24 {
                let client = try await running.client()
                try await client.send(Self.get)
                #expect(await client.response().status == 200)
                clients.append(client)
            }
            #expect(running.service.metrics.evictedTotal == 20)
        }
    }

    @Test func `The service renders its own errors as configured`() async throws {
        let configuration = HTTPServiceConfiguration.loopback {
            $0.errorResponse = { error, id in
                HTTPResponse(
                    status: .imATeapot, headers: ["Content-Type": "application/xml"],
                    body: .bytes(ByteBuffer(string: "<Error>\(error) \(id)</Error>")))
            }
        }
        try await withService(configuration) { running in
            let client = try await running.client()
            try await client.send("GET /a HTTP/1.1\r\n\r\n")
            let answer = await client.response()
            #expect(answer.status == 418)
            #expect(answer.body == "<Error>badHost \(answer["x-amz-request-id"] ?? "")</Error>")
        }
    }
}
