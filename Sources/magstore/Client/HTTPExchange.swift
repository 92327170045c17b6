import HTTPService
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One request to a server, on a connection of its own. Blocks; only for a command.
struct HTTPExchange {
    let address: HTTPAddress
    let trust: ServerTrust
    /// How long the server may be silent before and during its answer.
    var silence = TimeAmount.seconds(30)

    private static let connectLimit = TimeAmount.seconds(4)

    /// - Parameters:
    ///   - head: with its Host header.
    ///   - take: is handed each piece of the answer's body, on the connection's thread: while it blocks, the server
    ///     waits.
    /// - Returns: the head of the answer, once all of the answer was taken.
    func send(
        _ head: HTTPRequestHead, take: @escaping @Sendable (HTTPResponseStatus, ByteBuffer) -> Void
    ) throws(ConnectionFailure) -> HTTPResponseHead {
        let context = try trust.context()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        do {
            return try begin(head, take, context, on: group.next()).wait()
        } catch {
            throw ConnectionFailure(error, at: address.description)
        }
    }

    private func begin(
        _ head: HTTPRequestHead, _ take: @escaping @Sendable (HTTPResponseStatus, ByteBuffer) -> Void,
        _ tls: NIOSSLContext?, on loop: any EventLoop
    ) -> EventLoopFuture<HTTPResponseHead> {
        let answer = loop.makePromise(of: HTTPResponseHead.self)
        let place = address.description
        let name = IPAddress(address.host) == nil ? address.host : nil
        let silence = silence
        ClientBootstrap(group: loop)
            .connectTimeout(Self.connectLimit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try pipeline.addHandler(IdleStateHandler(readTimeout: silence))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(ExchangeHandler(head, place: place, answer: answer, take: take))
                }
            }
            .connect(host: address.host, port: address.port)
            .cascadeFailure(to: answer)
        return answer.futureResult
    }
}

/// Sends the request once connected and passes the answer on.
private final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPRequestHead
    private let place: String
    private let answer: EventLoopPromise<HTTPResponseHead>
    private let take: (HTTPResponseStatus, ByteBuffer) -> Void
    private var head: HTTPResponseHead?

    init(
        _ request: HTTPRequestHead, place: String, answer: EventLoopPromise<HTTPResponseHead>,
        take: @escaping (HTTPResponseStatus, ByteBuffer) -> Void
    ) {
        self.request = request
        self.place = place
        self.answer = answer
        self.take = take
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let bytes): if let head { take(head.status, bytes) }
        case .end:
            if let head { answer.succeed(head) }
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            fail(ConnectionFailure("\(place) does not answer in time"), context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let isBegun = head != nil
        answer.fail(
            ConnectionFailure(
                isBegun
                    ? "\(place) closed the connection before the end of its answer"
                    : "\(place) closed the connection without an answer (does it want https://?)"))
        context.fireChannelInactive()
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        answer.fail(error)
        context.close(promise: nil)
    }
}
