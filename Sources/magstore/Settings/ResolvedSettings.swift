/// The settings in force, and where each comes from: an option, else a variable, else the file, else the default.
struct ResolvedSettings: Sendable {
    private(set) var settings = Settings()
    /// By the name of the setting.
    private(set) var origins: [String: SettingOrigin] = [:]

    /// - Parameters:
    ///   - options: the values given on the command line, by the name of the setting.
    ///   - environment: an empty variable counts as none: that is how compose files leave one out.
    init(
        options: [String: [String]], environment: [String: String], file: SettingsFile?
    ) throws(SettingsError) {
        for setting in Setting.all {
            let (texts, origin) = Self.find(setting, options, environment, file)
            origins[setting.name] = origin
            guard origin != .default else { continue }
            do throws(SettingProblem) {
                try setting.take(texts, &settings)
            } catch {
                throw SettingsError(setting, from: origin, error)
            }
        }
        try checkPairs()
    }

    private static func find(
        _ setting: Setting, _ options: [String: [String]], _ environment: [String: String], _ file: SettingsFile?
    ) -> ([String], SettingOrigin) {
        if let texts = options[setting.name], !texts.isEmpty {
            return (texts, setting.option.map { .option($0) } ?? .arguments)
        }
        for name in [setting.variable] + setting.aliases {
            guard let value = environment[name], !value.isEmpty else { continue }
            return (setting.isList ? items(of: value) : [value], .variable(name))
        }
        if let file, let entry = file.entries[setting.name] {
            return (entry.texts, .file(path: file.path, line: entry.line))
        }
        return ([], .default)
    }

    /// Lists in variables are separated by commas or blanks.
    private static func items(of value: String) -> [String] {
        value.split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    /// What only makes sense together.
    private func checkPairs() throws(SettingsError) {
        let pairs = [("tls-certificate", "tls-key"), ("root-user", "root-password")]
        for (first, second) in pairs {
            let isSet = [first, second].map { origins[$0] != .default }
            guard isSet[0] != isSet[1] else { continue }
            let (given, lacking) = isSet[0] ? (first, second) : (second, first)
            let origin = origins[given].map { " (from \($0))" } ?? ""
            throw SettingsError(
                "\(given)\(origin) needs \(lacking) beside it", isUsage: origins[given]?.isOption == true)
        }
    }
}

extension SettingOrigin {
    var isOption: Bool {
        if case .option = self { true } else { false }
    }
}
