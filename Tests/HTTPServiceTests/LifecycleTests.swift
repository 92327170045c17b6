import Logging
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPService

@Suite(.timeLimit(.minutes(1)))
struct LifecycleTests {
    static func service(on addresses: [HTTPAddress]) -> HTTPService {
        HTTPService(
            configuration: HTTPServiceConfiguration(addresses: addresses, eventLoopThreads: 1),
            handler: Answering.echo, logger: Logger(label: "test"))
    }

    @Test func `A drain lets requests finish and closes what is idle`() async throws {
        let gate = Gate()
        try await withService(.loopback(), CapacityTests.waiting(for: gate)) { running in
            let idle = try await running.client()
            try await idle.send(CapacityTests.get)
            #expect(await idle.response().status == 200)
            let busy = try await running.client()
            try await busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n" + CapacityTests.get)
            await gate.untilSomebodyWaits()
            async let stopped: Void = running.service.shutdown(drain: .seconds(20))
            #expect(await idle.receiveToEnd() == "")
            await #expect(throws: (any Error).self) { _ = try await running.client() }
            gate.open()
            let answer = await busy.response()
            #expect(answer.body == "/wait")
            #expect(answer["connection"] == "close")
            #expect(await busy.receiveToEnd() == "")
            try await busy.close()
            try await idle.close()
            await stopped
            await running.service.run()
        }
    }

    @Test func `A drain that takes too long ends in closing, and handlers are cancelled`() async throws {
        let gate = Gate()
        try await withService(.loopback(), CapacityTests.waiting(for: gate)) { running in
            let busy = try await running.client()
            try await busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
            await gate.untilSomebodyWaits()
            await running.service.shutdown(drain: .milliseconds(20))
            #expect(await busy.receiveToEnd() == "")
            #expect(running.service.metrics.requestsInFlight == 0)
        }
    }

    @Test func `A drain does not wait for clients that keep their idle connections`() async throws {
        try await withService { running in
            let pooled = try await running.client()
            try await pooled.send(CapacityTests.get)
            #expect(await pooled.response().status == 200)
            let elapsed = await ContinuousClock().measure { await running.service.shutdown(drain: .seconds(60)) }
            // Well below both the drain and the time given to clients to close.
            #expect(elapsed < .seconds(8))
            #expect(await pooled.receiveToEnd() == "")
        }
    }

    @Test func `Everybody who runs the service returns when it was shut down`() async throws {
        try await withService { running in
            async let first: Void = running.service.run()
            async let second: Void = running.service.run()
            async let third: Void = running.service.shutdown(drain: .zero)
            await running.service.shutdown(drain: .zero)
            _ = await (first, second, third)
        }
    }

    @Test func `An address in use is named, with what to do`() async throws {
        try await withService { running in
            let port = try #require(running.address.port)
            let service = Self.service(on: [HTTPAddress(host: "127.0.0.1", port: port)])
            let error = await #expect(throws: HTTPServiceError.self) { () async throws in _ = try await service.start()
            }
            let expected = "cannot listen on 127.0.0.1:\(port): the address is in use; stop the program that"
            #expect(error?.description.hasPrefix(expected) == true)
        }
    }

    @Test(arguments: [
        (HTTPAddress(host: "192.0.2.1", port: 0), "no network interface of this machine has that address"),
        (HTTPAddress(host: "no such host", port: 0), "not known"),
    ])
    func `An address that cannot be listened on is explained in one line`(
        address: HTTPAddress, reason: String
    ) async throws {
        let service = Self.service(on: [HTTPAddress(host: "127.0.0.1", port: 0), address])
        let error = await #expect(throws: HTTPServiceError.self) { () async throws in _ = try await service.start() }
        let text = try #require(error).description
        #expect(text.hasPrefix("cannot listen on \(address): "))
        #expect(text.contains(reason))
        #expect(!text.contains("\n"))
    }

    @Test func `IPv6 and IPv4 are served side by side on one port`() async throws {
        let first = Self.service(on: [HTTPAddress(host: "0.0.0.0", port: 0)])
        let port = try await first.start()[0].port
        await first.shutdown(drain: .zero)
        let service = Self.service(on: [HTTPAddress(host: "0.0.0.0", port: port), HTTPAddress(host: "::", port: port)])
        let bound = try await service.start()
        #expect(bound.map(\.description) == ["0.0.0.0:\(port)", "[::]:\(port)"])
        for host in ["127.0.0.1", "::1"] {
            let client = try await RawClient(SocketAddress(ipAddress: host, port: port))
            try await client.send(CapacityTests.get)
            #expect(await client.response().status == 200)
        }
        await service.shutdown(drain: .zero)
    }
}
