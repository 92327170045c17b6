import ArgumentParser

/// Which server a command asks, and with which key.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("URL of the server (MAGSTORE_ENDPOINT).", valueName: "url"))
    var endpoint: String?

    @Option(help: ArgumentHelp("Access key (MAGSTORE_ACCESS_KEY).", valueName: "key"))
    var accessKey: String?

    @Option(
        help: ArgumentHelp(
            "Its secret (MAGSTORE_SECRET_KEY); other users of this machine can see what is on a command line.",
            valueName: "secret"))
    var secretKey: String?

    @Option(help: ArgumentHelp("A server saved by `magstore profile add` (MAGSTORE_PROFILE).", valueName: "name"))
    var profile: String?

    @Option(
        name: .customLong("tls-ca"),
        help: ArgumentHelp(
            "PEM file with the authority that the server's certificate must come from (MAGSTORE_TLS_CA).",
            valueName: "file"), completion: .file())
    var authority: String?

    @Option(help: ArgumentHelp("Region to sign for, where the server wants one (MAGSTORE_REGION).", valueName: "name"))
    var region: String?

    /// Whether anything was given on the command line.
    var isGiven: Bool {
        [endpoint, accessKey, secretKey, profile, authority, region].contains { $0 != nil }
    }
}

/// How a command writes what it found.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Write the server's answer as JSON, one object a line, for programs.")
    var json = false

    func show(_ answer: AdminClient.Answer<some ReadableReport>) {
        if json { print(answer.json) } else { for line in answer.message.lines { print(line) } }
    }
}

/// An answer that people can be shown.
protocol ReadableReport: Decodable {
    var lines: [String] { get }
}
