import HTTPService
import SigV4

/// The server that a command asks: an address, a key, and which certificate is believed.
struct ServerReference: Sendable, Equatable {
    let url: PublicURL
    let trust: ServerTrust
    let accessKey: String
    let secret: Secret
    let region: String

    var address: HTTPAddress { url.address }

    private static let defaultRegion = "us-east-1"

    /// Options win over a profile that is named, that over variables, those over the profile in use, and that over the
    /// server of this machine. A key that goes with one address is never used for another.
    init(_ options: ConnectionOptions, environment: [String: String], profiles: ProfileFile) throws(SettingsError) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let named = options.profile ?? variable("MAGSTORE_PROFILE")
        let isExplicit = options.profile != nil
        var profile: Profile?
        if let named {
            profile = try profiles.profile(named)
        } else if options.endpoint == nil, variable("MAGSTORE_ENDPOINT") == nil {
            profile = try profiles.current()
        }
        let endpoint =
            options.endpoint ?? (isExplicit ? profile?.endpoint : nil) ?? variable("MAGSTORE_ENDPOINT")
            ?? profile?.endpoint
        let local = LocalServer(environment: environment)
        let url: PublicURL
        if let endpoint {
            url = try Self.parse(endpoint)
        } else {
            url = try local.url()
        }
        // The profile's key is for the profile's server.
        if let saved = profile?.endpoint, PublicURL(saved) != url { profile = nil }
        let authority =
            options.authority ?? (isExplicit ? profile?.authority : nil) ?? variable("MAGSTORE_TLS_CA")
            ?? profile?.authority
        self.url = url
        trust = Self.trust(url, authority: authority, isLocal: endpoint == nil)
        region = options.region ?? variable("MAGSTORE_REGION") ?? profile?.region ?? Self.defaultRegion

        var pairs: [(key: String?, secret: String?, place: String)] = [
            (options.accessKey, options.secretKey, "--access-key and --secret-key"),
            (
                variable("MAGSTORE_ACCESS_KEY"), variable("MAGSTORE_SECRET_KEY"),
                "MAGSTORE_ACCESS_KEY and MAGSTORE_SECRET_KEY"
            ),
        ]
        if let profile { pairs.insert((profile.accessKey, profile.secretKey, "the profile"), at: isExplicit ? 1 : 2) }
        if let pair = pairs.first(where: { $0.key != nil || $0.secret != nil }) {
            // The secret may come from elsewhere than the key: off the command line it is not seen by others.
            guard let key = pair.key, let secret = pair.secret ?? variable("MAGSTORE_SECRET_KEY") else {
                throw SettingsError("\(pair.place) belong together: one of them is missing")
            }
            (accessKey, self.secret) = (key, Secret(secret))
        } else {
            let credentials = try local.credentials(for: url)
            (accessKey, secret) = (credentials.user, credentials.password)
        }
    }

    static func parse(_ text: String) throws(SettingsError) -> PublicURL {
        guard let url = PublicURL(text) else {
            throw SettingsError(
                "\"\(text)\" is no address of a server: it must be http://HOST[:PORT] or https://HOST[:PORT]")
        }
        return url
    }

    private static func trust(_ url: PublicURL, authority: String?, isLocal: Bool) -> ServerTrust {
        guard url.isSecure else { return .none }
        if let authority { return .authority(authority) }
        // Of our own machine, by an address that no certificate names.
        return isLocal && url.address.isLoopback ? .anyone : .system
    }
}

/// The server of this machine, as its settings say where it is and who owns it.
private struct LocalServer {
    let environment: [String: String]

    private func settings() throws(SettingsError) -> Settings {
        try SettingOptions(file: nil, values: [:]).resolve(environment: environment).settings
    }

    func url() throws(SettingsError) -> PublicURL {
        let settings = try settings()
        let scheme = settings.tlsCertificate == nil ? "http" : "https"
        guard let address = settings.addresses.first?.forClients, let url = PublicURL("\(scheme)://\(address)") else {
            throw SettingsError("there is no address to ask: name the server with --endpoint")
        }
        return url
    }

    /// The owner's key, where this user may read it.
    func credentials(for url: PublicURL) throws(SettingsError) -> RootCredentials {
        guard url.address.isLoopback else {
            throw SettingsError("there is no key for \(url): name --access-key and --secret-key, or a --profile")
        }
        let settings = try settings()
        if let user = settings.rootUser, let password = settings.rootPassword {
            return try RootCredentials(user: user, password: password)
        }
        let directory = try StateDirectory(settings: settings, environment: environment)
        do throws(SettingsError) {
            guard let credentials = RootCredentials(text: try TextFile.read(directory.credentialsPath)) else {
                throw SettingsError("\(directory.credentialsPath) holds no credentials")
            }
            return credentials
        } catch {
            throw SettingsError("\(error.description): name --access-key and --secret-key, or a --profile")
        }
    }
}
