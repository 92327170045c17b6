/// How a pool is doing: sets of equal shape that were added together.
package struct PoolStatus: Hashable, Sendable {
    package enum Phase: String, Hashable, Sendable {
        /// New objects go there.
        case active
        /// Its drives are being made part of the store.
        case adding
        /// Its objects go to other pools.
        case draining
        /// Nothing is left in it: the store can be started without it.
        case drained
    }

    /// Counted from 0. Never that of another pool of the store.
    package var number: Int
    package var phase: Phase
    package var setCount: Int
    package var driveCount: Int
    /// What objects can take, parity not counted. Zero when not known.
    package var capacityByteCount: UInt64
    package var freeByteCount: UInt64
    /// While it is drained.
    package var drain: DrainStatus?

    package init(
        number: Int, phase: Phase, setCount: Int, driveCount: Int, capacityByteCount: UInt64 = 0,
        freeByteCount: UInt64 = 0, drain: DrainStatus? = nil
    ) {
        self.number = number
        self.phase = phase
        self.setCount = setCount
        self.driveCount = driveCount
        self.capacityByteCount = capacityByteCount
        self.freeByteCount = freeByteCount
        self.drain = drain
    }
}

/// How far the emptying of a pool is.
package struct DrainStatus: Hashable, Sendable {
    /// When it began.
    package var totalObjects: UInt64 = 0
    package var totalByteCount: UInt64 = 0
    package var remainingObjects: UInt64 = 0
    package var remainingByteCount: UInt64 = 0
    /// Multipart uploads that are still there.
    package var remainingUploads = 0
    /// Since the server started, as the bytes.
    package var movedObjects: UInt64 = 0
    package var movedByteCount: UInt64 = 0
    /// Over the last minute; zero when nothing is moved.
    package var bytesPerSecond = 0.0
    /// Until all is moved at this rate. Nil when nothing can be said.
    package var remainingSeconds: Double?
    /// Objects that can not be read, and so not be moved.
    package var stuckObjects = 0
    /// Why it does not go on; empty when it does.
    package var reason = ""

    package init() {}
}
