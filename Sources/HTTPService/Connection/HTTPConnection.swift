import NIOCore
import NIOHTTP1

/// One client's connection: takes requests one at a time, has them served, and writes the answers.
///
/// Bytes are read only when somebody wants them, so a slow handler fills the socket and not the memory. What arrives is
/// queued by `channelRead` and worked on in `channelReadComplete`, outside the parser.
///
/// Sendable: all state is confined to the loop; what comes from other threads hops there first.
final class HTTPConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// No byte of a request has arrived.
        case idle
        case receivingHead
        case serving
        /// The answer is written; the rest of the request's body, at most so many bytes, is dropped to reach the next
        /// request.
        case draining(Int)
        /// The last answer is being flushed.
        case closing
        /// The output is closed. Input is dropped until the client closes too. At most so many bytes.
        case lingering(Int)
        case closed
    }

    /// Bytes that may be queued beyond the read-ahead. One read brings less; but when a client has closed its side, the
    /// system's whole receive buffer is delivered without being asked for.
    private static let unaskedBytes = 1024 * 1024

    let loop: ConnectionLoop
    let peer: TrustedProxies.Client
    let peerIsTrustedProxy: Bool
    /// Above the cap of connections: served only what is always served, and told to come back later.
    let isRefused: Bool

    var context: ChannelHandlerContext?
    /// Where closing skips TLS's farewell, which waits for the client.
    var transport: ChannelHandlerContext?
    var phase = Phase.idle
    var deadline = NIODeadline.distantFuture
    var inbound = InboundQueue()
    var exchange: Exchange?
    var exchangeCount = 0
    var task: Task<Void, Never>?
    var pullWaiter: CheckedContinuation<ByteBuffer?, any Error>?
    var writableWaiter: CheckedContinuation<Void, Never>?
    /// What was unsent when the client was last seen to take something.
    var unsentBytes = Int.max

    // Owned by `IdleList`.
    var isInIdleList = false
    var idleSuccessor: HTTPConnection?
    var idlePredecessor: HTTPConnection?

    init(loop: ConnectionLoop, peerAddress: String, isSecure: Bool, isRefused: Bool) {
        self.loop = loop
        self.peer = TrustedProxies.Client(address: peerAddress, isSecure: isSecure)
        self.isRefused = isRefused
        peerIsTrustedProxy = loop.service.configuration.trustedProxies.contains(peerAddress)
    }

    var limits: HTTPLimits { loop.service.limits }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.opened(self)
        // Covers the TLS handshake too.
        deadline = .now() + limits.headerTimeout
        rest()
        if context.channel.isActive { context.read() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        vanish()
        loop.closed(self)
        self.context = nil
        transport = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        vanish()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch phase {
        case .closed, .closing: return
        case .lingering(let budget): return dropWhileLingering(unwrapInboundIn(data), budget: budget)
        case .idle, .receivingHead, .serving, .draining: break
        }
        switch unwrapInboundIn(data) {
        case .head(let head):
            inbound.append(.head(head))
        case .body(let bytes):
            loop.counters.bodyBytesIn.add(bytes.readableBytes)
            inbound.append(.body(bytes))
            if inbound.byteCount > limits.readAheadBytes + Self.unaskedBytes { abort() }
        case .end:
            // Trailers are dropped: S3's trailing checksums come inside the body.
            inbound.append(.end)
            exchange?.bodyHasArrived = true
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .idle = phase, inbound.isEmpty {
            loop.leaveIdle(self)
            phase = .receivingHead
            deadline = .now() + limits.headerTimeout
        }
        if let exchange, exchange.bodyHasArrived { exchange.hasReadAhead = true }
        deliverBodyPart()
        proceed()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        writableWaiter.take()?.resume()
        proceed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError:
            inbound.append(.failure(HTTPProtocolError(error)))
            exchange?.bodyHasArrived = true
        case is ByteToMessageDecoderError:
            // What follows bytes that could not be parsed.
            if case .lingering(let budget) = phase { linger(budget: budget - Self.unparsedReadBytes) }
        default:
            abort()
        }
    }

    /// What a read that the parser refused is taken for: it does not say how much it was.
    private static let unparsedReadBytes = 64 * 1024

    /// Does what can be done with what has arrived, and reads more if that is wanted.
    func proceed() {
        if let request = advance() { serve(request) }
        readIfWanted()
    }

    func readIfWanted() {
        guard let context else { return }
        let isWanted =
            switch phase {
            case .idle, .receivingHead: inbound.isEmpty && context.channel.isWritable
            case .serving: isReadingAhead
            case .draining, .lingering: true
            case .closing, .closed: false
            }
        if isWanted { context.read() }
    }

    /// While a handler works: more of the body that it pulls; or, once the body has arrived, one read for the next
    /// request. That read mostly waits until the answer is out, and spares switching the socket's events off and on.
    private var isReadingAhead: Bool {
        guard let exchange else { return false }
        if exchange.bodyHasArrived { return inbound.holdsNoRequest && !exchange.hasReadAhead }
        return exchange.handlerPulls && inbound.byteCount < limits.readAheadBytes
    }

    /// The client is gone: everybody who waits for it learns so.
    private func vanish() {
        depart()
        inbound.removeAll()
        exchange?.bodyFailure = .truncated
        pullWaiter.take()?.resume(throwing: HTTPBodyError.truncated)
        writableWaiter.take()?.resume()
        task?.cancel()
    }
}

extension HTTPProtocolError {
    fileprivate init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow: self = .headersTooLarge
        case .invalidVersion: self = .unsupportedVersion
        default: self = .malformed
        }
    }
}
