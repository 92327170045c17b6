import AdminServer
import HTTPService
import S3Server

/// What `serve` is to do, checked as far as it can be without touching a drive or the network.
struct ServePlan: Sendable {
    let settings: Settings
    let pools: [[String]]
    /// The pair that was set; nil: the one that the store keeps.
    let credentials: RootCredentials?
    /// Nil only where credentials were set and there is no home directory.
    let stateDirectory: StateDirectory?
    let memory: MemoryBudget
    /// What works and should not stay as it is.
    let warnings: [String]

    /// Where the pair that the store keeps is mirrored; nil when another was set.
    var mirrorDirectory: StateDirectory? { credentials == nil ? stateDirectory : nil }

    var driveCount: Int { pools.reduce(0) { $0 + $1.count } }

    init(_ resolved: ResolvedSettings, environment: [String: String]) throws(SettingsError) {
        settings = resolved.settings
        guard !settings.drives.isEmpty else {
            throw SettingsError("name at least one drive: magstore serve PATH…", isUsage: true)
        }
        pools = try DrivePaths.pools(settings.drives)
        if let user = settings.rootUser, let password = settings.rootPassword {
            credentials = try RootCredentials(user: user, password: password)
            stateDirectory = try? StateDirectory(settings: settings, environment: environment)
        } else {
            credentials = nil
            stateDirectory = try StateDirectory(settings: settings, environment: environment)
        }
        let limit = settings.memoryLimit?.bytes
        memory = MemoryBudget(
            limit: limit ?? MemoryBudget.defaultLimit(machineByteCount: MachineMemory.byteCount))
        warnings = try Self.exposure(settings, credentials)
    }

    /// What listening beyond this machine asks for.
    private static func exposure(
        _ settings: Settings, _ credentials: RootCredentials?
    ) throws(SettingsError) -> [String] {
        guard let exposed = settings.addresses.first(where: { !$0.isLoopback }) else { return [] }
        if credentials?.isWellKnown == true {
            throw SettingsError(
                "root-password is one that everybody knows, and \(exposed) can be reached from other machines: "
                    + "set another, or leave root-user and root-password out")
        }
        guard settings.tlsCertificate == nil else { return [] }
        return ["listening beyond this machine without TLS: data can be read on the way (see --tls-certificate)"]
    }
}

extension ServePlan {
    /// Drives in the largest set that there can be, before the drives are asked.
    var largestSetSize: Int { settings.setSize ?? min(16, pools.map(\.count).max() ?? 1) }

    func httpConfiguration(_ descriptors: DescriptorBudget) -> HTTPServiceConfiguration {
        var configuration = HTTPServiceConfiguration(addresses: settings.addresses)
        if let certificate = settings.tlsCertificate, let key = settings.tlsKey {
            configuration.tls = TLSFiles(certificateChain: certificate, privateKey: key)
        }
        configuration.trustedProxies = TrustedProxies(settings.trustedProxies.map(\.block))
        configuration.alwaysServes = HealthHandler.isProbe
        configuration.errorResponse = HTTPProtocolError.s3Response
        configuration.limits.headerBytes = settings.maximumHeaderBytes.bytes
        configuration.limits.idleTimeout = settings.idleTimeout
        configuration.limits.headerTimeout = settings.headerTimeout
        configuration.limits.bodyTimeout = settings.bodyTimeout
        configuration.limits.writeTimeout = settings.writeTimeout
        configuration.limits.connections = descriptors.connections
        configuration.limits.refusedConnections = descriptors.refusedConnections
        configuration.limits.requestsInFlight = min(
            descriptors.connections, max(8, descriptors.shardFiles / largestSetSize))
        return configuration
    }
}
