import HTTPService
import Logging
import NIOCore
import Testing

@testable import magstore

@Suite struct SettingPrecedenceTests {
    private func resolve(
        options: [String: [String]] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws -> ResolvedSettings {
        try ResolvedSettings(
            options: options, environment: environment,
            file: try file.map { text throws(SettingsError) in try SettingsFile(path: "settings.yaml", text: text) })
    }

    @Test func `Without anything the defaults hold`() throws {
        let resolved = try resolve()
        #expect(resolved.settings.addresses.map(\.description) == ["127.0.0.1:9000"])
        #expect(resolved.settings.drainTimeout == .seconds(25))
        #expect(resolved.origins.values.allSatisfy { $0 == .default })
        #expect(resolved.origins.count == Setting.all.count)
    }

    @Test func `An option wins over a variable, a variable over the file`() throws {
        let file = "log-level: error\nparity: 1\nregion: file\n"
        let environment = ["MAGSTORE_LOG_LEVEL": "debug", "MAGSTORE_PARITY": "2"]
        let resolved = try resolve(options: ["log-level": ["trace"]], environment: environment, file: file)
        #expect(resolved.settings.logLevel == .trace)
        #expect(resolved.settings.parity == 2)
        #expect(resolved.settings.region == "file")
        #expect(resolved.origins["log-level"] == .option("--log-level"))
        #expect(resolved.origins["parity"] == .variable("MAGSTORE_PARITY"))
        #expect(resolved.origins["region"] == .file(path: "settings.yaml", line: 3))
    }

    @Test(arguments: [
        ("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"), ("MAGSTORE_ROOT_USER", "MAGSTORE_ROOT_PASSWORD"),
        ("MINIO_ROOT_USER", "MAGSTORE_ROOT_PASSWORD"),
    ])
    func `The owner's key is read from our variables and from MinIO's`(user: String, password: String) throws {
        let resolved = try resolve(environment: [user: "somebody", password: "something"])
        #expect(resolved.settings.rootUser == "somebody")
        #expect(resolved.settings.rootPassword == "something")
        #expect(resolved.origins["root-user"] == .variable(user))
    }

    @Test func `Our variable wins over MinIO's`() throws {
        let resolved = try resolve(environment: ["MINIO_DOMAIN": "minio.test", "MAGSTORE_DOMAIN": "magstore.test"])
        #expect(resolved.settings.domains == ["magstore.test"])
    }

    @Test func `Lists in variables are separated by commas or blanks, in the file they are lists`() throws {
        let both = try resolve(
            environment: ["MAGSTORE_ADDRESS": "127.0.0.1:1, [::1]:2"], file: "domain: [a.test, b.test]\n")
        #expect(both.settings.addresses.map(\.description) == ["127.0.0.1:1", "[::1]:2"])
        #expect(both.settings.domains == ["a.test", "b.test"])
        #expect(try resolve(file: "domain: a.test").settings.domains == ["a.test"])
    }

    @Test func `An empty variable counts as none`() throws {
        #expect(try resolve(environment: ["MAGSTORE_PARITY": ""]).origins["parity"] == .default)
    }

    @Test(
        arguments: [
            (["parity": ["many"]], [:], nil, "--parity is \"many\" and must be a number from 0 to 15"),
            ([:], ["MAGSTORE_PARITY": "99"], nil, "MAGSTORE_PARITY is \"99\" and must be a number from 0 to 15"),
            (
                [:], [:], "log-level: info\nparity: x",
                "settings.yaml:2: parity is \"x\" and must be a number from 0 to 15"
            ),
            (["region": ["a", "b"]], [:], nil, "--region has 2 values and takes one"),
            ([:], ["MAGSTORE_TLS_KEY": "k"], nil, "tls-key (from MAGSTORE_TLS_KEY) needs tls-certificate beside it"),
            (
                [:], ["MAGSTORE_ROOT_USER": "me"], nil,
                "root-user (from MAGSTORE_ROOT_USER) needs root-password beside it"
            ),
        ] as [([String: [String]], [String: String], String?, String)])
    func `A bad value is one line that says where it is`(
        options: [String: [String]], environment: [String: String], file: String?, message: String
    ) throws {
        let error = #expect(throws: SettingsError.self) {
            try resolve(options: options, environment: environment, file: file)
        }
        #expect(error?.description == message)
        #expect(error?.isUsage == !options.isEmpty)
    }

    @Test func `The table shows values with their origins and hides secrets`() throws {
        let table = try resolve(
            environment: ["MAGSTORE_ROOT_USER": "somebody", "MAGSTORE_ROOT_PASSWORD": "open sesame"],
            file: "region: moon"
        ).table
        #expect(table.count == Setting.all.count)
        #expect(table.contains { $0.hasPrefix("region ") && $0.contains(" moon ") && $0.hasSuffix("settings.yaml:1") })
        #expect(table.contains { $0.hasPrefix("root-password ") && $0.hasSuffix("MAGSTORE_ROOT_PASSWORD") })
        #expect(!table.joined().contains("sesame"))
    }
}
