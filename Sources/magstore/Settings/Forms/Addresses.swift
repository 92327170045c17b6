import HTTPService

extension Form where Value == HTTPAddress {
    /// `127.0.0.1:9000`, `[::1]:9000`, `localhost:9000`.
    static var address: Self {
        Self(
            name: "host:port",
            parse: { (text) throws(SettingProblem) in
                guard let (host, port) = splitHost(text), let port else {
                    throw SettingProblem("is \"\(text)\" and must be HOST:PORT, like 127.0.0.1:9000 or [::1]:9000")
                }
                guard !host.isEmpty else {
                    throw SettingProblem("is \"\(text)\": name a host; 0.0.0.0\(text) listens on every IPv4 address")
                }
                return HTTPAddress(host: host, port: port)
            }, text: { $0.description })
    }
}

/// Splits `host`, `host:port` or `[address]:port`; nil when it is none of these.
private func splitHost(_ text: some StringProtocol) -> (host: String, port: Int?)? {
    var rest = Substring(text)
    var host: Substring
    if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]") else { return nil }
        host = rest[rest.index(after: rest.startIndex)..<end]
        guard host.contains(":"), IPAddress(String(host)) != nil else { return nil }
        rest = rest[rest.index(after: end)...]
    } else {
        let colon = rest.firstIndex(of: ":") ?? rest.endIndex
        host = rest[..<colon]
        rest = rest[colon...]
        guard host.utf8.allSatisfy({ isHostByte($0) }) else { return nil }
    }
    if rest.isEmpty { return (String(host), nil) }
    let digits = rest.dropFirst()
    guard rest.first == ":", digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = UInt16(digits) else {
        return nil
    }
    return (String(host), Int(port))
}

private func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        true
    default: false
    }
}

extension HTTPAddress {
    /// Only processes of this machine can reach it.
    var isLoopback: Bool {
        if host == "localhost" { return true }
        guard let address = IPAddress(host) else { return false }
        return Self.loopbacks.contains { $0.contains(address) }
    }

    private static let loopbacks = ["127.0.0.0/8", "::1"].compactMap { AddressBlock($0) }

    /// Where this machine reaches a server that listens here: an address for all interfaces is none to connect to.
    var forClients: HTTPAddress {
        switch host {
        case "0.0.0.0": HTTPAddress(host: "127.0.0.1", port: port)
        case "::": HTTPAddress(host: "::1", port: port)
        default: self
        }
    }
}

/// An address that clients use, although a proxy or a mapping of ports stands before the server.
struct PublicURL: Hashable, Sendable, CustomStringConvertible {
    let isSecure: Bool
    let host: String
    /// Nil: the scheme's own.
    let port: Int?

    init?(_ text: String) {
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { return nil }
        var rest = text.dropFirst(isSecure ? 8 : 7)
        if rest.last == "/" { rest = rest.dropLast() }
        guard let (host, port) = splitHost(rest), !host.isEmpty, port != 0 else { return nil }
        self.isSecure = isSecure
        self.host = host
        self.port = port == (isSecure ? 443 : 80) ? nil : port
    }

    var address: HTTPAddress { HTTPAddress(host: host, port: port ?? (isSecure ? 443 : 80)) }

    /// The Host header that clients of this address sign.
    var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    var description: String { (isSecure ? "https://" : "http://") + hostHeader }
}

extension Form where Value == PublicURL {
    static var publicURL: Self {
        Self(
            name: "url",
            parse: { (text) throws(SettingProblem) in
                guard let url = PublicURL(text) else {
                    throw SettingProblem("is \"\(text)\" and must be http://HOST[:PORT] or https://HOST[:PORT]")
                }
                return url
            }, text: { $0.description })
    }
}

/// A block of addresses that remembers how it was written.
struct NamedBlock: Hashable, Sendable {
    let block: AddressBlock
    let text: String
}

extension Form where Value == NamedBlock {
    static var addressBlock: Self {
        Self(
            name: "cidr",
            parse: { (text) throws(SettingProblem) in
                guard let block = AddressBlock(text) else {
                    throw SettingProblem("is \"\(text)\" and must be an address or a block, like 10.0.0.0/8")
                }
                return NamedBlock(block: block, text: text)
            }, text: { $0.text })
    }
}

extension Form where Value == String {
    /// A domain name, in lower case.
    static var domain: Self {
        Self(
            name: "domain",
            parse: { (text) throws(SettingProblem) in
                guard let (host, port) = splitHost(text), port == nil, !host.isEmpty, !text.contains(":") else {
                    throw SettingProblem("is \"\(text)\" and must be a domain name, like s3.example.org")
                }
                return host.lowercased()
            }, text: { $0 })
    }
}
