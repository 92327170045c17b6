extension ResolvedSettings {
    /// Every setting with its value and origin, in columns. Secrets are hidden.
    var table: [String] {
        let rows = Setting.all.map { setting in
            (setting.name, shown(setting), origins[setting.name, default: .default].description)
        }
        let widths = (rows.map(\.0.count).max() ?? 0, min(48, rows.map(\.1.count).max() ?? 0))
        return rows.map { name, value, origin in
            Self.padded(name, widths.0) + "  " + Self.padded(value, widths.1) + "  " + origin
        }
    }

    private func shown(_ setting: Setting) -> String {
        let texts = setting.texts(settings)
        if texts.isEmpty { return "(\(setting.unset))" }
        return setting.isSecret ? "(hidden)" : texts.joined(separator: " ")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
