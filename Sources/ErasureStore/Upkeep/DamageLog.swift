import MetadataIndex
import Synchronization

/// Damage that readers met, waiting to be recorded and healed.
final class DamageLog: Sendable {
    struct Entry: Hashable, Sendable {
        let payload: Payload
        let slot: Int
        /// What is there is wrong, as opposed to not there.
        let isRot: Bool
    }

    private struct State {
        var waiting: Set<Entry> = []
        var found: UInt64 = 0
        var repaired: UInt64 = 0
    }

    /// What a heap of rot may take in memory; more of it is found again by the next reader.
    private static let maximumWaiting = 10_000

    private let state = Mutex(State())

    /// Answers whether this is news.
    func add(_ entry: Entry) -> Bool {
        state.withLock { state in
            guard state.waiting.count < Self.maximumWaiting, state.waiting.insert(entry).inserted else { return false }
            if entry.isRot { state.found += 1 }
            return true
        }
    }

    func takeAll() -> [Entry] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.sorted { ($0.payload.id.counter, $0.slot) < ($1.payload.id.counter, $1.slot) }
        }
    }

    func countRollback() {
        state.withLock { $0.found += 1 }
    }

    /// An index that can not be trusted is damage too, though no reader met it.
    func countIndex() {
        state.withLock { $0.found += 1 }
    }

    func countRepair() {
        state.withLock { $0.repaired += 1 }
    }

    var counts: (found: UInt64, repaired: UInt64) {
        state.withLock { ($0.found, $0.repaired) }
    }
}
