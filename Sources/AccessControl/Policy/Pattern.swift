/// Text in which `?` stands for one character and `*` for any number of them, compiled.
///
/// Matching never goes back: what stands between two stars is found once, at the first place where it fits, which is as
/// good as any later place. It takes time in proportion to the text, and to a 64th of the pattern's length at worst.
struct Pattern: Hashable, Sendable {
    /// A Unicode scalar, or one of the wildcards, which lie behind the last scalar.
    typealias Unit = UInt32

    static let anyOne: Unit = 0x11_0000
    static let anyRun: Unit = 0x11_0001

    /// Up to the first star.
    private let head: [Unit]
    private let pieces: [PatternPiece]
    /// Behind the last star; nil without stars.
    private let tail: [Unit]?

    init(_ units: [Unit]) {
        let parts = units.split(separator: Self.anyRun, omittingEmptySubsequences: false).map(Array.init)
        head = parts[0]
        tail = parts.count > 1 ? parts[parts.count - 1] : nil
        pieces = parts.dropFirst().dropLast().filter { !$0.isEmpty }.map(PatternPiece.init)
    }

    /// With `*` and `?` as wildcards.
    init(_ text: String) {
        self.init(Self.units(text, wildcards: true))
    }

    static func units(_ text: some StringProtocol, wildcards: Bool = false) -> [Unit] {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "*" where wildcards: anyRun
            case "?" where wildcards: anyOne
            default: scalar.value
            }
        }
    }

    /// Whether it is one text and no other.
    var isFixed: Bool { tail == nil && !head.contains(Self.anyOne) }

    /// Whether nothing but stars.
    var matchesEverything: Bool { head.isEmpty && tail?.isEmpty == true && pieces.isEmpty }

    func matches(_ text: [Unit]) -> Bool {
        guard Self.fits(head, text, at: 0) else { return false }
        guard let tail else { return head.count == text.count }
        let end = text.count - tail.count
        guard end >= head.count, Self.fits(tail, text, at: end) else { return false }
        var position = head.count
        for piece in pieces {
            guard let next = piece.firstEnd(in: text, position..<end) else { return false }
            position = next
        }
        return true
    }

    func matches(_ text: String) -> Bool { matches(Self.units(text)) }

    private static func fits(_ units: [Unit], _ text: [Unit], at offset: Int) -> Bool {
        guard offset >= 0, offset + units.count <= text.count else { return false }
        for index in units.indices where units[index] != text[offset + index] && units[index] != anyOne {
            return false
        }
        return true
    }
}

/// What stands between two stars: found with one bit for each of its places that the text so far could have reached
/// (Baeza-Yates and Gonnet, "A new approach to text searching").
private struct PatternPiece: Hashable, Sendable {
    private let wordCount: Int
    private let lastBit: UInt64
    /// For a unit of the text, the places where it may stand.
    private let places: [Pattern.Unit: [UInt64]]
    /// For every other unit: the places of `?`.
    private let openPlaces: [UInt64]

    init(_ units: [Pattern.Unit]) {
        let wordCount = (units.count + 63) / 64
        var open = [UInt64](repeating: 0, count: wordCount)
        for (index, unit) in units.enumerated() where unit == Pattern.anyOne {
            open[index / 64] |= 1 << UInt64(index % 64)
        }
        var places: [Pattern.Unit: [UInt64]] = [:]
        for (index, unit) in units.enumerated() where unit != Pattern.anyOne {
            places[unit, default: open][index / 64] |= 1 << UInt64(index % 64)
        }
        self.wordCount = wordCount
        self.places = places
        openPlaces = open
        lastBit = 1 << UInt64((units.count - 1) % 64)
    }

    /// Behind the first place in `range` where it fits.
    func firstEnd(in text: [Pattern.Unit], _ range: Range<Int>) -> Int? {
        var reached = [UInt64](repeating: 0, count: wordCount)
        for position in range {
            let allowed = places[text[position]] ?? openPlaces
            var carry: UInt64 = 1
            for word in 0..<wordCount {
                let next = reached[word] << 1 | carry
                carry = reached[word] >> 63
                reached[word] = next & allowed[word]
            }
            if reached[wordCount - 1] & lastBit != 0 { return position + 1 }
        }
        return nil
    }
}
