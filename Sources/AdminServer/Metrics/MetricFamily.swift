import NIOCore

/// A metric with its samples, as a provider hands it over at the time of a scrape.
package struct MetricFamily: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case counter
        case gauge
    }

    package struct Sample: Hashable, Sendable {
        /// Bounded in number: never an object's name or a client's address.
        package var labels: [Label]
        package var value: Double

        package init(_ value: Double, labels: [Label] = []) {
            self.labels = labels
            self.value = value
        }
    }

    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// `magstore_…`, with the unit at the end; `_total` for counters.
    package var name: String
    package var help: String
    package var kind: Kind
    package var samples: [Sample]

    package init(_ name: String, help: String, kind: Kind, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }
}

/// Writes Prometheus' text format, version 0.0.4.
struct MetricText {
    private(set) var buffer = ByteBuffer()

    mutating func write(_ family: MetricFamily) {
        head(family.name, family.help, family.kind.rawValue)
        for sample in family.samples { self.sample(family.name, sample.labels, sample.value) }
    }

    mutating func head(_ name: String, _ help: String, _ type: String) {
        buffer.writeString("# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type)\n")
    }

    mutating func sample(_ name: String, _ labels: [MetricFamily.Label], _ value: Double) {
        buffer.writeString(name)
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            buffer.writeString("{\(pairs.joined(separator: ","))}")
        }
        buffer.writeString(" \(Self.number(value))\n")
    }

    static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
