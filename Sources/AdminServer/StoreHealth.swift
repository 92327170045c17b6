/// How a store is doing, as far as a load balancer or an operator must know.
package enum StoreHealth: Hashable, Sendable, CaseIterable {
    /// Not yet, or no more: starting, or draining before the end.
    case notServing
    /// Every set reads and writes, with all its redundancy.
    case healthy
    /// Every set reads and writes, some with fewer drives than it should have.
    case degraded
    /// Some set reads and does not write.
    case readOnly
    /// Some set does not read.
    case unavailable

    package var reads: Bool {
        switch self {
        case .healthy, .degraded, .readOnly: true
        case .notServing, .unavailable: false
        }
    }

    package var writes: Bool {
        switch self {
        case .healthy, .degraded: true
        case .notServing, .readOnly, .unavailable: false
        }
    }

    package var name: String {
        switch self {
        case .notServing: "not serving"
        case .healthy: "healthy"
        case .degraded: "degraded"
        case .readOnly: "read-only"
        case .unavailable: "unavailable"
        }
    }
}
