import NIOCore
import NIOHTTP1
import Synchronization

extension HTTPConnection {
    /// Closes once everything written is sent, in a way that lets the client read it.
    func startClosing() {
        // Nothing was written yet, and during a TLS handshake nothing could be.
        guard exchangeCount > 0 else { return abort() }
        guard let context else { return }
        switch phase {
        case .closing, .lingering, .closed: return
        case .idle, .receivingHead, .serving, .draining: loop.leaveIdle(self)
        }
        phase = .closing
        unsentBytes = .max
        deadline = .now() + limits.writeTimeout
        let sent = loop.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { self.startLingering() } else { self.abort() }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }

    /// Says that no more will come, and drops what the client still sends. Closing at once would answer those bytes
    /// with a reset, which takes the answer away from a client that has not read it yet (RFC 9112 §9.6).
    private func startLingering() {
        guard let context, case .closing = phase else { return }
        inbound.removeAll()
        deadline = .now() + limits.lingerTimeout
        phase = .lingering(limits.lingerBytes)
        loop.service.lingeringConnections.add(1, ordering: .relaxed)
        context.close(mode: .output, promise: nil)
        // Its answer is out: it may go as soon as another connection needs the room.
        if !isRefused, !loop.becomeIdle(self) { return abort() }
        readIfWanted()
    }

    func dropWhileLingering(_ part: HTTPServerRequestPart, budget: Int) {
        if case .body(let bytes) = part { linger(budget: budget - bytes.readableBytes) }
    }

    func linger(budget: Int) {
        phase = .lingering(budget)
        if budget < 0 { abort() }
    }

    /// Closes at once. What was written and not yet sent is lost.
    func abort() {
        if case .closed = phase { return }
        depart()
        (transport ?? context)?.close(promise: nil)
    }

    /// Leaves the counts and lists of connections that live.
    func depart() {
        loop.leaveIdle(self)
        if case .lingering = phase { loop.service.lingeringConnections.subtract(1, ordering: .relaxed) }
        phase = .closed
    }

    /// Bytes that the client has not taken yet.
    var bytesUnsent: Int {
        guard let context, let options = context.channel.syncOptions else { return 0 }
        return (try? options.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0
    }

    /// Called every now and then: ends what takes too long.
    func checkDeadline(_ now: NIODeadline) {
        switch phase {
        case .serving:
            if pullWaiter != nil, exchange?.clock.judge(at: now) == .tooSlow { failBody(.timedOut) }
            if writableWaiter != nil, now >= deadline { checkSending(now) }
        case .closing where now >= deadline: checkSending(now)
        case .idle where now >= deadline: if bytesUnsent > 0 { checkSending(now) } else { startClosing() }
        case .receivingHead where now >= deadline: giveUpOnHead()
        case .draining where now >= deadline: startClosing()
        case .lingering where now >= deadline: abort()
        case .idle, .receivingHead, .draining, .closing, .lingering, .closed: break
        }
    }

    /// A slow client that takes something is given more time; one that takes nothing is closed.
    private func checkSending(_ now: NIODeadline) {
        let unsent = bytesUnsent
        guard unsent > 0, unsent < unsentBytes else { return abort() }
        unsentBytes = unsent
        deadline = now + limits.writeTimeout
    }
}
