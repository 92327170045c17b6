package import HTTPService
import NIOCore
import NIOHTTP1

/// Answers probes, unsigned: 200 for yes, 503 for no. Reads no body and does no I/O.
///
/// | path | MinIO's alias | yes when |
/// |---|---|---|
/// | `/health/live` | `/minio/health/live` | the process answers: missing drives are no reason to restart it |
/// | `/health/ready` | `/minio/health/ready` | every set reads: one that only reads still takes traffic |
/// | `/health/write` | `/minio/health/cluster` | every set writes |
/// | `/health/read` | `/minio/health/cluster/read` | every set reads |
package struct HealthHandler: HTTPHandler {
    private enum Probe {
        case live
        case reads
        case writes

        init?(path: Substring) {
            switch path {
            case "/health/live", "/minio/health/live": self = .live
            case "/health/ready", "/minio/health/ready", "/health/read", "/minio/health/cluster/read": self = .reads
            case "/health/write", "/minio/health/cluster": self = .writes
            default: return nil
            }
        }
    }

    private let health: @Sendable () -> StoreHealth

    /// - Parameter health: asked for every probe, on event loops: from memory.
    package init(health: @escaping @Sendable () -> StoreHealth) {
        self.health = health
    }

    /// Whether a target is a probe's. Probes are answered even above the caps of connections and requests.
    package static func isProbe(_ target: String) -> Bool {
        guard target.utf8.starts(with: "/health/".utf8) || target.utf8.starts(with: "/minio/".utf8) else {
            return false
        }
        return Probe(path: path(of: target)) != nil
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let fields = [LogField("operation", "Health")]
        guard let probe = Probe(path: path(of: request.target)) else {
            return HTTPResponse(status: .notFound, logFields: fields)
        }
        guard request.method == .GET || request.method == .HEAD else {
            return HTTPResponse(status: .methodNotAllowed, headers: ["Allow": "GET, HEAD"], logFields: fields)
        }
        let health = health()
        let isYes =
            switch probe {
            case .live: true
            case .reads: health.reads
            case .writes: health.writes
            }
        return HTTPResponse(
            status: isYes ? .ok : .serviceUnavailable,
            headers: ["Content-Type": "text/plain", "Cache-Control": "no-store"],
            body: .bytes(ByteBuffer(string: health.name + "\n")), logFields: fields)
    }
}

/// A request target without its query.
func path(of target: String) -> Substring {
    target.prefix { $0 != "?" }
}
