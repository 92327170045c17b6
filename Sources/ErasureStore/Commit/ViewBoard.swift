import StorageAPI
import Synchronization

/// The published views of all sets, taken together under one lock: a reader that sees a write sees everything that was
/// answered before it, on every set (rule 14).
final class ViewBoard: Sendable {
    private let views: Mutex<[SetView?]>

    init(setCount: Int) {
        views = Mutex(Array(repeating: nil, count: setCount))
    }

    func publish(_ view: SetView?, set: Int) {
        // The old view ends outside the lock.
        let old = views.withLock { views in
            let old = views[set]
            views[set] = view
            return old
        }
        _ = old
    }

    func view(ofSet set: Int) throws(StoreError) -> SetView {
        guard let view = views.withLock({ $0[set] }) else {
            throw StoreError(.unavailable, "an erasure set has too few drives")
        }
        return view
    }

    /// Nil for a set that can not be read.
    func views(ofSets sets: [Int]) -> [SetView?] {
        views.withLock { views in sets.map { views[$0] } }
    }

    func all(ofSets sets: [Int]) throws(StoreError) -> [SetView] {
        let present = views(ofSets: sets).compactMap { $0 }
        guard present.count == sets.count else { throw StoreError(.unavailable, "an erasure set has too few drives") }
        return present
    }
}
