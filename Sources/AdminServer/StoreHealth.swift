package import StorageAPI

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

extension StoreHealth {
    /// What the sets of a store amount to.
    package init(_ sets: [SetStatus]) {
        if sets.contains(where: { $0.service == .stopped }) {
            self = .unavailable
        } else if sets.contains(where: { $0.service == .readOnly }) {
            self = .readOnly
        } else if sets.contains(where: { $0.lacksSomething }) {
            self = .degraded
        } else {
            self = .healthy
        }
    }
}

extension SetStatus {
    fileprivate var lacksSomething: Bool {
        memberCount < drives.count || heal.missingShards > 0 || scrub.damagedObjects > 0 || isFull
    }

    /// Not before the drives were measured.
    var isFull: Bool { freeByteCount == 0 && drives.contains { $0.capacityByteCount > 0 } }
}
