import NIOSSL
import Synchronization

/// The certificate and key that new connections use.
final class Certificates: Sendable {
    private let files: TLSFiles
    private let current: Mutex<NIOSSLContext>

    init(files: TLSFiles) throws(HTTPServiceError) {
        self.files = files
        current = Mutex(try Self.load(files))
    }

    /// Reads the files again. On an error the old ones stay in use.
    func reload() throws(HTTPServiceError) {
        let context = try Self.load(files)
        current.withLock { $0 = context }
    }

    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: current.withLock { $0 })
    }

    private static func load(_ files: TLSFiles) throws(HTTPServiceError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificateChain)
        } catch {
            throw HTTPServiceError(
                "cannot read the certificate \(files.certificateChain): \(error); it must be a PEM file")
        }
        guard !chain.isEmpty else { throw HTTPServiceError("\(files.certificateChain) holds no certificate") }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.privateKey, format: .pem)
        } catch {
            throw HTTPServiceError(
                "cannot read the private key \(files.privateKey): \(error); it must be an unencrypted PEM file")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.applicationProtocols = ["http/1.1"]
        configuration.minimumTLSVersion = .tlsv12
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw HTTPServiceError(
                "certificate \(files.certificateChain) and key \(files.privateKey) do not work together: \(error)"
            )
        }
    }
}
