import NIOSSL

/// Which certificate a server must have.
enum ServerTrust: Hashable, Sendable {
    /// No TLS.
    case none
    /// One that the system trusts.
    case system
    /// One of the authorities in a PEM file.
    case authority(String)
    /// Any: on our own machine, by an address that no certificate names, it proves nothing.
    case anyone

    /// Nil without TLS.
    func context() throws(ConnectionFailure) -> NIOSSLContext? {
        var configuration = TLSConfiguration.makeClientConfiguration()
        switch self {
        case .none: return nil
        case .system: break
        case .authority(let path): configuration.trustRoots = .file(path)
        case .anyone: configuration.certificateVerification = .none
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            guard case .authority(let path) = self else { throw ConnectionFailure("TLS can not be used: \(error)") }
            throw ConnectionFailure("\(path) holds no certificate that can be read")
        }
    }
}
