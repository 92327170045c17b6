/// One line of the table of settings. Options, variables, keys of the file, `config show` and the example file all
/// derive from it.
struct Setting: Sendable {
    /// `memory-limit` is `--memory-limit`, `MAGSTORE_MEMORY_LIMIT` and the key `memory-limit`.
    let name: String
    /// One line.
    let help: String
    let valueName: String
    /// Variables that are read where ours is not set, for those who come from MinIO.
    let aliases: [String]
    let isList: Bool
    let source: Source
    /// What holds where nothing is set and there is no fixed default.
    let unset: String
    let take: @Sendable ([String], inout Settings) throws(SettingProblem) -> Void
    /// The values in their usual spelling; none where nothing is set.
    let texts: @Sendable (Settings) -> [String]

    enum Source: Hashable, Sendable {
        case option
        /// Given as arguments, not as an option.
        case arguments
        /// Never shown, and no option: every user of the machine can read a command line.
        case secret
    }

    var option: String? { source == .option ? "--" + name : nil }
    var variable: String { "MAGSTORE_" + name.uppercased().replacing("-", with: "_") }
    var isSecret: Bool { source == .secret }

    /// The default as text, or what holds without a value.
    var defaultText: String {
        let texts = texts(Settings())
        return texts.isEmpty ? unset : texts.joined(separator: ", ")
    }
}

extension Setting {
    static func one<Value>(
        _ name: String, _ path: any WritableKeyPath<Settings, Value> & Sendable, _ form: Form<Value>,
        aliases: [String] = [], _ help: String
    ) -> Setting {
        Setting(
            name: name, help: help, valueName: form.name, aliases: aliases, isList: false, source: .option, unset: "",
            take: { (texts, settings) throws(SettingProblem) in
                settings[keyPath: path] = try form.parse(try single(texts))
            },
            texts: { [form.text($0[keyPath: path])] })
    }

    static func optional<Value>(
        _ name: String, _ path: any WritableKeyPath<Settings, Value?> & Sendable, _ form: Form<Value>,
        source: Source = .option, aliases: [String] = [], unset: String, _ help: String
    ) -> Setting {
        Setting(
            name: name, help: help, valueName: form.name, aliases: aliases, isList: false, source: source, unset: unset,
            take: { (texts, settings) throws(SettingProblem) in
                settings[keyPath: path] = try form.parse(try single(texts))
            },
            texts: { $0[keyPath: path].map { [form.text($0)] } ?? [] })
    }

    static func list<Value>(
        _ name: String, _ path: any WritableKeyPath<Settings, [Value]> & Sendable, _ form: Form<Value>,
        source: Source = .option, aliases: [String] = [], unset: String = "", _ help: String
    ) -> Setting {
        Setting(
            name: name, help: help, valueName: form.name, aliases: aliases, isList: true, source: source, unset: unset,
            take: { (texts, settings) throws(SettingProblem) in
                var values: [Value] = []
                for text in texts { values.append(try form.parse(text)) }
                settings[keyPath: path] = values
            },
            texts: { $0[keyPath: path].map(form.text) })
    }

    private static func single(_ texts: [String]) throws(SettingProblem) -> String {
        guard texts.count == 1 else { throw SettingProblem("has \(texts.count) values and takes one") }
        return texts[0]
    }
}
