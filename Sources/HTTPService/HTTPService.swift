package import Logging
package import NIOCore
package import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/1.1 server: connections, bodies with back-pressure, limits, TLS, an access log.
///
/// It decides nothing about requests; an ``HTTPHandler`` does.
package final class HTTPService: Sendable {
    private struct State {
        enum Phase { case fresh, serving, stopping, stopped }

        var phase = Phase.fresh
        var listeners: [any Channel] = []
        var runners: [CheckedContinuation<Void, Never>] = []
    }

    let context: ServiceContext
    let loops: [ConnectionLoop]
    let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let ownsGroup: Bool
    private let certificates: Mutex<Certificates?> = Mutex(nil)
    private let state = Mutex(State())

    /// - Parameters:
    ///   - accessLog: Told of every request, on event loops: it must not block.
    ///   - group: Loops to share with another service; without it the service has its own.
    package init(
        configuration: HTTPServiceConfiguration, handler: any HTTPHandler, accessLog: (any AccessLogSink)? = nil,
        logger: Logger, group: MultiThreadedEventLoopGroup? = nil
    ) {
        context = ServiceContext(configuration: configuration, handler: handler, accessLog: accessLog)
        self.logger = logger
        ownsGroup = group == nil
        let group = group ?? MultiThreadedEventLoopGroup(numberOfThreads: max(configuration.eventLoopThreads, 1))
        self.group = group
        loops = group.makeIterator().map { [context] loop in ConnectionLoop(eventLoop: loop, service: context) }
    }

    /// Listens on every address of the configuration, or on none.
    ///
    /// - Returns: the addresses bound, in the order of the configuration, with the ports that the system chose.
    package func start() async throws(HTTPServiceError) -> [HTTPAddress] {
        let mayStart = state.withLock { state in
            defer { if state.phase == .fresh { state.phase = .serving } }
            return state.phase == .fresh
        }
        precondition(mayStart, "a service starts once")
        if let files = context.configuration.tls {
            let loaded = try Certificates(files: files)
            certificates.withLock { $0 = loaded }
        }
        var bound: [HTTPAddress] = []
        for address in context.configuration.addresses {
            do {
                let channel = try await listen(on: address)
                state.withLock { $0.listeners.append(channel) }
                bound.append(
                    HTTPAddress(
                        host: channel.localAddress?.ipAddress ?? address.host,
                        port: channel.localAddress?.port ?? address.port))
            } catch {
                await shutdown(drain: .zero)
                throw HTTPServiceError(bindingFailure: error, address: address)
            }
        }
        return bound
    }

    /// Returns once ``shutdown(drain:)`` has finished.
    package func run() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.phase == .stopped { return true }
                state.runners.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Reads certificate and key again; new connections use them.
    ///
    /// - Throws: when they cannot be used. Then the old ones stay.
    package func reloadCertificates() throws(HTTPServiceError) {
        try certificates.withLock { $0 }?.reload()
    }

    func makeTLSHandler() -> NIOSSLServerHandler? {
        certificates.withLock { $0 }?.makeHandler()
    }

    package var metrics: HTTPServiceMetrics {
        var metrics = HTTPServiceMetrics()
        metrics.openConnections = context.openConnections.load(ordering: .relaxed)
        metrics.requestsInFlight = context.requestsInFlight.load(ordering: .relaxed)
        for loop in loops { loop.counters.add(to: &metrics) }
        return metrics
    }

    /// Stops accepting, closes idle connections, gives requests in flight up to `drain`, then closes the rest.
    package func shutdown(drain: TimeAmount) async {
        let listeners: [any Channel]? = state.withLock { state in
            guard state.phase == .serving || state.phase == .fresh else { return nil }
            state.phase = .stopping
            defer { state.listeners = [] }
            return state.listeners
        }
        guard let listeners else { return await run() }
        context.isDraining.store(true, ordering: .relaxed)
        for listener in listeners { try? await listener.close().get() }
        for loop in loops { loop.eventLoop.execute { loop.closeIdle() } }
        if await !wait(for: drain, until: { self.context.activeConnections == 0 }) {
            logger.notice(
                "closing connections that are still active",
                metadata: ["connections": "\(context.activeConnections)", "requests": "\(metrics.requestsInFlight)"])
        }
        // Clients that keep idle connections in a pool see them end only when they want to use them.
        await wait(for: min(drain, Self.lingerGrace)) { self.context.openConnections.load(ordering: .relaxed) == 0 }
        for loop in loops { loop.eventLoop.execute { loop.closeAll() } }
        // Handlers were cancelled. One that does not return keeps its loop alive, but not the caller.
        let isQuiet = await wait(for: Self.cancellationGrace) { self.metrics.isQuiet }
        if !isQuiet {
            let count = metrics.requestsInFlight
            logger.warning("handlers did not end when cancelled", metadata: ["requests": "\(count)"])
        } else if ownsGroup {
            try? await group.shutdownGracefully()
        }
        let runners = state.withLock { state in
            state.phase = .stopped
            defer { state.runners = [] }
            return state.runners
        }
        for runner in runners { runner.resume() }
    }

    private static let lingerGrace = TimeAmount.milliseconds(500)
    private static let cancellationGrace = TimeAmount.seconds(2)

    /// Polls, because what is waited for happens on several loops and shutting down is rare.
    @discardableResult
    private func wait(for limit: TimeAmount, until isDone: () -> Bool) async -> Bool {
        let end = NIODeadline.now() + limit
        while !isDone() {
            guard NIODeadline.now() < end else { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }
}

extension HTTPServiceMetrics {
    fileprivate var isQuiet: Bool { openConnections == 0 && requestsInFlight == 0 }
}

extension HTTPService {
    private func listen(on address: HTTPAddress) async throws -> any Channel {
        let limits = context.limits
        let isSharedPort = context.configuration.addresses.contains {
            $0.port == address.port && $0 != address && address.port != 0
        }
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: limits.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptErrorLog(logger: self.logger))
                    // Or `::` would take the port of `0.0.0.0` too.
                    guard isSharedPort, address.host.utf8.contains(UInt8(ascii: ":")) else { return }
                    let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
                    try channel.syncOptions?.setOption(onlyIPv6, value: 1)
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 128 * 1024)
            )
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: limits.unsentBytes / 2, high: limits.unsentBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
            .bind(host: address.host, port: address.port).get()
    }
}
