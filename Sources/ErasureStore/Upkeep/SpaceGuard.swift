import DriveIO
import StorageAPI
import Synchronization

/// Keeps a reserve: writes are refused before a file system is full, so that the index has room to delete.
final class SpaceGuard: Sendable {
    private struct State {
        var free: UInt64 = .max
        var reserve: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Bytes kept free on a drive of this size: a twentieth, at least 64 MiB and at most 4 GiB.
    static func reserve(total: UInt64) -> UInt64 {
        max(64 << 20, min(total / 20, 4 << 30))
    }

    /// What the fullest member has, looked at every second.
    func update(_ spaces: [DriveSpace]) {
        guard let tightest = spaces.min(by: { $0.available < $1.available }) else { return }
        state.withLock { state in
            state.free = tightest.available
            state.reserve = Self.reserve(total: tightest.total)
        }
    }

    /// Bytes that may still be written to every member.
    var free: UInt64 {
        state.withLock { $0.free == .max ? 0 : $0.free - min($0.free, $0.reserve) }
    }

    /// Whether so many bytes can be written without touching the reserve.
    func hasRoom(_ byteCount: UInt64) -> Bool {
        state.withLock { state in
            state.free > state.reserve && state.free - state.reserve >= byteCount
        }
    }

    /// - Throws: `storageFull` when a write of so many bytes would touch the reserve.
    func admit(_ byteCount: UInt64) throws(StoreError) {
        guard hasRoom(byteCount) else { throw StoreError(.storageFull, "the drives are full") }
    }
}
