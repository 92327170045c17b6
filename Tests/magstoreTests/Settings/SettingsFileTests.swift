import Foundation
import Testing

@testable import magstore

@Suite struct SettingsFileTests {
    @Test(arguments: [
        ("adress: 127.0.0.1:9000", "f:1: there is no setting \"adress\"; is it \"address\"?"),
        ("parity: 1\nsomething-else-entirely: 2", "f:2: there is no setting \"something-else-entirely\""),
        ("parity:", "f:1: parity has no value; remove the line"),
        ("parity: [1, 2]", "f:1: parity takes one value"),
        ("domain: {a: b}", "f:1: domain takes a list of values"),
        ("domain: [[a]]", "f:1: domain takes a list of plain values"),
        ("just a text", "f: must hold lines like \"parity: 2\""),
        ("parity: 1\nparity: 2", "f: parity is set twice"),
    ])
    func `What is no settings file is refused with its line`(text: String, message: String) {
        let error = #expect(throws: SettingsError.self) { try SettingsFile(path: "f", text: text) }
        #expect(error?.description == message)
    }

    @Test func `What is not YAML is refused with its line`() {
        let error = #expect(throws: SettingsError.self) { try SettingsFile(path: "f", text: "a: 1\nb: [") }
        #expect(error?.description.hasPrefix("f:") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test(arguments: ["", "# nothing\n", "---\n"])
    func `An empty file sets nothing`(text: String) throws {
        #expect(try SettingsFile(path: "f", text: text).entries.isEmpty)
    }

    @Test func `Numbers keep their spelling`() throws {
        let file = try SettingsFile(path: "f", text: "region: 007\nmemory-limit: 1_000\n")
        #expect(file.entries["region"]?.texts == ["007"])
        #expect(file.entries["memory-limit"]?.texts == ["1_000"])
    }
}

/// config/magstore.example.yaml has every setting, with its default.
@Suite struct ExampleFileTests {
    private let text: String

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        text = try String(contentsOf: root.appendingPathComponent("config/magstore.example.yaml"), encoding: .utf8)
    }

    @Test func `The example is what the table of settings says`() {
        #expect(text == Setting.exampleFile, "write it again: magstore config example > config/magstore.example.yaml")
    }

    @Test func `The example sets nothing as it is`() throws {
        #expect(try SettingsFile(path: "example", text: text).entries.isEmpty)
    }

    @Test(arguments: Setting.all.map(\.name))
    func `Each setting stands there with a line on what it does`(name: String) throws {
        let setting = try #require(Setting.named(name))
        #expect(text.contains("\n# \(setting.help)"))
        #expect(text.contains("\n# \(name):"))
    }

    @Test func `With the marks taken off, every default is accepted and stays the default`() throws {
        let lines = text.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("# "), let colon = line.firstIndex(of: ":") else { return nil }
            let name = line[line.index(line.startIndex, offsetBy: 2)..<colon]
            guard Setting.named(String(name)) != nil, line.last != ":" else { return nil }
            return String(line.dropFirst(2))
        }
        #expect(lines.count >= 9)
        let file = try SettingsFile(path: "example", text: lines.joined(separator: "\n"))
        let resolved = try ResolvedSettings(options: [:], environment: [:], file: file)
        for setting in Setting.all {
            #expect(setting.texts(resolved.settings) == setting.texts(Settings()), "\(setting.name)")
        }
    }
}
