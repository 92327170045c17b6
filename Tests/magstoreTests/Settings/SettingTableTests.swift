import ArgumentParser
import Testing

@testable import magstore

/// The table of settings and what derives from it.
@Suite struct SettingTableTests {
    /// Some valid value of each setting.
    private static let samples: [String: [String]] = [
        "drives": ["/a", "/b"], "parity": ["2"], "set-size": ["6"],
        "scrub-interval": ["12h"], "address": ["0.0.0.0:9000", "[::1]:9001"],
        "tls-certificate": ["c.pem"], "tls-key": ["k.pem"], "public-url": ["https://s3.example.org"],
        "trusted-proxy": ["10.0.0.0/8", "fd00::/8"], "domain": ["s3.example.org"], "region": ["eu-1"],
        "root-user": ["somebody"], "root-password": ["something"], "metrics-token": ["token"],
        "state-dir": ["/var/lib/magstore"], "memory-limit": ["512MiB"], "max-connections": ["100"],
        "max-header-bytes": ["32KiB"], "idle-timeout": ["10s"], "header-timeout": ["500ms"], "body-timeout": ["2m"],
        "write-timeout": ["90s"], "drain-timeout": ["0s"], "log-level": ["debug"], "log-format": ["json"],
        "access-log": ["access.log"],
    ]

    @Test func `Names, options and variables are each used once`() {
        let names = Setting.all.map(\.name)
        #expect(Set(names).count == names.count)
        let variables = Setting.all.flatMap { [$0.variable] + $0.aliases }
        #expect(Set(variables).count == variables.count)
        #expect(Set(Self.samples.keys) == Set(names), "each setting needs a sample here")
    }

    @Test func `The names of options and variables follow from the name`() throws {
        let setting = try #require(Setting.named("memory-limit"))
        #expect(setting.option == "--memory-limit")
        #expect(setting.variable == "MAGSTORE_MEMORY_LIMIT")
    }

    @Test func `Secrets have no option: every user can read a command line`() {
        for setting in Setting.all where setting.isSecret { #expect(setting.option == nil) }
        #expect(Setting.named("root-password")?.isSecret == true)
        #expect(Setting.named("metrics-token")?.isSecret == true)
    }

    @Test(arguments: Setting.all.map(\.name))
    func `A value is read and written alike`(name: String) throws {
        let setting = try #require(Setting.named(name))
        let sample = try #require(Self.samples[name])
        var settings = Settings()
        try setting.take(sample, &settings)
        #expect(setting.texts(settings) == sample)
    }

    @Test func `Every setting with an option is parsed from a command line`() throws {
        var arguments: [String] = []
        for setting in Setting.all {
            guard let option = setting.option, let values = Self.samples[setting.name] else { continue }
            for value in values { arguments += [option, value] }
        }
        let command = try #require(try Magstore.parseAsRoot(["serve", "/a", "/b"] + arguments) as? ServeCommand)
        for setting in Setting.all where setting.option != nil {
            #expect(command.options.values[setting.name] == Self.samples[setting.name], "\(setting.name)")
        }
        #expect(command.drives == ["/a", "/b"])
    }

    @Test func `Help names every option with its default`() {
        let help = Magstore.helpMessage(for: ServeCommand.self, columns: 10_000)
        for setting in Setting.all {
            guard let option = setting.option else { continue }
            #expect(help.contains(option), "\(option)")
            #expect(help.contains(setting.help), "\(option)")
        }
        #expect(help.contains("(default: 127.0.0.1:9000)"))
    }

    @Test func `The values that were given are used and no others`() throws {
        let command = try #require(try Magstore.parseAsRoot(["serve", "./data"]) as? ServeCommand)
        #expect(command.options.values.isEmpty)
        let resolved = try command.options.resolve(arguments: ["drives": command.drives], environment: [:])
        #expect(resolved.settings.drives == ["./data"])
        #expect(resolved.origins["drives"] == .arguments)
    }

    @Test(arguments: [["serve", "--parity"], ["serve", "--nonsense"], ["serve", "--root-password", "x"]])
    func `A usage error ends with 64`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Magstore.parseAsRoot(arguments) }
        #expect(error.map { Magstore.exitCode(for: $0).rawValue } == 64)
    }
}
