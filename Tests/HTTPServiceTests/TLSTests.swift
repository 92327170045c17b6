import NIOCore
import NIOSSL
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
}
