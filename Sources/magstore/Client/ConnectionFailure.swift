import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Why a server could not be asked, in words for the operator.
struct ConnectionFailure: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// - Parameter place: the address as the operator knows it.
    init(_ error: any Error, at place: String) {
        switch error {
        case let failure as ConnectionFailure: self = failure
        case let error as NIOConnectionError:
            let reason =
                error.connectionErrors.first.map { Self.reason($0.error) }
                ?? (error.dnsAError ?? error.dnsAAAAError).map { "\($0)" } ?? "the name is not known"
            self.init("\(place) does not answer (\(reason)): is a server running there?")
        case let error as NIOSSLError: self.init("\(place): \(Self.reason(error))")
        case let error as IOError: self.init("\(place): \(Self.reason(error))")
        default: self.init("\(place) does not answer: \(error)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "it does not answer in time"
        default: "\(error)"
        }
    }

    private static func reason(_ error: NIOSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not one to be trusted: name the authority behind it with --tls-ca"
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "it does not speak TLS: use http://"
        }
        if case .unableToValidateCertificate = error {
            return "its certificate is for another name than this one"
        }
        return "TLS failed: \(text)"
    }
}
