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

    func all() throws(StoreError) -> [SetView] {
        let all = views.withLock { $0 }
        let present = all.compactMap { $0 }
        guard present.count == all.count else { throw StoreError(.unavailable, "an erasure set has too few drives") }
        return present
    }
}
