import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A TCP or TLS client that sends exactly the bytes it is told to.
final class RawClient {
    let channel: any Channel
    private let collector: Collector
    private var chunks: AsyncStream<ByteBuffer>.Iterator
    private var received: [UInt8] = []
    /// Long enough for a busy machine, short enough to fail and not hang.
    private static let patience = TimeAmount.seconds(20)

    /// - Parameter readsAlways: when false, nothing is read before the channel's `autoRead` is set.
    init(_ address: SocketAddress, tls: NIOSSLContext? = nil, readsAlways: Bool = true, greeting: String? = nil)
        async throws
    {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let collector = Collector(continuation)
        self.collector = collector
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: readsAlways)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: "localhost"), name: "tls")
                    }
                    try channel.pipeline.syncOperations.addHandler(collector)
                }
            }
            .connect(to: address).flatMap { channel in
                // At once, so that a busy machine cannot put a pause between the connection and its first bytes.
                if let greeting { channel.writeAndFlush(ByteBuffer(string: greeting), promise: nil) }
                return channel.eventLoop.makeSucceededFuture(channel)
            }.get()
        chunks = stream.makeAsyncIterator()
        channel.eventLoop.scheduleTask(in: Self.patience) { [channel] in channel.close(promise: nil) }
    }

    deinit {
        channel.close(promise: nil)
    }

    func send(_ text: String) async throws {
        try await send(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) async throws {
        try await channel.writeAndFlush(bytes).get()
    }

    func close() async throws {
        try? await channel.close().get()
    }

    /// Cuts the connection below TLS.
    func closeTransport() async throws {
        try? await channel.pipeline.context(name: "tls").flatMap { $0.close() }.get()
    }

    func closeOutput() async throws {
        try? await channel.close(mode: .output).get()
    }

    /// The bytes that have arrived so far, taken or not.
    var receivedCount: Int { collector.byteCount.load(ordering: .relaxed) }

    /// What comes up to and including `end`; less when the server closes before.
    func receive(through end: String) async -> String {
        while true {
            if let range = received.firstRange(of: end.utf8) { return take(range.upperBound) }
            guard let chunk = await chunks.next(isolation: #isolation) else { return take(received.count) }
            received += chunk.readableBytesView
        }
    }

    func receive(byteCount: Int) async -> String {
        while received.count < byteCount {
            guard let chunk = await chunks.next(isolation: #isolation) else { return take(received.count) }
            received += chunk.readableBytesView
        }
        return take(byteCount)
    }

    /// Everything until the server closes.
    func receiveToEnd() async -> String {
        while let chunk = await chunks.next(isolation: #isolation) { received += chunk.readableBytesView }
        return take(received.count)
    }

    /// The number of bytes up to `limit`, without keeping them; less when the server closes before.
    func count(to limit: Int) async -> Int {
        var count = received.count
        received = []
        while count < limit, let chunk = await chunks.next(isolation: #isolation) { count += chunk.readableBytes }
        return count
    }

    private func take(_ count: Int) -> String {
        defer { received.removeFirst(count) }
        return String(decoding: received.prefix(count), as: UTF8.self)
    }

    /// One answer with a Content-Length body. Status 0 when the server closed instead.
    func response(toHead: Bool = false) async -> Answer {
        var answer = Answer(head: await receive(through: "\r\n\r\n"))
        if !toHead, let length = answer["content-length"].flatMap({ Int($0) }) {
            answer.body = await receive(byteCount: length)
        }
        return answer
    }
}

/// An answer's head, taken apart.
struct Answer {
    let head: String
    var body = ""

    var status: Int { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }

    /// The value of a header, by its lower-case name.
    subscript(name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts[0].lowercased() == name { return parts[1].drop { $0 == " " }.description }
        }
        return nil
    }
}

private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let byteCount = Atomic<Int>(0)
    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        byteCount.add(bytes.readableBytes, ordering: .relaxed)
        continuation.yield(bytes)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The server said its last, but may still be listening.
        if case .inputClosed? = event as? ChannelEvent { continuation.finish() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
