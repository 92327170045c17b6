import Foundation
import Testing

@testable import magstore

@Suite struct ProfileFileTests {
    private let folder: TemporaryDirectory
    private let file: ProfileFile
    private let home = Profile(endpoint: "http://127.0.0.1:9000", accessKey: "owner", secretKey: "a secret")
    private let away = Profile(
        endpoint: "https://store.example.org", accessKey: "other", secretKey: "another", authority: "/etc/ca.pem",
        region: "eu-1")

    init() throws {
        folder = try TemporaryDirectory()
        file = try ProfileFile(environment: ["XDG_CONFIG_HOME": folder.path + "/configuration"])
    }

    @Test func `What was saved is found, and the first is the one in use`() throws {
        try file.add("home", home)
        try file.add("away", away)
        #expect(try file.profile("home") == home)
        #expect(try file.profile("away") == away)
        #expect(try file.current() == home)
        try file.use("away")
        #expect(try file.current() == away)
        #expect(try file.list().map(\.name) == ["away", "home"])
        try file.remove("away")
        #expect(try file.current() == nil)
        #expect(try file.list().map(\.name) == ["home"])
    }

    @Test func `Only its owner may read it, however often it is written`() throws {
        for number in 0..<3 {
            try file.add("home\(number)", home)
            #expect(try folder.permissions("configuration/magstore/profiles.json") == 0o600)
        }
        #expect(try folder.permissions("configuration/magstore") == 0o700)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o666])
    func `One that others may read is refused, and the command that mends it is named`(mode: Int) throws {
        try file.add("home", home)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        #expect(throws: SettingsError("\(file.path) holds secrets and others may read it: chmod 600 \(file.path)")) {
            try file.profile("home")
        }
    }

    @Test func `One that is no JSON is refused, and not written over`() throws {
        try file.add("home", home)
        try Data("not JSON".utf8).write(to: URL(fileURLWithPath: file.path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        #expect(throws: SettingsError.self) { try file.add("away", away) }
        #expect(try folder.text("configuration/magstore/profiles.json") == "not JSON")
    }

    @Test func `A name that is not there is an error that says which there are`() throws {
        try file.add("home", home)
        #expect(throws: SettingsError("there is no profile \"work\" (there are: home)")) { try file.profile("work") }
        #expect(throws: SettingsError.self) { try file.remove("work") }
        #expect(throws: SettingsError.self) { try file.use("work") }
    }

    @Test func `Without XDG directories it lies in the home`() throws {
        let file = try ProfileFile(environment: ["HOME": folder.path])
        #expect(file.path == folder.path + "/.config/magstore/profiles.json")
        #expect(throws: SettingsError.self) { try ProfileFile(environment: [:]) }
    }
}
