import Foundation
import NIOHTTP1
import SigV4
import Testing

@testable import magstore

/// The program from the outside: what it prints, answers and obeys.
@Suite(.serialized) struct ServerProcessTests {
    private static let keys = ["MAGSTORE_ROOT_USER": "tester", "MAGSTORE_ROOT_PASSWORD": "correct horse"]

    private func client(_ url: URL) -> SignedClient {
        SignedClient(url: url, user: "tester", password: "correct horse")
    }

    private func drives(_ count: Int) -> [String] { (1...count).map { "drive\($0)" } }

    @Test func `A new store is ready, keeps an object over a restart and ends on SIGTERM`() async throws {
        let folder = try TemporaryDirectory()
        for round in 1...2 {
            let server = try ServerProcess(
                ["serve", "./data", "--address", "127.0.0.1:0"], environment: Self.keys, in: folder)
            let client = client(try #require(try await server.ready().first))
            if round == 1 {
                #expect(try await client.send(.PUT, "/bucket").status == 200)
                #expect(try await client.send(.PUT, "/bucket/key", body: "hello").status == 200)
            }
            let answer = try await client.send(.GET, "/bucket/key")
            #expect(answer.status == 200 && answer.body == "hello")
            server.signal(SIGTERM)
            #expect(try await server.ended() == 0)
        }
    }

    @Test func `Six drives serve with parity, also when two are gone`() async throws {
        let folder = try TemporaryDirectory()
        let arguments = ["serve"] + drives(6) + ["--parity", "2", "--address", "127.0.0.1:0"]
        let big = String(repeating: "0123456789abcdef", count: 200_000)
        let server = try ServerProcess(arguments, environment: Self.keys, in: folder)
        let first = client(try #require(try await server.ready().first))
        #expect(try await first.send(.PUT, "/bucket").status == 200)
        #expect(try await first.send(.PUT, "/bucket/key", body: big).status == 200)
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)

        for drive in drives(2) {
            try FileManager.default.removeItem(atPath: folder.path + "/" + drive)
        }
        let again = try ServerProcess(arguments, environment: Self.keys, in: folder)
        let second = client(try #require(try await again.ready().first))
        #expect(try await second.send(.GET, "/bucket/key").body == big)
        #expect(try await second.send(.GET, "/health/ready", isSigned: false).status == 200)
        let metrics = try await second.send(.GET, "/metrics", isSigned: false)
        #expect(metrics.body.contains("magstore_set_drives_out{set=\"set 1\"} 2"))
        again.signal(SIGTERM)
        #expect(try await again.ended() == 0)
    }

    @Test func `Three drives of six gone is an error in one line`() async throws {
        let folder = try TemporaryDirectory()
        let arguments = ["serve"] + drives(6) + ["--address", "127.0.0.1:0"]
        let server = try ServerProcess(arguments, environment: Self.keys, in: folder)
        _ = try await server.ready()
        server.signal(SIGTERM)
        _ = try await server.ended()
        for drive in drives(3) {
            try FileManager.default.removeItem(atPath: folder.path + "/" + drive)
        }
        let ended = try await ServerProcess.run(arguments, environment: Self.keys, in: folder)
        #expect(ended.code == 1)
        let lines = ended.text.split(separator: "\n").filter { $0.hasPrefix("magstore: ") }
        #expect(lines.count == 1)
        #expect(!ended.text.contains("ready "))
    }

    @Test func `A server whose first set lacks its drives waits for them`() async throws {
        let folder = try TemporaryDirectory()
        let arguments = ["serve"] + drives(4) + ["--set-size", "2", "--address", "127.0.0.1:0"]
        func client(_ server: ServerProcess) async throws -> SignedClient {
            let url = try #require(try await server.ready().first)
            return SignedClient(url: url, user: "tester", password: "correct horse")
        }
        let server = try ServerProcess(arguments, environment: Self.keys, in: folder)
        #expect(try await client(server).send(.PUT, "/bucket").status == 200)
        server.signal(SIGTERM)
        _ = try await server.ended()
        let paths = drives(2).map { folder.path + "/" + $0 }
        for path in paths { try FileManager.default.moveItem(atPath: path, toPath: path + "-away") }
        let waiting = try ServerProcess(arguments, environment: Self.keys, in: folder)
        try await waiting.output(containing: "not ready")
        for path in paths { try FileManager.default.moveItem(atPath: path + "-away", toPath: path) }
        #expect(try await client(waiting).send(.GET, "/bucket").status == 200)
        waiting.signal(SIGTERM)
        #expect(try await waiting.ended() == 0)
    }

    @Test func `The owner's key is made once and left for its owner`() async throws {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess(["serve", "./data", "--address", "127.0.0.1:0"], in: folder)
        let url = try #require(try await server.ready().first)
        let mirror = ".local/state/magstore/root-credentials"
        let pair = try #require(RootCredentials(text: try folder.text(mirror)))
        #expect(try folder.permissions(mirror) == 0o600)
        #expect(server.text.contains("credentials: \(folder.path)/\(mirror)"))
        #expect(server.text.contains("aws s3 cp"))
        #expect(!server.text.contains(pair.password.reveal()))
        let client = SignedClient(url: url, user: pair.user, password: pair.password.reveal())
        #expect(try await client.send(.GET, "/").status == 200)
        server.signal(SIGTERM)
        _ = try await server.ended()

        try FileManager.default.removeItem(atPath: folder.path + "/" + mirror)
        let again = try ServerProcess(["serve", "./data", "--address", "127.0.0.1:0"], in: folder)
        _ = try await again.ready()
        #expect(RootCredentials(text: try folder.text(mirror)) == pair)
        again.signal(SIGINT)
        #expect(try await again.ended() == 0)
    }

    @Test func `An address in use is an error, and no drive was touched`() async throws {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess(
            ["serve", "./one", "--address", "127.0.0.1:0"], environment: Self.keys, in: folder)
        let port = try #require(try await server.ready().first?.port)
        let second = try await ServerProcess.run(
            ["serve", "./two", "--address", "127.0.0.1:\(port)"], environment: Self.keys, in: folder)
        #expect(second.code == 1)
        #expect(second.text.contains("magstore: cannot listen on 127.0.0.1:\(port): the address is in use"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/two"))
        let third = try await ServerProcess.run(
            ["serve", "./one", "--address", "127.0.0.1:0"], environment: Self.keys, in: folder)
        #expect(third.code == 1 && third.text.contains("./one is in use by process \(server.id)"))
    }

    @Test func `What was fixed at the first use and is contradicted is an error`() async throws {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess(
            ["serve"] + drives(4) + ["--address", "127.0.0.1:0"], environment: Self.keys, in: folder)
        _ = try await server.ready()
        server.signal(SIGTERM)
        _ = try await server.ended()
        for options in [["--parity", "1"], ["--set-size", "2"]] {
            let ended = try await ServerProcess.run(
                ["serve"] + drives(4) + ["--address", "127.0.0.1:0"] + options, environment: Self.keys, in: folder)
            #expect(ended.code == 1)
            #expect(ended.text.contains("magstore: the drives were formatted"))
        }
    }

    @Test func `health tells a ready server from none`() async throws {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess(
            ["serve", "./data", "--address", "127.0.0.1:0"], environment: Self.keys, in: folder)
        let url = try #require(try await server.ready().first)
        let address = "127.0.0.1:\(try #require(url.port))"
        for (arguments, environment) in [
            (["--address", address], [:]), (["--url", "http://\(address)"], [:]), ([], ["MAGSTORE_ADDRESS": address]),
        ] {
            let asked = try await ServerProcess.run(["health"] + arguments, environment: environment, in: folder)
            #expect(asked.code == 0, "\(asked.text)")
        }
        server.signal(SIGTERM)
        _ = try await server.ended()
        let asked = try await ServerProcess.run(["health", "--address", address], in: folder)
        #expect(asked.code == 1 && asked.text.hasPrefix("magstore: \(address) does not answer"))
    }

    @Test func `SIGHUP opens the access log again and reads the level again`() async throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("log-level: error\n", to: "settings.yaml")
        let server = try ServerProcess(
            ["serve", "./data", "--address", "127.0.0.1:0", "--access-log", "access.log", "--config", file],
            environment: Self.keys, in: folder)
        let client = client(try #require(try await server.ready().first))
        #expect(try await client.send(.GET, "/one").status == 404)
        try FileManager.default.moveItem(atPath: folder.path + "/access.log", toPath: folder.path + "/old.log")
        _ = try folder.write("log-level: info\n", to: "settings.yaml")
        server.signal(SIGHUP)
        try await server.output(containing: "reloaded")
        #expect(try await client.send(.GET, "/two").status == 404)
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
        #expect(try folder.text("old.log").contains(" GET /one 404 "))
        #expect(try folder.text("access.log").contains(" GET /two 404 "))
    }

    @Test func `The version names commit and format`() async throws {
        let ended = try await ServerProcess.run(["--version"], in: try TemporaryDirectory())
        #expect(ended.code == 0)
        #expect(ended.text.hasPrefix("magstore \(Version.number) (commit "))
        #expect(ended.text.contains("on-disk format 1)"))
    }

    @Test func `config shows and checks what serve would use`() async throws {
        let folder = try TemporaryDirectory()
        let shown = try await ServerProcess.run(
            ["config", "show", "--parity", "2"], environment: Self.keys, in: folder)
        #expect(shown.code == 0)
        #expect(shown.text.contains("--parity") && !shown.text.contains("horse"))
        let checked = try await ServerProcess.run(["config", "check", "/mnt/d{1...6}"], in: folder)
        #expect(checked.code == 0 && checked.text.contains("6 drives in 1 pools"))
        let refused = try await ServerProcess.run(
            ["config", "check", "/d"], environment: ["MAGSTORE_PARITY": "x"], in: folder)
        #expect(refused.code == 1 && refused.text.hasPrefix("magstore: MAGSTORE_PARITY "))
    }
}
