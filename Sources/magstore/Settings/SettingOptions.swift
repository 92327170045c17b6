import ArgumentParser

/// The options of a command, made from the table of settings.
///
/// ArgumentParser finds a command's options by reflection, and reads their values back by coding keys; both are told
/// here what the table says. `OptionTests` holds that every setting of the table is parsed.
struct SettingOptions: ParsableArguments, CustomReflectable {
    /// By the name of the setting; only what was given.
    private(set) var values: [String: [String]] = [:]
    /// The path of the settings file.
    private(set) var file: String?

    private static let fileKey = "config"

    init() {}

    /// As if they had been given.
    init(file: String?, values: [String: [String]]) {
        self.file = file
        self.values = values
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        file = try container.decode(Option<String?>.self, forKey: Key(Self.fileKey)).wrappedValue
        for setting in Setting.all where setting.option != nil {
            let given = try container.decode(Option<[String]>.self, forKey: Key(setting.name)).wrappedValue
            if !given.isEmpty { values[setting.name] = given }
        }
    }

    var customMirror: Mirror {
        let fileOption = Option<String?>(
            wrappedValue: nil, name: .customLong(Self.fileKey),
            help: ArgumentHelp(
                "YAML file with settings; what is given as an option or a MAGSTORE_* variable wins over it.",
                valueName: "file"),
            completion: .file(extensions: ["yaml", "yml"]))
        var children: [Mirror.Child] = [(Self.fileKey, fileOption)]
        for setting in Setting.all where setting.option != nil {
            let fallback = setting.defaultText
            let option = Option<[String]>(
                wrappedValue: [], name: .customLong(setting.name),
                help: ArgumentHelp(
                    "\(setting.help)\(fallback.isEmpty ? "" : " (default: \(fallback))")",
                    valueName: setting.valueName),
                completion: ["file", "directory"].contains(setting.valueName) ? .file() : nil)
            children.append((setting.name, option))
        }
        return Mirror(self, children: children, displayStyle: .struct)
    }
}

extension SettingOptions {
    /// Puts options, variables and file together.
    ///
    /// - Parameters:
    ///   - arguments: values that are not options, by the name of the setting.
    ///   - environment: the variables of the process.
    func resolve(
        arguments: [String: [String]] = [:], environment: [String: String] = ProcessEnvironment.variables
    ) throws(SettingsError) -> ResolvedSettings {
        var settingsFile: SettingsFile?
        if let path = file ?? environment["MAGSTORE_CONFIG"], !path.isEmpty {
            settingsFile = try SettingsFile(path: path, text: try TextFile.read(path))
        }
        return try ResolvedSettings(
            options: values.merging(arguments) { $1 }, environment: environment, file: settingsFile)
    }
}
