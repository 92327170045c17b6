import Yams

/// What a YAML file says: values for settings, each with its line.
struct SettingsFile: Sendable {
    struct Entry: Hashable, Sendable {
        var texts: [String]
        var line: Int
    }

    let path: String
    /// By the name of the setting.
    let entries: [String: Entry]

    /// - Throws: unless the file is a mapping of settings to values.
    init(path: String, text: String) throws(SettingsError) {
        self.path = path
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Self.error(path, parsing: error)
        }
        var entries: [String: Entry] = [:]
        if let root {
            guard let mapping = root.mapping else {
                // A file of comments only is an empty scalar.
                if root.scalar?.string == "" {
                    self.entries = [:]
                    return
                }
                throw SettingsError("\(path): must hold lines like \"parity: 2\"")
            }
            for (key, value) in mapping {
                let line = key.mark?.line ?? 1
                guard let name = key.scalar?.string, let setting = Setting.named(name) else {
                    throw Self.unknown(key.scalar?.string ?? "?", "\(path):\(line)")
                }
                entries[name] = Entry(texts: try Self.texts(of: value, setting, "\(path):\(line)"), line: line)
            }
        }
        self.entries = entries
    }

    private static func texts(
        of node: Node, _ setting: Setting, _ place: String
    ) throws(SettingsError) -> [String] {
        if let scalar = node.scalar {
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            guard !isNull else { throw SettingsError("\(place): \(setting.name) has no value; remove the line") }
            return [scalar.string]
        }
        guard setting.isList, let items = node.sequence else {
            throw SettingsError("\(place): \(setting.name) takes \(setting.isList ? "a list of values" : "one value")")
        }
        var texts: [String] = []
        for item in items {
            guard let text = item.scalar?.string else {
                throw SettingsError("\(place): \(setting.name) takes a list of plain values")
            }
            texts.append(text)
        }
        return texts
    }

    private static func unknown(_ name: String, _ place: String) -> SettingsError {
        let close = Setting.all.map { ($0.name, distance($0.name, name)) }.min { $0.1 < $1.1 }
        let hint = close.map { $0.1 <= 3 ? "; is it \"\($0.0)\"?" : "" } ?? ""
        return SettingsError("\(place): there is no setting \"\(name)\"\(hint)")
    }

    private static func error(_ path: String, parsing error: any Error) -> SettingsError {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            SettingsError("\(path):\(mark.line): \(problem)")
        case .reader(let problem, _, _, _):
            SettingsError("\(path): \(problem)")
        case .duplicatedKeysInMapping(let duplicates, _):
            SettingsError("\(path): \(duplicates.joined(separator: ", ")) is set twice")
        default:
            SettingsError("\(path): is not YAML")
        }
    }

    /// Letters to insert, remove or change between two names (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8.prefix(64))
        var row = Array(0...right.count)
        for (i, letter) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substitution = diagonal + (letter == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, min(row[j], row[j + 1]) + 1)
            }
        }
        return row[right.count]
    }
}

extension Setting {
    static func named(_ name: String) -> Setting? {
        all.first { $0.name == name }
    }
}
