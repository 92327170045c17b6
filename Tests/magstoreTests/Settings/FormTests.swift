import HTTPService
import NIOCore
import Testing

@testable import magstore

/// How values are written.
@Suite struct FormTests {
    @Test(arguments: [
        ("1024", 1024), ("512MiB", 512 << 20), ("2GiB", 2 << 30), ("2g", 2 << 30), ("2GB", 2 << 30), ("1 kib", 1024),
        ("3b", 3), ("0", 0),
    ])
    func `Bytes are numbers with binary units`(text: String, bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "x", "-1", "1.5GiB", "1PiB", "9223372036854775807GiB", "99999999999999999999", "MiB"])
    func `Other texts are no number of bytes`(text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(arguments: [(1 << 30, "1GiB"), (3 << 19, "1536KiB"), (1000, "1000"), (0, "0")])
    func `Bytes are shown in the largest unit that is exact`(bytes: Int, text: String) {
        #expect(ByteCount(bytes: bytes).description == text)
    }

    @Test(arguments: [("25s", 25_000), ("25", 25_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000), ("0", 0)])
    func `Times are numbers with units, seconds without`(text: String, milliseconds: Int64) throws {
        #expect(try Form.time(upTo: .hours(1)).parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "s", "-1s", "1d", "2h", "1.5s", "99999999999999999999s", "9223372036854775807h"])
    func `Other texts are no time`(text: String) {
        #expect(throws: SettingProblem.self) { try Form.time(upTo: .hours(1)).parse(text) }
    }

    @Test(arguments: [
        ("127.0.0.1:9000", "127.0.0.1", 9000), ("[::1]:9000", "::1", 9000), ("localhost:0", "localhost", 0),
        ("store-1.example.org:443", "store-1.example.org", 443),
    ])
    func `Addresses have a host and a port`(text: String, host: String, port: Int) throws {
        let address = try Form.address.parse(text)
        #expect(address == HTTPAddress(host: host, port: port))
        #expect(Form.address.text(address) == text)
    }

    @Test(arguments: [
        "", "localhost", ":9000", "9000", "127.0.0.1:", "127.0.0.1:65536", "::1:9000", "[::1]", "[x]:1",
        "[127.0.0.1]:1",
        "a b:1", "http://x:1", "127.0.0.1:+1",
    ])
    func `Other texts are no address`(text: String) {
        #expect(throws: SettingProblem.self) { try Form.address.parse(text) }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("localhost", true), ("0.0.0.0", false), ("::", false),
        ("10.0.0.1", false), ("example.org", false), ("::ffff:127.0.0.1", true),
    ])
    func `Loopback is what only this machine reaches`(host: String, expected: Bool) {
        #expect(HTTPAddress(host: host, port: 9000).isLoopback == expected)
    }

    @Test func `An address for all interfaces is asked on the loopback`() {
        #expect(HTTPAddress(host: "0.0.0.0", port: 1).forClients.description == "127.0.0.1:1")
        #expect(HTTPAddress(host: "::", port: 1).forClients.description == "[::1]:1")
        #expect(HTTPAddress(host: "10.0.0.1", port: 1).forClients.description == "10.0.0.1:1")
    }

    @Test(arguments: [
        ("https://s3.example.org", "s3.example.org"), ("https://s3.example.org/", "s3.example.org"),
        ("https://s3.example.org:443", "s3.example.org"), ("http://s3.example.org:8080", "s3.example.org:8080"),
        ("https://[fd00::1]:9000", "[fd00::1]:9000"), ("http://h:443", "h:443"),
    ])
    func `A public URL says which host clients sign`(text: String, host: String) throws {
        #expect(try Form.publicURL.parse(text).hostHeader == host)
    }

    @Test(arguments: ["", "s3.example.org", "ftp://x", "https://", "https://x/y", "https://x:0", "https://u@x"])
    func `Other texts are no public URL`(text: String) {
        #expect(throws: SettingProblem.self) { try Form.publicURL.parse(text) }
    }

    @Test(arguments: ["", "a b", "host:9000", "[::1]"])
    func `Other texts are no domain`(text: String) {
        #expect(throws: SettingProblem.self) { try Form.domain.parse(text) }
    }
}
