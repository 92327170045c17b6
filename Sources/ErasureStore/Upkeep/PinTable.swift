import MetadataIndex
import Synchronization

/// Data ids whose files a reader may still open.
final class PinTable: Sendable {
    private let counts = Mutex<[DataID: Int]>([:])

    func pin(_ id: DataID) {
        counts.withLock { $0[id, default: 0] += 1 }
    }

    func unpin(_ id: DataID) {
        counts.withLock { counts in
            guard let count = counts[id] else { return }
            counts[id] = count == 1 ? nil : count - 1
        }
    }

    func isPinned(_ id: DataID) -> Bool {
        counts.withLock { $0[id] != nil }
    }
}
