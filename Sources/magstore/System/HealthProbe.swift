import HTTPService
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One GET to a server, for the exit code of `magstore health`.
struct HealthProbe {
    enum Trust: Hashable {
        /// No TLS.
        case none
        /// TLS with a certificate that the system trusts.
        case system
        /// TLS with a certificate of the authorities in a PEM file.
        case authority(String)
        /// TLS with any certificate.
        case anyone
    }

    struct Answer: Hashable {
        var status: Int
        var text: String
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let address: HTTPAddress
    let trust: Trust

    private static let limit = TimeAmount.seconds(4)

    /// Blocks; only for a command.
    func get(_ path: String) throws(Failure) -> Answer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        do {
            return try ask(path, on: group.next()).wait()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "\(address) does not answer: \(error)")
        }
    }

    private func ask(_ path: String, on loop: any EventLoop) throws -> EventLoopFuture<Answer> {
        let context = try tlsContext()
        let answer = loop.makePromise(of: Answer.self)
        let host = address.description
        let name = IPAddress(address.host) == nil ? address.host : nil
        let connected = ClientBootstrap(group: loop)
            .connectTimeout(Self.limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(HealthExchange(path: path, host: host, answer: answer))
                }
            }
            .connect(host: address.host, port: address.port)
        connected.cascadeFailure(to: answer)
        loop.scheduleTask(in: Self.limit) { answer.fail(Failure(description: "\(host) does not answer in time")) }
        return answer.futureResult
    }

    private func tlsContext() throws -> NIOSSLContext? {
        var configuration = TLSConfiguration.makeClientConfiguration()
        switch trust {
        case .none: return nil
        case .system: break
        case .authority(let path): configuration.trustRoots = .file(path)
        case .anyone: configuration.certificateVerification = .none
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

/// Sends the request once connected and keeps status and first line of the answer.
private final class HealthExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let textLimit = 4096

    private let path: String
    private let host: String
    private let answer: EventLoopPromise<HealthProbe.Answer>
    private var status = 0
    private var text = ""

    init(path: String, host: String, answer: EventLoopPromise<HealthProbe.Answer>) {
        self.path = path
        self.host = host
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: path, headers: ["Host": host, "Connection": "close"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes):
            if text.utf8.count < Self.textLimit { text += String(buffer: bytes) }
        case .end:
            let line = text.prefix { !$0.isNewline }
            answer.succeed(HealthProbe.Answer(status: status, text: line.isEmpty ? "\(status)" : String(line)))
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(HealthProbe.Failure(description: "\(host) closed the connection"))
        context.fireChannelInactive()
    }
}
