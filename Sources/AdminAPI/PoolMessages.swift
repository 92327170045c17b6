/// The answer to `listPools`, `drainPool` and `keepPool`.
package struct PoolListReport: Codable, Hashable, Sendable {
    package var pools: [PoolReport]

    package init(pools: [PoolReport]) {
        self.pools = pools
    }
}

package struct PoolReport: Codable, Hashable, Sendable {
    /// Counted from 0; what `drainPool` wants. Never that of another pool of the store.
    package var pool: Int
    /// `active`, `adding`, `draining` or `drained`.
    package var phase: String
    package var sets: Int
    package var drives: Int
    /// What objects can take, parity not counted. Zero when not known.
    package var capacityByteCount: UInt64
    package var freeByteCount: UInt64
    /// Left out unless the pool is drained.
    package var drain: DrainReport?

    package init(
        pool: Int, phase: String, sets: Int, drives: Int, capacityByteCount: UInt64, freeByteCount: UInt64,
        drain: DrainReport?
    ) {
        self.pool = pool
        self.phase = phase
        self.sets = sets
        self.drives = drives
        self.capacityByteCount = capacityByteCount
        self.freeByteCount = freeByteCount
        self.drain = drain
    }
}

/// How far the emptying of a pool is.
package struct DrainReport: Codable, Hashable, Sendable {
    /// When it began.
    package var totalObjects: UInt64
    package var totalByteCount: UInt64
    package var remainingObjects: UInt64
    package var remainingByteCount: UInt64
    /// Multipart uploads that are still there.
    package var remainingUploads: Int
    /// Since the server started, as the bytes.
    package var movedObjects: UInt64
    package var movedByteCount: UInt64
    package var bytesPerSecond: Double
    /// Left out when nothing can be said.
    package var remainingSeconds: Double?
    /// Objects that can not be read, and so not be moved.
    package var stuckObjects: Int
    /// Why it does not go on; empty when it does.
    package var reason: String

    package init(
        totalObjects: UInt64, totalByteCount: UInt64, remainingObjects: UInt64, remainingByteCount: UInt64,
        remainingUploads: Int, movedObjects: UInt64, movedByteCount: UInt64, bytesPerSecond: Double,
        remainingSeconds: Double?, stuckObjects: Int, reason: String
    ) {
        self.totalObjects = totalObjects
        self.totalByteCount = totalByteCount
        self.remainingObjects = remainingObjects
        self.remainingByteCount = remainingByteCount
        self.remainingUploads = remainingUploads
        self.movedObjects = movedObjects
        self.movedByteCount = movedByteCount
        self.bytesPerSecond = bytesPerSecond
        self.remainingSeconds = remainingSeconds
        self.stuckObjects = stuckObjects
        self.reason = reason
    }
}
