package import HTTPService
import NIOHTTP1

/// Stands before everything: probes, metrics and the admin API have paths of their own, and all else is S3's.
///
/// The paths shadow buckets named `health`, `metrics` and `minio` in path style only where they spell a whole path. Of
/// a bucket named `magstore` the keys under `admin/v1/` are out of reach in path style; the bucket itself is not.
package struct FrontHandler: HTTPHandler {
    private let health: HealthHandler
    private let metrics: MetricsHandler
    private let admin: any HTTPHandler
    private let s3: any HTTPHandler

    package init(health: HealthHandler, metrics: MetricsHandler, admin: any HTTPHandler, s3: any HTTPHandler) {
        self.health = health
        self.metrics = metrics
        self.admin = admin
        self.s3 = s3
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        if HealthHandler.isProbe(request.target) { return await health.respond(to: request) }
        if Self.isMetrics(request) { return await metrics.respond(to: request) }
        if AdminService.serves(request.target) { return await admin.respond(to: request) }
        return await s3.respond(to: request)
    }

    /// A signed request for `/metrics` is about a bucket of that name.
    private static func isMetrics(_ request: HTTPRequest) -> Bool {
        guard path(of: request.target) == "/metrics", request.target.utf8.count == "/metrics".utf8.count else {
            return false
        }
        let authorization = request.headers.first(name: "Authorization")
        return request.method == .GET && (authorization == nil || authorization?.hasPrefix("Bearer ") == true)
    }
}
