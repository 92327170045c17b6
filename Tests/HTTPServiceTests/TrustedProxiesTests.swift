import NIOHTTP1
import Testing

@testable import HTTPService

@Suite(.timeLimit(.minutes(1)))
struct TrustedProxiesTests {
    static let proxies = TrustedProxies(["10.0.0.0/8", "fd00::/8", "192.0.2.7"].compactMap(AddressBlock.init))

    @Test(arguments: [
        // Peer, X-Forwarded-For, client
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 10.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9,192.0.2.7 , 10.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", ["10.9.9.9, 10.2.3.4"], "10.9.9.9"),
        ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1, fd12::1"], "2001:db8::1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9, unknown, 10.2.3.4"], "10.2.3.4"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["<script>, 203.0.113.9"], "203.0.113.9"),
    ])
    func `The client is the right-most address that is no trusted proxy`(
        peer: String, forwarded: [String], client: String
    ) {
        let headers = HTTPHeaders(forwarded.map { ("X-Forwarded-For", $0) })
        #expect(Self.proxies.client(peer: peer, isSecure: false, headers: headers).address == client)
    }

    @Test(arguments: [
        ("10.255.0.1", true), ("11.0.0.1", false), ("::ffff:10.1.1.1", true), ("fd00:1::2", true), ("fe00::1", false),
        ("192.0.2.7", true), ("192.0.2.8", false), ("localhost", false), ("", false), ("10.0.0", false),
    ])
    func `Addresses are matched against blocks`(address: String, isTrusted: Bool) {
        #expect(Self.proxies.contains(address) == isTrusted)
    }

    @Test(arguments: [
        "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0/8", "::/129", "host", "", "/8",
        "10.0.0.0/+8",
    ])
    func `What is no block of addresses is not taken for one`(text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0/0", "1.2.3.4", "::1"), ("::/0", "1.2.3.4", ""), ("::ffff:1.2.3.0/120", "1.2.3.4", "1.2.4.4"),
    ])
    func `A block holds what its prefix says`(block: String, inside: String, outside: String) throws {
        let block = try #require(AddressBlock(block))
        #expect(block.contains(try #require(IPAddress(inside))))
        if let address = IPAddress(outside) { #expect(!block.contains(address)) }
    }

    @Test(arguments: [(true, "203.0.113.9 true s3.example.org"), (false, "127.0.0.1 false -")])
    func `Forwarded headers count from trusted proxies only`(isTrusted: Bool, expected: String) async throws {
        let configuration = HTTPServiceConfiguration.loopback {
            if isTrusted { $0.trustedProxies = TrustedProxies(["127.0.0.0/8"].compactMap(AddressBlock.init)) }
        }
        let handler = Answering { request in
            .text("\(request.clientAddress) \(request.isSecure) \(request.forwardedHost ?? "-")")
        }
        try await withService(configuration, handler) { running in
            let client = try await running.client()
            try await client.send(
                "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http, HTTPS\r\n"
                    + "X-Forwarded-Host: evil, s3.example.org\r\n\r\n")
            #expect(await client.response().body == expected)
        }
    }
}
