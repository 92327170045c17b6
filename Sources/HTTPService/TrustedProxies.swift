import NIOHTTP1

/// The proxies that may say who the client is. From everybody else `X-Forwarded-*` headers mean nothing.
package struct TrustedProxies: Sendable {
    private let blocks: [AddressBlock]

    package init(_ blocks: [AddressBlock] = []) {
        self.blocks = blocks
    }

    package func contains(_ address: String) -> Bool {
        guard !blocks.isEmpty, let parsed = IPAddress(address) else { return false }
        return blocks.contains { $0.contains(parsed) }
    }

    /// What trusted proxies say about a request.
    struct Client: Hashable {
        var address: String
        var isSecure: Bool
        var forwardedHost: String?
    }

    /// The client of a request that came from a trusted `peer`.
    ///
    /// The address is the right-most one that is not itself a trusted proxy's: all to the left of it is the client's
    /// own claim. Scheme and host are the right-most ones for the same reason.
    func client(peer: String, isSecure: Bool, headers: HTTPHeaders) -> Client {
        var client = Client(address: peer, isSecure: isSecure)
        for element in headers[canonicalForm: "x-forwarded-for"].reversed() {
            guard let address = Self.addressWithoutPort(element) else { break }
            client.address = address
            if !contains(address) { break }
        }
        if let scheme = headers[canonicalForm: "x-forwarded-proto"].last {
            client.isSecure = scheme.lowercased() == "https"
        }
        client.forwardedHost = headers[canonicalForm: "x-forwarded-host"].last.map(String.init)
        return client
    }

    /// Some proxies append the client's port, and IPv6 then comes in brackets. Nil when it is no address.
    private static func addressWithoutPort(_ element: Substring) -> String? {
        var text = element
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            text = text[text.index(after: text.startIndex)..<end]
        } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            text = text[..<colon]
        }
        let address = String(text)
        return IPAddress(address) == nil ? nil : address
    }
}
