/// The name of a batch. Ordered by epoch, then sequence; equal in both but of another run: competitors.
package struct BatchID: Hashable, Sendable {
    package var epoch: UInt64
    /// Random, one per start of the store.
    package var run: UInt64
    package var sequence: UInt64

    package init(epoch: UInt64, run: UInt64, sequence: UInt64) {
        self.epoch = epoch
        self.run = run
        self.sequence = sequence
    }

    /// Before every batch: what a freshly formatted index holds.
    package static let none = BatchID(epoch: 0, run: 0, sequence: 0)

    /// Whether `self` comes before `other`; false for competitors.
    package func precedes(_ other: BatchID) -> Bool {
        (epoch, sequence) < (other.epoch, other.sequence)
    }
}

/// The name of a payload, never reused: its bytes never change.
package struct DataID: Hashable, Sendable {
    package var epoch: UInt64
    package var run: UInt64
    package var counter: UInt64

    package init(epoch: UInt64, run: UInt64, counter: UInt64) {
        self.epoch = epoch
        self.run = run
        self.counter = counter
    }
}

/// A drive's own name, made when it is formatted.
package struct DriveUUID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}
