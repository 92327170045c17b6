/// A value of a policy: text with wildcards, and with variables that are filled in from the request
/// ("IAM policy elements: Variables and tags").
struct TextTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case units([Pattern.Unit])
        case variable(ConditionKey, fallback: [Pattern.Unit]?)
    }

    private let parts: [Part]
    /// The pattern, where there is nothing to fill in.
    let fixed: Pattern?
    private let ignoresCase: Bool

    /// What is wrong with a `${…}`.
    struct Fault: Error, Equatable {
        let reason: String
    }

    /// - Parameters:
    ///   - hasVariables: whether `${…}` has a meaning: in documents of the first version it is text like any other.
    ///   - hasWildcards: whether `*` and `?` have one.
    init(_ text: String, hasVariables: Bool, hasWildcards: Bool, ignoresCase: Bool = false) throws(Fault) {
        var parts: [Part] = []
        var units: [Pattern.Unit] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            if hasVariables, rest.utf8.starts(with: "${".utf8) {
                rest = rest.dropFirst(2)
                guard let end = rest.firstIndex(of: "}") else { throw Fault(reason: "A variable does not end") }
                switch try Variable(rest[..<end]) {
                case .letter(let letter): units.append(letter)
                case .key(let key, let fallback):
                    if !units.isEmpty { parts.append(.units(Self.folded(units, ignoresCase))) }
                    units = []
                    parts.append(.variable(key, fallback: fallback.map { Self.folded($0, ignoresCase) }))
                }
                rest = rest[end...].dropFirst()
            } else {
                let end = rest.dropFirst().firstIndex(of: "$") ?? rest.endIndex
                units += Pattern.units(rest[..<end], wildcards: hasWildcards)
                rest = rest[end...]
            }
        }
        if !units.isEmpty { parts.append(.units(Self.folded(units, ignoresCase))) }
        self.parts = parts
        self.ignoresCase = ignoresCase
        switch (parts.count, parts.first) {
        case (0, _): fixed = Pattern([])
        case (1, .units(let units)): fixed = Pattern(units)
        default: fixed = nil
        }
    }

    private enum Variable {
        case letter(Pattern.Unit)
        case key(ConditionKey, fallback: [Pattern.Unit]?)

        init(_ text: Substring) throws(Fault) {
            if ["*", "?", "$"].contains(text) {
                self = .letter(text.unicodeScalars.first?.value ?? 0)
                return
            }
            let comma = text.firstIndex(of: ",") ?? text.endIndex
            let name = Self.trimmed(text[..<comma])
            guard let key = ConditionKey(name), key.isKnown else {
                throw Fault(reason: "There is no variable \(name)")
            }
            guard comma != text.endIndex else {
                self = .key(key, fallback: nil)
                return
            }
            let value = Self.trimmed(text[comma...].dropFirst())
            guard value.count >= 2, value.hasPrefix("'"), value.hasSuffix("'") else {
                throw Fault(reason: "The default of a variable stands between single quotes")
            }
            self = .key(key, fallback: Pattern.units(value.dropFirst().dropLast()))
        }

        private static func trimmed(_ text: Substring) -> Substring {
            let start = text.drop { $0 == " " }
            return start.lastIndex { $0 != " " }.map { start[...$0] } ?? ""
        }
    }

    /// The pattern for one request. Nil when a variable has no value there: then nothing can match.
    ///
    /// - Parameter value: of a key that has exactly one in the request.
    func pattern(_ value: (ConditionKey) -> String?) -> Pattern? {
        if let fixed { return fixed }
        var units: [Pattern.Unit] = []
        for part in parts {
            switch part {
            case .units(let text): units += text
            case .variable(let key, let fallback):
                // A value of a request is text: a star in it must not become a wildcard.
                guard let text = value(key).map({ Self.folded(Pattern.units($0), ignoresCase) }) ?? fallback else {
                    return nil
                }
                units += text
            }
        }
        return Pattern(units)
    }

    /// What every text begins with that can match.
    var literalHead: ArraySlice<Pattern.Unit> {
        guard case .units(let units)? = parts.first else { return [] }
        return units.prefix { $0 < Pattern.anyOne }
    }

    /// Letter by letter, as AWS compares "ignoring case".
    static func folded(_ units: [Pattern.Unit], _ ignoresCase: Bool = true) -> [Pattern.Unit] {
        guard ignoresCase else { return units }
        return units.map { unit in
            guard let scalar = Unicode.Scalar(unit) else { return unit }
            let lower = scalar.properties.lowercaseMapping.unicodeScalars
            return lower.count == 1 ? lower.first?.value ?? unit : unit
        }
    }
}
