package import HTTPService
import NIOHTTP1

/// `/metrics` in Prometheus' text format, for clients on the loopback and for those with the bearer token.
package struct MetricsHandler: HTTPHandler {
    private let requests: RequestMetrics
    private let families: @Sendable () -> [MetricFamily]
    private let token: String?

    /// - Parameters:
    ///   - token: lets in clients that are not on the loopback; nil: none of them.
    ///   - families: what else there is to tell, asked for at every scrape: from memory.
    package init(
        requests: RequestMetrics, token: String?, families: @escaping @Sendable () -> [MetricFamily]
    ) {
        self.requests = requests
        self.token = token
        self.families = families
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let fields = [LogField("operation", "Metrics")]
        guard request.method == .GET || request.method == .HEAD else {
            return HTTPResponse(status: .methodNotAllowed, headers: ["Allow": "GET, HEAD"], logFields: fields)
        }
        guard isAllowed(request) else {
            return HTTPResponse(status: .forbidden, headers: ["WWW-Authenticate": "Bearer"], logFields: fields)
        }
        var text = MetricText()
        requests.write(to: &text)
        for family in families() { text.write(family) }
        return HTTPResponse(
            status: .ok, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
            body: .bytes(text.buffer), logFields: fields)
    }

    private func isAllowed(_ request: HTTPRequest) -> Bool {
        if let token, let authorization = request.headers.first(name: "Authorization") {
            return Self.areEqual(Array(authorization.utf8), Array("Bearer \(token)".utf8))
        }
        return Self.isLoopback(request.clientAddress)
    }

    static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }

    /// In a time that does not tell where the two differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
