import AdminServer
import StorageAPI

extension StoreHealth {
    /// What the sets of a store amount to.
    init(_ sets: [SetStatus]) {
        if sets.contains(where: { $0.service == .stopped }) {
            self = .unavailable
        } else if sets.contains(where: { $0.service == .readOnly }) {
            self = .readOnly
        } else if sets.contains(where: { $0.memberCount < $0.drives.count || $0.heal.missingShards > 0 }) {
            self = .degraded
        } else {
            self = .healthy
        }
    }
}
