import AdminServer
import ErasureStore
import HTTPService
import StorageAPI
import Synchronization

/// How far a server is, for those who ask from outside a request: probes, metrics, signals.
final class ServerState: Sendable {
    private struct State {
        var http: HTTPService?
        var opened: OpenStore?
        /// Requests are answered by the store, and not with "starting".
        var isServing = false
        var isDraining = false
    }

    private let state = Mutex(State())

    /// Nil before it was made.
    var http: HTTPService? {
        get { state.withLock { $0.http } }
        set { state.withLock { $0.http = newValue } }
    }

    /// Nil before the drives are open.
    var opened: OpenStore? {
        get { state.withLock { $0.opened } }
        set { state.withLock { $0.opened = newValue } }
    }

    func beginServing() {
        state.withLock { $0.isServing = true }
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    func beginDraining() {
        state.withLock { $0.isDraining = true }
    }

    var health: StoreHealth {
        // Who hears that it is ready is to be served.
        let store = state.withLock { $0.isDraining || !$0.isServing ? nil : $0.opened?.store }
        guard let store else { return .notServing }
        return StoreHealth(store.status.sets)
    }

    var gauges: [MetricFamily] {
        let (http, opened) = state.withLock { ($0.http, $0.opened) }
        let status = opened?.store.status
        let sets = status?.sets ?? []
        return Gauges.families(sets) + Gauges.driveFamilies(sets) + Gauges.upkeepFamilies(sets)
            + Gauges.faultFamilies(status)
            + Gauges.families(http?.metrics, opened?.memory)
    }
}
