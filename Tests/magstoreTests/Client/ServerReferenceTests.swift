import ArgumentParser
import Foundation
import HTTPService
import SigV4
import Testing

@testable import magstore

/// Where a command finds the server, the key, and which certificate it believes.
@Suite struct ServerReferenceTests {
    private let folder: TemporaryDirectory
    private let profiles: ProfileFile

    init() throws {
        folder = try TemporaryDirectory()
        profiles = try ProfileFile(environment: ["HOME": folder.path])
    }

    private func reference(
        _ arguments: [String] = [], _ environment: [String: String] = [:]
    ) throws -> ServerReference {
        try ServerReference(
            ConnectionOptions.parse(arguments), environment: ["HOME": folder.path].merging(environment) { $1 },
            profiles: profiles)
    }

    private func key(_ reference: ServerReference) -> String {
        "\(reference.accessKey)/\(reference.secret.reveal())@\(reference.url)"
    }

    private func keepLocalCredentials(in directory: String = ".local/state/magstore") throws {
        let path = folder.path + "/" + directory
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        _ = try folder.write(
            "[default]\naws_access_key_id = LOCAL\naws_secret_access_key = local-secret\n",
            to: directory + "/root-credentials")
    }

    private let variables = [
        "MAGSTORE_ENDPOINT": "http://variable:1", "MAGSTORE_ACCESS_KEY": "V", "MAGSTORE_SECRET_KEY": "vs",
    ]

    @Test func `Options win over variables, those over the profile in use, that over this machine`() throws {
        try keepLocalCredentials()
        #expect(try key(reference()) == "LOCAL/local-secret@http://127.0.0.1:9000")
        try profiles.add("home", Profile(endpoint: "http://profile:2", accessKey: "P", secretKey: "ps"))
        #expect(try key(reference()) == "P/ps@http://profile:2")
        #expect(try key(reference([], variables)) == "V/vs@http://variable:1")
        let options = ["--endpoint", "http://option:3", "--access-key", "O", "--secret-key", "os"]
        #expect(try key(reference(options, variables)) == "O/os@http://option:3")
        #expect(try key(reference(["--profile", "home"], variables)) == "P/ps@http://profile:2")
    }

    @Test func `The key of one server is not used for another`() throws {
        try keepLocalCredentials()
        try profiles.add("home", Profile(endpoint: "http://profile:2", accessKey: "P", secretKey: "ps"))
        #expect(throws: SettingsError.self) { try reference(["--endpoint", "http://other:9000"]) }
        #expect(throws: SettingsError.self) { try reference(["--endpoint", "http://192.0.2.1:9000"]) }
        #expect(
            try key(reference(["--endpoint", "http://127.0.0.1:1234"])) == "LOCAL/local-secret@http://127.0.0.1:1234")
    }

    @Test func `The secret may be kept off the command line`() throws {
        let found = try reference(
            ["--endpoint", "http://option:3", "--access-key", "O"], ["MAGSTORE_SECRET_KEY": "vs"])
        #expect(key(found) == "O/vs@http://option:3")
    }

    @Test(arguments: [
        ["--endpoint", "http://h:1", "--access-key", "O"], ["--endpoint", "http://h:1", "--secret-key", "O"],
        ["--endpoint", "h:1"], ["--endpoint", "ftp://h:1"], ["--profile", "nobody"],
    ])
    func `Half a key, no address and no profile are errors`(arguments: [String]) {
        #expect(throws: SettingsError.self) { try reference(arguments) }
    }

    @Test func `Without any key the error says what to name`() throws {
        do {
            _ = try reference()
            Issue.record("there is no key")
        } catch let error as SettingsError {
            #expect(error.description.contains("root-credentials"))
            #expect(error.description.contains("--access-key"))
        }
    }

    @Test func `This machine's server is found by its settings`() throws {
        try keepLocalCredentials(in: "elsewhere")
        let found = try reference(
            [], ["MAGSTORE_ADDRESS": "0.0.0.0:9100", "MAGSTORE_STATE_DIR": folder.path + "/elsewhere"])
        #expect(key(found) == "LOCAL/local-secret@http://127.0.0.1:9100")
        let owner = try reference([], ["MAGSTORE_ROOT_USER": "owner", "MAGSTORE_ROOT_PASSWORD": "long enough"])
        #expect(key(owner) == "owner/long enough@http://127.0.0.1:9000")
    }

    @Test func `Certificates are believed as told, and any only of this machine's own server`() throws {
        let options = ["--access-key", "O", "--secret-key", "os"]
        #expect(try reference(options + ["--endpoint", "http://h"]).trust == .none)
        #expect(try reference(options + ["--endpoint", "https://h"]).trust == .system)
        #expect(try reference(options + ["--endpoint", "https://127.0.0.1:9000"]).trust == .system)
        #expect(try reference(options + ["--endpoint", "https://h", "--tls-ca", "a.pem"]).trust == .authority("a.pem"))
        #expect(
            try reference(options + ["--endpoint", "https://h"], ["MAGSTORE_TLS_CA": "b.pem"]).trust
                == .authority("b.pem"))
        let local = ["MAGSTORE_TLS_CERTIFICATE": "c.pem", "MAGSTORE_TLS_KEY": "k.pem"]
        #expect(try reference(options, local).trust == .anyone)
        #expect(try reference(options, local).url.isSecure)
    }

    @Test func `Ports and regions have their defaults`() throws {
        let options = ["--access-key", "O", "--secret-key", "os", "--endpoint"]
        #expect(try reference(options + ["http://h"]).address.port == 80)
        #expect(try reference(options + ["https://h"]).address.port == 443)
        #expect(try reference(options + ["https://h:9000/"]).address.port == 9000)
        #expect(try reference(options + ["http://h"]).region == "us-east-1")
        #expect(try reference(options + ["http://h"], ["MAGSTORE_REGION": "eu-1"]).region == "eu-1")
        #expect(try reference(options + ["http://h", "--region", "eu-2"]).region == "eu-2")
    }
}
