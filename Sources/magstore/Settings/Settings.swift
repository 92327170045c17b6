import HTTPService
import Logging
import NIOCore

/// Everything that can be set, with its defaults. What the settings are called is in `Setting.all`.
struct Settings: Sendable {
    // Drives
    var drives: [String] = []
    var parity: Int?
    var setSize: Int?
    var scrubInterval = ScrubInterval.every(seconds: 30 * 86_400)

    // Network
    var addresses = [HTTPAddress(host: "127.0.0.1", port: 9000)]
    var tlsCertificate: String?
    var tlsKey: String?
    var publicURLs: [PublicURL] = []
    var trustedProxies: [NamedBlock] = []
    var domains: [String] = []
    var region: String?

    // Access
    var rootUser: String?
    var rootPassword: String?
    var metricsToken: String?

    // Resources
    var stateDirectory: String?
    var memoryLimit: ByteCount?
    var maximumConnections: Int?
    var maximumHeaderBytes = ByteCount(bytes: HTTPLimits().headerBytes)
    var idleTimeout = HTTPLimits().idleTimeout
    var headerTimeout = HTTPLimits().headerTimeout
    var bodyTimeout = HTTPLimits().bodyTimeout
    var writeTimeout = HTTPLimits().writeTimeout
    var drainTimeout = TimeAmount.seconds(25)

    // Logs
    var logLevel = Logger.Level.info
    var logFormat = LogFormat.text
    var accessLog: String?
}

enum LogFormat: Hashable, Sendable {
    case text
    case json
}
