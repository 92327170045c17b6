import ArgumentParser

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Save servers and their keys under names.",
        discussion:
            "They are kept in magstore/profiles.json in the configuration directory, for the eyes of their user only.",
        subcommands: [Add.self, List.self, Use.self, Remove.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save a server. The first one is used where none is named.",
            discussion: "Without --secret-key the secret is asked for on a terminal, or read from standard input.")

        @Argument(help: ArgumentHelp("What to call it.", valueName: "name"))
        var name: String

        @Option(help: ArgumentHelp("URL of the server.", valueName: "url"))
        var endpoint: String

        @Option(help: ArgumentHelp("Access key.", valueName: "key"))
        var accessKey: String

        @Option(help: ArgumentHelp("Its secret.", valueName: "secret"))
        var secretKey: String?

        @Option(
            name: .customLong("tls-ca"),
            help: ArgumentHelp(
                "PEM file with the authority that the server's certificate must come from.", valueName: "file"),
            completion: .file())
        var authority: String?

        @Option(help: ArgumentHelp("Region to sign for, where the server wants one.", valueName: "name"))
        var region: String?

        func validate() throws {
            let isPlain = name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0)
            }
            guard !name.isEmpty, isPlain else {
                throw ValidationError("a profile's name has letters, digits, dots, hyphens and underscores")
            }
        }

        func run() throws {
            try oneLine { () throws(SettingsError) in
                let url = try ServerReference.parse(endpoint)
                guard let secret = secretKey ?? Terminal.secret(prompt: "secret of \(accessKey): ") else {
                    throw SettingsError("there is no secret: give --secret-key, or write it to standard input")
                }
                var file: String?
                if let authority {
                    _ = try TextFile.read(authority)
                    file = TextFile.absolute(authority)
                }
                try ProfileCommand.file().add(
                    name,
                    Profile(
                        endpoint: url.description, accessKey: accessKey, secretKey: secret, authority: file,
                        region: region))
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the saved servers; an asterisk marks the one in use. Secrets are not shown.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            let profiles = try oneLine { () throws(SettingsError) in try ProfileCommand.file().list() }
            if output.json {
                for (name, profile, isCurrent) in profiles {
                    print(
                        try JSONLine.text(
                            Line(
                                name: name, endpoint: profile.endpoint, accessKey: profile.accessKey,
                                isCurrent: isCurrent)))
                }
                return
            }
            var table = TextTable("", "NAME", "ENDPOINT", "ACCESS KEY")
            for (name, profile, isCurrent) in profiles {
                table.add(isCurrent ? "*" : "", name, profile.endpoint, profile.accessKey)
            }
            for line in table.lines { print(line) }
        }

        private struct Line: Encodable {
            let name: String
            let endpoint: String
            let accessKey: String
            let isCurrent: Bool
        }
    }

    struct Use: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Choose the server that is used where none is named.")

        @Argument(help: ArgumentHelp("Its name.", valueName: "name"))
        var name: String

        func run() throws {
            try oneLine { () throws(SettingsError) in try ProfileCommand.file().use(name) }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forget a server and its key.")

        @Argument(help: ArgumentHelp("Its name.", valueName: "name"))
        var name: String

        func run() throws {
            try oneLine { () throws(SettingsError) in try ProfileCommand.file().remove(name) }
        }
    }

    private static func file() throws(SettingsError) -> ProfileFile {
        try ProfileFile(environment: ProcessEnvironment.variables)
    }
}
