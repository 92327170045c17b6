/// What can be asked of a server, with its place under ``prefix``. `openapi.yaml` beside this file describes each.
package enum AdminOperation: String, CaseIterable, Sendable {
    case getStatus
    case listDrives
    case getHeal
    case getScrub
    case startScrub
    case stopScrub
    case listDamagedObjects
    case listPools
    case drainPool
    case keepPool
    case examine

    package static let prefix = "/magstore/admin/v1/"

    package var method: String {
        switch self {
        case .getStatus, .listDrives, .getHeal, .getScrub, .listDamagedObjects, .listPools: "GET"
        case .startScrub, .stopScrub, .drainPool, .keepPool, .examine: "POST"
        }
    }

    package var path: String { Self.prefix + name }

    private var name: String {
        switch self {
        case .getStatus: "status"
        case .listDrives: "drives"
        case .getHeal: "heal"
        case .getScrub: "scrub"
        case .startScrub: "scrub/start"
        case .stopScrub: "scrub/stop"
        case .listDamagedObjects: "damaged-objects"
        case .listPools: "pools"
        case .drainPool: "pools/drain"
        case .keepPool: "pools/keep"
        case .examine: "examination"
        }
    }
}
