import Synchronization

/// What a service has done since it started.
package struct HTTPServiceMetrics: Hashable, Sendable {
    package var openConnections = 0
    package var requestsInFlight = 0
    package var connectionsTotal = 0
    package var requestsTotal = 0
    /// Refused with 503 or dropped because a cap was reached.
    package var refusedTotal = 0
    /// Idle connections that were closed to make room.
    package var evictedTotal = 0
    /// Bytes of bodies, without heads and encodings.
    package var bodyBytesIn = 0
    package var bodyBytesOut = 0

    package init() {}
}

/// The counters of one event loop. Its thread alone writes them, so that a load and a store make an addition.
final class LoopCounters: Sendable {
    let connections = Atomic<Int>(0)
    let requests = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    let evicted = Atomic<Int>(0)
    let bodyBytesIn = Atomic<Int>(0)
    let bodyBytesOut = Atomic<Int>(0)

    func add(to metrics: inout HTTPServiceMetrics) {
        metrics.connectionsTotal += connections.load(ordering: .relaxed)
        metrics.requestsTotal += requests.load(ordering: .relaxed)
        metrics.refusedTotal += refused.load(ordering: .relaxed)
        metrics.evictedTotal += evicted.load(ordering: .relaxed)
        metrics.bodyBytesIn += bodyBytesIn.load(ordering: .relaxed)
        metrics.bodyBytesOut += bodyBytesOut.load(ordering: .relaxed)
    }
}

extension Atomic<Int> {
    /// For a counter with one writer.
    func add(_ amount: Int) {
        store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
