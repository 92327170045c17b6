import AdminServer
import ErasureStore

extension StoreHealth {
    /// What the sets of a store amount to.
    init(_ sets: [SetHealth]) {
        if sets.contains(where: { $0.service == .stopped }) {
            self = .unavailable
        } else if sets.contains(where: { $0.service == .readOnly }) {
            self = .readOnly
        } else if sets.contains(where: { $0.memberCount < $0.driveCount || $0.missingShards > 0 }) {
            self = .degraded
        } else {
            self = .healthy
        }
    }
}
