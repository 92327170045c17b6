import Synchronization

/// What is in use and must stay where it is, each as often as it was pinned: payloads whose files a reader may still
/// open, uploads of which a part is being received.
final class PinTable<ID: Hashable & Sendable>: Sendable {
    private let counts = Mutex<[ID: Int]>([:])

    func pin(_ id: ID) {
        counts.withLock { $0[id, default: 0] += 1 }
    }

    func unpin(_ id: ID) {
        counts.withLock { counts in
            guard let count = counts[id] else { return }
            counts[id] = count == 1 ? nil : count - 1
        }
    }

    func isPinned(_ id: ID) -> Bool {
        counts.withLock { $0[id] != nil }
    }
}
