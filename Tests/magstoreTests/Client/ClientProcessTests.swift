import Foundation
import Testing

@testable import magstore

/// Commands that ask a server, from the outside.
@Suite(.serialized) struct ClientProcessTests {
    private static let owner = ["MAGSTORE_ROOT_USER": "tester", "MAGSTORE_ROOT_PASSWORD": "correct horse"]
    private static let keys = ["MAGSTORE_ACCESS_KEY": "tester", "MAGSTORE_SECRET_KEY": "correct horse"]

    private func ask(
        _ arguments: [String], _ url: URL, _ environment: [String: String] = keys, in folder: TemporaryDirectory
    ) async throws -> (code: Int32, text: String) {
        try await ServerProcess.run(
            arguments + ["--endpoint", url.absoluteString], environment: environment, in: folder)
    }

    @Test func `A healthy store is said to be so, and a wrong key, a wrong address and a wrong protocol too`()
        async throws
    {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess(
            ["serve", "d1", "d2", "d3", "--address", "127.0.0.1:0"], environment: Self.owner, in: folder)
        let url = try #require(try await server.ready().first)

        let status = try await ask(["status"], url, in: folder)
        #expect(status.code == 0, "\(status.text)")
        #expect(status.text.hasPrefix("healthy: "))
        #expect(status.text.contains("3 of 3"))
        let json = try await ask(["status", "--json"], url, in: folder)
        let report = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
        #expect(report?["health"] as? String == "healthy")
        let drives = try await ask(["drive", "list"], url, in: folder)
        #expect(drives.code == 0)
        #expect(drives.text.split(separator: "\n").count == 4)
        #expect(try await ask(["drive", "status", "1/2"], url, in: folder).text.hasPrefix("set 1, slot 2: member"))
        let unknown = try await ask(["drive", "status", "9/9"], url, in: folder)
        #expect(unknown.code == 2 && unknown.text.hasPrefix("magstore: there is no drive \"9/9\""))
        let healed = try await ask(["heal", "status", "--wait"], url, in: folder)
        #expect(healed.code == 0 && healed.text.hasPrefix("nothing is missing"))

        for (environment, reason) in [
            (["MAGSTORE_ACCESS_KEY": "tester", "MAGSTORE_SECRET_KEY": "wrong"], "SignatureDoesNotMatch"),
            (["MAGSTORE_ACCESS_KEY": "nobody", "MAGSTORE_SECRET_KEY": "wrong"], "InvalidAccessKeyId"),
        ] {
            let refused = try await ask(["status"], url, environment, in: folder)
            #expect(refused.code == 2)
            #expect(refused.text.contains(reason) && refused.text.contains("--access-key"))
            #expect(refused.text.split(separator: "\n").count == 1)
        }
        let secure = try #require(URL(string: "https://127.0.0.1:\(url.port ?? 0)"))
        let tls = try await ask(["status"], secure, in: folder)
        #expect(tls.code == 2 && tls.text.contains("http://"), "\(tls.text)")

        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
        let gone = try await ask(["status"], url, in: folder)
        #expect(gone.code == 2)
        #expect(gone.text.contains("does not answer (Connection refused)"), "\(gone.text)")
        #expect(gone.text.split(separator: "\n").count == 1)
    }

    @Test func `A store without one of its drives is not well, and it is said which and what to do`() async throws {
        let folder = try TemporaryDirectory()
        let serve = ["serve", "d1", "d2", "d3", "--address", "127.0.0.1:0"]
        let first = try ServerProcess(serve, environment: Self.owner, in: folder)
        _ = try await first.ready()
        first.signal(SIGTERM)
        #expect(try await first.ended() == 0)
        try FileManager.default.removeItem(atPath: folder.path + "/d2")

        let server = try ServerProcess(serve, environment: Self.owner, in: folder)
        let url = try #require(try await server.ready().first)
        let status = try await ask(["status"], url, in: folder)
        #expect(status.code == 1)
        #expect(status.text.hasPrefix("degraded: "))
        #expect(status.text.contains("set 1, slot 1: the drive is absent: "))
        #expect(status.text.contains("d2"))
        #expect(status.text.contains("-> "))
        let drives = try await ask(["drive", "status", "--json"], url, in: folder)
        #expect(drives.code == 1)
        #expect(drives.text.contains(#""state":"absent""#))
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
    }

    @Test func `Over TLS the certificate is checked, and a profile remembers the authority`() async throws {
        let folder = try TemporaryDirectory()
        let certificate = try Certificate(in: folder)
        let server = try ServerProcess(
            [
                "serve", "data", "--address", "127.0.0.1:0", "--tls-certificate", certificate.path, "--tls-key",
                certificate.keyPath,
            ], environment: Self.owner, in: folder)
        let port = try #require(try await server.ready().first?.port)
        let url = try #require(URL(string: "https://localhost:\(port)"))
        let untrusted = try await ask(["status"], url, in: folder)
        #expect(untrusted.code == 2)
        #expect(untrusted.text.contains("--tls-ca"), "\(untrusted.text)")
        #expect(try await ask(["status", "--tls-ca", certificate.path], url, in: folder).code == 0)
        let missing = try await ask(["status", "--tls-ca", folder.path + "/none.pem"], url, in: folder)
        #expect(missing.code == 2 && missing.text.contains("none.pem"))

        let added = try await ServerProcess.run(
            [
                "profile", "add", "here", "--endpoint", url.absoluteString, "--access-key", "tester", "--secret-key",
                "correct horse", "--tls-ca", "tls.pem",
            ], in: folder)
        #expect(added.code == 0 && added.text == "")
        #expect(try folder.permissions(".config/magstore/profiles.json") == 0o600)
        let list = try await ServerProcess.run(["profile", "list"], in: folder)
        #expect(list.text.contains("here") && !list.text.contains("horse"))
        // From another directory: the authority's path holds there, too.
        let elsewhere = try TemporaryDirectory()
        let status = try await ServerProcess.run(["status"], environment: ["HOME": folder.path], in: elsewhere)
        #expect(status.code == 0, "\(status.text)")
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
    }

    @Test func `This machine's server is found without a word`() async throws {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess(["serve", "data", "--address", "127.0.0.1:0"], in: folder)
        let url = try #require(try await server.ready().first)
        let environment = ["MAGSTORE_ADDRESS": "127.0.0.1:\(url.port ?? 0)"]
        let status = try await ServerProcess.run(["status"], environment: environment, in: folder)
        #expect(status.code == 0, "\(status.text)")
        server.signal(SIGTERM)
        #expect(try await server.ended() == 0)
    }

    @Test func `A command line that says two things is a usage error`() async throws {
        let folder = try TemporaryDirectory()
        let both = try await ServerProcess.run(["doctor", "d1", "--endpoint", "http://127.0.0.1:1"], in: folder)
        #expect(both.code == 64)
    }
}
