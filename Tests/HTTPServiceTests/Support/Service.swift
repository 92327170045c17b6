import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import StorageAPI

@testable import HTTPService

struct Answering: HTTPHandler {
    let answer: @Sendable (HTTPRequest) async -> HTTPResponse

    init(_ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) {
        self.answer = answer
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        await answer(request)
    }

    /// Answers with what it was sent: `METHOD target body`.
    static let echo = Answering { request in
        .text("\(request.method.rawValue) \(request.target) \(await request.body.text())")
    }
}

extension HTTPServiceConfiguration {
    /// A port of the loopback that the system chooses, one event loop.
    static func loopback(_ change: (inout HTTPServiceConfiguration) -> Void = { _ in }) -> Self {
        var configuration = HTTPServiceConfiguration(
            addresses: [HTTPAddress(host: "127.0.0.1", port: 0)], eventLoopThreads: 1)
        change(&configuration)
        return configuration
    }
}

/// A started service on a loopback port.
struct RunningService {
    let service: HTTPService
    let address: SocketAddress

    func client(readsAlways: Bool = true) async throws -> RawClient {
        try await RawClient(address, readsAlways: readsAlways)
    }

    /// One connection, one request; the answer as far as the server sends it before it closes.
    func exchange(_ text: String) async throws -> String {
        let client = try await RawClient(address, greeting: text)
        return await client.receiveToEnd()
    }
}

/// Looks until the condition holds. The test's time limit ends it otherwise.
func until(_ condition: () -> Bool) async {
    while !condition(), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
}

/// Starts a service, and stops it after `body`.
func withService<Result>(
    _ configuration: HTTPServiceConfiguration = .loopback(), _ handler: Answering = .echo,
    accessLog: (any AccessLogSink)? = nil, _ body: (RunningService) async throws -> Result
) async throws -> Result {
    let service = HTTPService(
        configuration: configuration, handler: handler, accessLog: accessLog, logger: Logger(label: "test"))
    let bound = try await service.start()
    let address = try SocketAddress(ipAddress: bound[0].host, port: bound[0].port)
    do {
        let result = try await body(RunningService(service: service, address: address))
        await service.shutdown(drain: .zero)
        return result
    } catch {
        await service.shutdown(drain: .zero)
        throw error
    }
}

extension HTTPResponse {
    static func text(_ text: String, status: HTTPResponseStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, body: .bytes(ByteBuffer(string: text)))
    }
}

extension RequestBody {
    /// All of it as text; a failure as its name in angle brackets.
    func text() async -> String {
        var result = ""
        do {
            while let bytes = try await next() { result += String(buffer: bytes) }
        } catch {
            result += "<\(error)>"
        }
        return result
    }
}
