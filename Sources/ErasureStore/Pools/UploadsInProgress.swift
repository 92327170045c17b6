import StorageAPI
import Synchronization

/// Parts that are being received: their uploads stay in their pools meanwhile.
final class UploadsInProgress: Sendable {
    private let counts = Mutex<[UploadID: Int]>([:])

    func enter(_ id: UploadID) {
        counts.withLock { $0[id, default: 0] += 1 }
    }

    func leave(_ id: UploadID) {
        counts.withLock { counts in
            guard let count = counts[id] else { return }
            counts[id] = count == 1 ? nil : count - 1
        }
    }

    func contains(_ id: UploadID) -> Bool {
        counts.withLock { $0[id] != nil }
    }
}
