import MetadataIndex
import Synchronization

/// Damage that readers and scrubs met: waiting to be recorded, or recorded and waiting to be healed.
final class DamageLog: Sendable {
    struct Entry: Hashable, Sendable {
        let payload: Payload
        let slot: Int
        /// What is there is wrong, as opposed to not there.
        let isRot: Bool

        fileprivate var place: MissingKey { MissingKey(slot: UInt16(slot), id: payload.id) }
    }

    private struct State {
        var waiting: [MissingKey: Entry] = [:]
        /// In `missing` since: met again, it is no news.
        var recorded: Set<MissingKey> = []
        var found: UInt64 = 0
        var repaired: UInt64 = 0
    }

    /// What a heap of rot may take in memory; more of it is found again by the next reader. A scrub waits before.
    private static let maximumWaiting = 10_000
    private static let maximumRecorded = 10_000

    private let state = Mutex(State())

    /// Answers whether this is news.
    func add(_ entry: Entry) -> Bool {
        state.withLock { state in
            let isNews =
                state.waiting.count < Self.maximumWaiting && state.waiting[entry.place] == nil
                && !state.recorded.contains(entry.place)
            guard isNews else { return false }
            state.waiting[entry.place] = entry
            if entry.isRot { state.found += 1 }
            return true
        }
    }

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Some of what waits, until it is said to be recorded.
    func next(_ limit: Int) -> [Entry] {
        let waiting = state.withLock { $0.waiting.values.map { $0 } }
        let sorted = waiting.sorted { left, right in
            (left.payload.id.epoch, left.payload.id.counter, left.slot)
                < (right.payload.id.epoch, right.payload.id.counter, right.slot)
        }
        return Array(sorted.prefix(limit))
    }

    func noteRecorded(_ entries: [Entry]) {
        state.withLock { state in
            for entry in entries {
                state.waiting[entry.place] = nil
                if state.recorded.count < Self.maximumRecorded { state.recorded.insert(entry.place) }
            }
        }
    }

    func countRollback() {
        state.withLock { $0.found += 1 }
    }

    /// An index that can not be trusted is damage too, though no reader met it.
    func countIndex() {
        state.withLock { $0.found += 1 }
    }

    /// What was met there before is of the past.
    func countRepair(_ id: DataID, slot: Int) {
        let place = MissingKey(slot: UInt16(slot), id: id)
        state.withLock { state in
            state.repaired += 1
            state.recorded.remove(place)
            state.waiting[place] = nil
        }
    }

    var counts: (found: UInt64, repaired: UInt64) {
        state.withLock { ($0.found, $0.repaired) }
    }
}
