import Glibc

/// An IPv4 or IPv6 address. IPv4 is held as its IPv6-mapped form, so that both spellings of an address are equal.
package struct IPAddress: Hashable, Sendable {
    let high: UInt64
    let low: UInt64
    private static let mappedPrefix: UInt64 = 0xffff_0000_0000

    /// Nil for anything but a literal address, without brackets, port or zone.
    package init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            high = 0
            low = Self.mappedPrefix | UInt64(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let words = six.__in6_u.__u6_addr32
        high = UInt64(UInt32(bigEndian: words.0)) << 32 | UInt64(UInt32(bigEndian: words.1))
        low = UInt64(UInt32(bigEndian: words.2)) << 32 | UInt64(UInt32(bigEndian: words.3))
    }

    var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }
}

/// A block of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
package struct AddressBlock: Hashable, Sendable {
    private let address: IPAddress
    /// 0 to 128, counted in the IPv6 form.
    private let prefixLength: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        self.address = address
        let width = address.isIPv4 && !parts[0].utf8.contains(UInt8(ascii: ":")) ? 32 : 128
        guard parts.count == 2 else {
            prefixLength = 128
            return
        }
        guard parts[1].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let length = Int(parts[1]), length <= width
        else { return nil }
        prefixLength = 128 - width + length
    }

    package func contains(_ other: IPAddress) -> Bool {
        let high = mask(bits: min(prefixLength, 64))
        let low = mask(bits: max(prefixLength - 64, 0))
        return address.high & high == other.high & high && address.low & low == other.low & low
    }

    /// The uppermost `bits` of 64 set.
    private func mask(bits: Int) -> UInt64 {
        bits == 0 ? 0 : ~0 << UInt64(64 - bits)
    }
}
