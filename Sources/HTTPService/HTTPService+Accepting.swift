import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

extension HTTPService {
    /// Sets up a new connection. Runs on its event loop.
    ///
    /// - Throws: to have it closed at once.
    func accept(_ channel: any Channel) throws {
        guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop }) else {
            preconditionFailure("a connection on a foreign event loop")
        }
        let isRefused = try admit(on: loop)
        do {
            try configure(channel, loop: loop, isRefused: isRefused)
        } catch {
            context.openConnections.subtract(1, ordering: .relaxed)
            throw error
        }
    }

    private struct Dropped: Error {}

    /// Counts a new connection. Returns whether it is one too many, kept only to be told so.
    ///
    /// Over the cap the longest idle connection is closed for it: of this loop if one is idle here, else of another.
    private func admit(on loop: ConnectionLoop) throws -> Bool {
        let limits = context.limits
        let count = context.openConnections.add(1, ordering: .relaxed).newValue
        if count <= limits.connections { return false }
        if loop.reserveEviction() {
            loop.evict()
            return false
        }
        if let other = loops.first(where: { $0 !== loop && $0.reserveEviction() }) {
            other.eventLoop.execute { other.evict() }
            return false
        }
        if count <= limits.connections + limits.refusedConnections { return true }
        context.openConnections.subtract(1, ordering: .relaxed)
        loop.counters.refused.add(1)
        throw Dropped()
    }

    private func configure(_ channel: any Channel, loop: ConnectionLoop, isRefused: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        let tls = makeTLSHandler()
        if let tls { try pipeline.addHandler(tls) }
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = context.limits.headerBytes
        decoding.maxHeaderListSize = context.limits.headerBytes
        decoding.maxHeaderFieldCount = context.limits.headerCount
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        let connection = HTTPConnection(
            loop: loop, peerAddress: channel.remoteAddress?.ipAddress ?? "-", isSecure: tls != nil, isRefused: isRefused
        )
        try pipeline.addHandler(connection)
        if let tls { connection.transport = try pipeline.context(handler: tls) }
    }
}

/// Tells the operator that connections could not be accepted. The listener survives, and tries again after a second.
final class AcceptErrorLog: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError {
            logger.error("cannot accept connections", metadata: ["error": "\(error)"])
        }
        context.fireErrorCaught(error)
    }
}

extension HTTPServiceError {
    /// What the operator can do about an address that cannot be listened on.
    init(bindingFailure error: any Error, address: HTTPAddress) {
        let reason =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: "the address is in use; stop the program that listens there, or choose another port"
            case EADDRNOTAVAIL: "no network interface of this machine has that address"
            case EACCES, EPERM: "not permitted; choose a port from 1024, or allow it (CAP_NET_BIND_SERVICE)"
            case EAFNOSUPPORT: "this machine does not support that kind of address"
            case EMFILE, ENFILE: "too many open files; raise the limit (ulimit -n)"
            default: "\(error)"
            }
        self.init("cannot listen on \(address): \(reason)")
    }
}
