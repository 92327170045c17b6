import StorageAPI
import Synchronization

/// How many striped uploads may be in flight: each holds a few stripes in memory, whatever the client does.
final class UploadBudget: Sendable {
    private let limit: Int
    private let inFlight = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// A place, given back with the last reference to it.
    ///
    /// - Throws: `overloaded` when all are taken.
    func place() throws(StoreError) -> Pin {
        let isTaken = inFlight.withLock { inFlight in
            guard inFlight < limit else { return false }
            inFlight += 1
            return true
        }
        guard isTaken else { throw StoreError(.overloaded, "too many uploads are in flight") }
        return Pin { [self] in inFlight.withLock { $0 -= 1 } }
    }
}
