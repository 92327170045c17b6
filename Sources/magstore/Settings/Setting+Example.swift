extension Setting {
    /// A settings file with every setting, commented out, at its default.
    static var exampleFile: String {
        """
        # Settings of magstore, for `magstore serve --config FILE`. Written by `magstore config example`.
        #
        # Every setting is here with its default. An option of the command line wins over a variable of the environment
        # (MAGSTORE_MEMORY_LIMIT for memory-limit), a variable over this file. Values that are lists are written
        # [one, two].

        """ + all.map(\.example).joined()
    }

    private var example: String {
        let names = isSecret ? [variable] + aliases : aliases
        let also = names.isEmpty ? "" : " Better set as \(names.joined(separator: " or "))."
        let note = isSecret ? also : names.isEmpty ? "" : " Also read from \(names.joined(separator: ", "))."
        let values = texts(Settings())
        var text = "\n# \(help)\(note)\n"
        if values.isEmpty {
            text += "# Default: \(unset)\n# \(name):\n"
        } else {
            text += "# \(name): \(isList ? "[\(values.map { "\"\($0)\"" }.joined(separator: ", "))]" : values[0])\n"
        }
        return text
    }
}
