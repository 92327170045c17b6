import Glibc
import NIOCore
import Synchronization

/// What the connections of one event loop share.
///
/// Sendable: constants and atomics apart, all state is confined to `eventLoop`; every entry checks it.
final class ConnectionLoop: @unchecked Sendable {
    let eventLoop: any EventLoop
    let executor: EventLoopTaskExecutor
    let service: ServiceContext
    /// Read by any thread.
    let counters = LoopCounters()
    /// How many idle connections may still be asked to close, counting those already asked. Any thread.
    private let evictable = Atomic<Int>(0)
    /// Evictions that were promised when no connection was idle any more: the next ones to become idle are closed.
    private var owedEvictions = 0
    private var idle = IdleList()
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var sweep: RepeatedTask?
    private var identifiers = SplitMix(state: UInt64.random(in: .min ... .max))
    private var dateSecond = -1
    private var dateAndServer = ""

    init(eventLoop: any EventLoop, service: ServiceContext) {
        self.eventLoop = eventLoop
        self.service = service
        executor = EventLoopTaskExecutor(eventLoop: eventLoop)
    }

    /// 16 upper-case hexadecimal digits, different for each request of this loop.
    func makeRequestID() -> String {
        let text = String(identifiers.next(), radix: 16, uppercase: true)
        return text.utf8.count == 16 ? text : String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    /// Since 1970-01-01T00:00:00Z.
    func wallMilliseconds() -> Int {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
    }

    /// The lines `Date` and `Server`, made once a second.
    func commonLines() -> String {
        let now = time(nil)
        if now != dateSecond {
            dateSecond = now
            dateAndServer =
                "Date: \(HTTPDate.format(seconds: now))\r\nServer: \(service.configuration.serverName)\r\n"
        }
        return dateAndServer
    }
}

// MARK: Connections that come, rest and go

extension ConnectionLoop {
    func opened(_ connection: HTTPConnection) {
        eventLoop.preconditionInEventLoop()
        connections[ObjectIdentifier(connection)] = connection
        counters.connections.add(1)
        startSweep()
    }

    func closed(_ connection: HTTPConnection) {
        eventLoop.preconditionInEventLoop()
        leaveIdle(connection)
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        service.openConnections.subtract(1, ordering: .relaxed)
        if connections.isEmpty {
            sweep?.cancel()
            sweep = nil
        }
    }

    /// False when the connection must close instead, because an eviction is owed.
    func becomeIdle(_ connection: HTTPConnection) -> Bool {
        if owedEvictions > 0, connection.exchangeCount > 0 {
            owedEvictions -= 1
            counters.evicted.add(1)
            return false
        }
        idle.append(connection)
        evictable.add(1, ordering: .relaxed)
        return true
    }

    func leaveIdle(_ connection: HTTPConnection) {
        guard connection.isInIdleList else { return }
        idle.remove(connection)
        evictable.subtract(1, ordering: .relaxed)
    }

    /// Promises that one idle connection will close. False when none is idle. Any thread.
    func reserveEviction() -> Bool {
        if evictable.subtract(1, ordering: .relaxed).newValue >= 0 { return true }
        evictable.add(1, ordering: .relaxed)
        return false
    }

    /// Keeps the promise of ``reserveEviction()``.
    func evict() {
        eventLoop.preconditionInEventLoop()
        // The reservation took one off already, and leaving the list takes another.
        evictable.add(1, ordering: .relaxed)
        guard let oldest = idle.longestIdle() else {
            owedEvictions += 1
            return
        }
        counters.evicted.add(1)
        oldest.abort()
    }

    /// Closes what is idle now. The others close after their answer, because the service is draining.
    func closeIdle() {
        eventLoop.preconditionInEventLoop()
        for connection in connections.values {
            if case .idle = connection.phase { connection.startClosing() }
        }
    }

    func closeAll() {
        eventLoop.preconditionInEventLoop()
        for connection in connections.values { connection.abort() }
    }

    /// One timer a loop instead of several a request: every connection is asked whether it waited for too long.
    private func startSweep() {
        guard sweep == nil else { return }
        let limits = service.limits
        let shortest = min(
            limits.idleTimeout, limits.headerTimeout, limits.bodyTimeout, limits.writeTimeout, limits.lingerTimeout)
        let interval = TimeAmount.nanoseconds(max(min(shortest.nanoseconds / 4, 1_000_000_000), 5_000_000))
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] _ in
            guard let self else { return }
            let now = NIODeadline.now()
            for connection in self.connections.values { connection.checkDeadline(now) }
        }
    }
}

/// Request identifiers: never the same twice from one state, and not meant to be hard to guess.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
