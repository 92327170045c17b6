import NIOCore
import NIOHTTP1
import NIOSSL
import StorageAPI
import Testing

@testable import HTTPService

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    @Test func `A request over TLS is answered and known to be secure`() async throws {
        try await TLSFiles.withTemporary { files in
            try TestCertificate.first.write(to: files)
            try await withService(.loopback { $0.tls = files }, Answering { .text("secure: \($0.isSecure)") }) {
                running in
                let client = try await RawClient(running.address, tls: TestCertificate.first.clientContext())
                try await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(await client.response().body == "secure: true")
                try await client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(await client.receiveToEnd().hasSuffix("secure: true"))
            }
        }
    }

    @Test func `Reloaded certificates serve new connections and old ones go on`() async throws {
        try await TLSFiles.withTemporary { files in
            try TestCertificate.first.write(to: files)
            try await withService(.loopback { $0.tls = files }) { running in
                let old = try await RawClient(running.address, tls: TestCertificate.first.clientContext())
                try await old.send("GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(await old.response().status == 200)
                try TestCertificate.second.write(to: files)
                try running.service.reloadCertificates()
                let new = try await RawClient(running.address, tls: TestCertificate.second.clientContext())
                for client in [old, new] {
                    try await client.send("GET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(await client.response().status == 200)
                }
            }
        }
    }

    @Test func `A reload of bad files is refused and the old ones stay`() async throws {
        try await TLSFiles.withTemporary { files in
            try TestCertificate.first.write(to: files)
            try await withService(.loopback { $0.tls = files }) { running in
                try TestCertificate(
                    name: "mixed", certificate: TestCertificate.first.certificate, key: TestCertificate.second.key
                ).write(to: files)
                #expect(reloadFails(running.service))
                let client = try await RawClient(running.address, tls: TestCertificate.first.clientContext())
                try await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(await client.response().status == 200)
            }
        }
    }

    private func reloadFails(_ service: HTTPService) -> Bool {
        do {
            try service.reloadCertificates()
            return false
        } catch {
            return true
        }
    }

    @Test func `A missing certificate is named`() async throws {
        let files = TLSFiles(certificateChain: "/nowhere/chain.pem", privateKey: "/nowhere/key.pem")
        let error = await #expect(throws: HTTPServiceError.self) {
            try await withService(.loopback { $0.tls = files }) { _ in }
        }
        #expect(error?.description.contains("/nowhere/chain.pem") == true)
    }

    @Test func `Plain HTTP on a TLS port is not answered`() async throws {
        try await TLSFiles.withTemporary { files in
            try TestCertificate.first.write(to: files)
            try await withService(.loopback { $0.tls = files }) { running in
                let answer = try await running.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(!answer.contains("HTTP"))
            }
        }
    }

    @Test func `Large bodies pass both ways over TLS`() async throws {
        let size = 20 * BodyTests.mebibyte
        let handler = Answering { request in
            if request.method == .GET {
                return HTTPResponse(status: .ok, body: .stream(EndlessStream(), length: UInt64(size)))
            }
            var count = 0
            while let bytes = try? await request.body.next() { count += bytes.readableBytes }
            return .text("\(count)")
        }
        try await withTLSService(handler) { running, client in
            try await client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(size)\r\n\r\n")
            try await client.send(ByteBuffer(repeating: 0x61, count: size))
            #expect(await client.response().body == "\(size)")
            try await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await client.receive(through: "\r\n\r\n").contains("Content-Length: \(size)\r\n"))
            #expect(await client.count(to: size) == size)
        }
    }

    @Test func `A refused upload can be sent to its end over TLS, and the answer is read`() async throws {
        try await withTLSService(Answering { _ in .text("no", status: .forbidden) }) { _, client in
            let size = 4 * BodyTests.mebibyte
            try await client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(size)\r\n\r\n")
            try await client.send(ByteBuffer(repeating: 0x61, count: size))
            let answer = await client.response()
            #expect(answer.status == 403)
            #expect(answer["connection"] == "close")
            #expect(await client.receiveToEnd() == "")
        }
    }

    @Test func `A body that nobody pulls stays with the client over TLS`() async throws {
        let gate = Gate()
        let handler = Answering { _ in
            await gate.pass()
            return .text("done")
        }
        let size = 64 * BodyTests.mebibyte
        try await withTLSService(handler) { running, client in
            try await client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(size)\r\n\r\n")
            client.channel.writeAndFlush(ByteBuffer(repeating: 0x61, count: size), promise: nil)
            await gate.untilSomebodyWaits()
            #expect(running.service.metrics.bodyBytesIn < BodyTests.mebibyte)
            gate.open()
            #expect(await client.response().status == 200)
        }
    }

    @Test func `A client that vanishes without farewell is noticed`() async throws {
        let gate = Gate()
        let handler = Answering { _ in
            await gate.pass()
            return .text("\(Task.isCancelled)")
        }
        try await withTLSService(handler) { running, client in
            try await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await gate.untilSomebodyWaits()
            try await client.closeTransport()
            await running.isQuiet()
        }
    }

    @Test func `A handshake that does not come ends in time`() async throws {
        try await TLSFiles.withTemporary { files in
            try TestCertificate.first.write(to: files)
            let configuration = HTTPServiceConfiguration.loopback {
                $0.tls = files
                $0.limits.headerTimeout = .milliseconds(50)
            }
            try await withService(configuration) { running in
                let client = try await running.client()
                #expect(await client.receiveToEnd() == "")
                await running.isQuiet()
            }
        }
    }

    private func withTLSService(
        _ handler: Answering, _ body: (RunningService, RawClient) async throws -> Void
    ) async throws {
        try await TLSFiles.withTemporary { files in
            try TestCertificate.first.write(to: files)
            try await withService(.loopback { $0.tls = files }, handler) { running in
                try await body(running, RawClient(running.address, tls: TestCertificate.first.clientContext()))
            }
        }
    }
}
