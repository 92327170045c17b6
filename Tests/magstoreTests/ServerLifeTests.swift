import Foundation
import NIOHTTP1
import Testing

@testable import magstore

/// How a server is told to reload and to end, and what it runs within.
@Suite(.serialized) struct ServerLifeTests {
    private static let keys = ["MAGSTORE_ROOT_USER": "tester", "MAGSTORE_ROOT_PASSWORD": "correct horse"]
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func start(_ options: [String] = [], environment: [String: String] = [:]) throws -> ServerProcess {
        try ServerProcess(
            ["serve", "./data", "--address", "127.0.0.1:0"] + options,
            environment: Self.keys.merging(environment) { $1 }, in: folder)
    }

    /// Begins an upload that never goes on.
    private func stall(_ server: ServerProcess) async throws -> StalledUpload {
        let url = try #require(try await server.ready().first)
        let client = SignedClient(url: url, user: "tester", password: "correct horse")
        #expect(try await client.send(.PUT, "/bucket").status == 200)
        return try await StalledUpload(client, "/bucket/key")
    }

    @Test func `A request that goes on is closed when the drain is over`() async throws {
        let server = try start(["--drain-timeout", "200ms"])
        let upload = try await stall(server)
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
        try await upload.close()
    }

    @Test func `A second SIGTERM ends at once`() async throws {
        let server = try start(["--drain-timeout", "1h"])
        let upload = try await stall(server)
        server.signal(SIGTERM)
        try await server.output(containing: "stopping")
        #expect(server.isRunning)
        server.signal(SIGTERM)
        #expect(try await server.ended() == 128 + SIGTERM)
        try await upload.close()
    }

    @Test func `systemd is told of readiness, reloads and the end`() async throws {
        let socket = try NotifySocket(path: folder.path + "/notify")
        let server = try start(environment: ["NOTIFY_SOCKET": socket.path])
        _ = try await server.ready()
        server.signal(SIGHUP)
        try await server.output(containing: "reloaded")
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
        let messages = socket.received()
        #expect(messages.first?.hasPrefix("READY=1") == true)
        #expect(messages.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
        #expect(messages.last == "STOPPING=1")
    }

    @Test func `Over TLS health asks over TLS, and SIGHUP brings a new certificate`() async throws {
        let first = try Certificate(in: folder)
        let server = try start(["--tls-certificate", first.path, "--tls-key", first.keyPath])
        let port = try #require(try await server.ready().first?.port)
        #expect(server.text.contains("ready https://127.0.0.1:\(port)"))
        let local = try await ServerProcess.run(
            ["health", "--address", "127.0.0.1:\(port)"],
            environment: ["MAGSTORE_TLS_CERTIFICATE": first.path, "MAGSTORE_TLS_KEY": first.keyPath], in: folder)
        #expect(local.code == 0, "\(local.text)")
        let byName = ["health", "--url", "https://localhost:\(port)", "--tls-ca"]
        #expect(try await ServerProcess.run(byName + [first.path], in: folder).code == 0)

        let other = try Certificate(in: folder, name: "other")
        #expect(try await ServerProcess.run(byName + [other.path], in: folder).code == 1)
        for (new, old) in [(other.path, first.path), (other.keyPath, first.keyPath)] {
            try FileManager.default.removeItem(atPath: old)
            try FileManager.default.copyItem(atPath: new, toPath: old)
        }
        server.signal(SIGHUP)
        try await server.output(containing: "reloaded")
        #expect(try await ServerProcess.run(byName + [other.path], in: folder).code == 0)
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
    }

    @Test func `A certificate that is not there is an error before any drive is touched`() async throws {
        let ended = try await ServerProcess.run(
            ["serve", "./data", "--tls-certificate", "none.pem", "--tls-key", "none.key"], environment: Self.keys,
            in: folder)
        #expect(ended.code == 1)
        #expect(ended.text.contains("magstore: cannot read the certificate none.pem"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/data"))
    }

    @Test func `A ready line for programs is one object`() async throws {
        let server = try start(["--log-format", "json"])
        try await server.output(containing: "\"message\":\"ready\"")
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
        for line in server.text.split(separator: "\n") {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
    }
}
