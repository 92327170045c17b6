import ArgumentParser
import HTTPService

struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Ask a server whether it is ready; ends with 0 if it is.",
        discussion: """
            Without options it asks the server of this machine: the first address of MAGSTORE_ADDRESS, over TLS where \
            MAGSTORE_TLS_CERTIFICATE is set.
            """)

    @Option(help: ArgumentHelp("Address of the server.", valueName: "host:port"))
    var address: String?

    @Option(help: ArgumentHelp("URL of the server, https:// for TLS.", valueName: "url"))
    var url: String?

    @Option(
        name: .customLong("tls-ca"),
        help: ArgumentHelp(
            "PEM file with the authority that the server's certificate must come from.", valueName: "file"))
    var authority: String?

    @Option(help: ArgumentHelp("The settings file of the server.", valueName: "file"))
    var config: String?

    @Flag(help: "Only ask whether the process answers, not whether it is ready.")
    var live = false

    func run() throws {
        let probe = try oneLine(makeProbe)
        do throws(ConnectionFailure) {
            let answer = try probe.get(live ? "/health/live" : "/health/ready")
            print(answer.text)
            if answer.status == 200 { return }
        } catch {
            printError("\(error)")
        }
        throw ExitCode.failure
    }

    private func makeProbe() throws(SettingsError) -> HealthProbe {
        if let url {
            guard let parsed = PublicURL(url) else {
                throw SettingsError("--url must be http://HOST[:PORT] or https://HOST[:PORT]", isUsage: true)
            }
            return HealthProbe(
                address: parsed.address,
                trust: parsed.isSecure ? authority.map { .authority($0) } ?? .system : .none)
        }
        let options = SettingOptions(file: config, values: address.map { ["address": [$0]] } ?? [:])
        let settings = try options.resolve().settings
        guard let address = settings.addresses.first else { throw SettingsError("there is no address to ask") }
        return HealthProbe(address: address.forClients, trust: trust(settings))
    }

    private func trust(_ settings: Settings) -> ServerTrust {
        if let authority { return .authority(authority) }
        // On our own machine, by an address that no certificate names: the certificate proves nothing here.
        return settings.tlsCertificate == nil ? .none : .anyone
    }
}
