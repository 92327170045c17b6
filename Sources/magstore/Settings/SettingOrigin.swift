/// Where the value of a setting comes from.
enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    case option(String)
    case arguments
    case variable(String)
    case file(path: String, line: Int)
    case `default`

    var description: String {
        switch self {
        case .option(let name): name
        case .arguments: "arguments"
        case .variable(let name): name
        case .file(let path, let line): "\(path):\(line)"
        case .default: "default"
        }
    }
}

/// Why the settings cannot be used: one line that says which and what to do.
struct SettingsError: Error, Hashable, CustomStringConvertible {
    let description: String
    /// The command line is at fault: a usage error.
    let isUsage: Bool

    init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }

    init(_ setting: Setting, from origin: SettingOrigin, _ problem: SettingProblem) {
        switch origin {
        case .option(let name): self.init("\(name) \(problem)", isUsage: true)
        case .arguments: self.init("\(setting.valueName) \(problem)", isUsage: true)
        case .variable(let name): self.init("\(name) \(problem)")
        case .file: self.init("\(origin): \(setting.name) \(problem)")
        case .default: self.init("\(setting.name) \(problem)")
        }
    }
}
