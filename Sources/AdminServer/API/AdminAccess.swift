import AccessControl
import AdminAPI
import HTTPService
import NIOHTTP1
import SigV4

extension AdminOperation {
    /// What a policy must allow. An operation that is not in this list does not compile.
    var policyAction: Action {
        switch self {
        case .getStatus: .adminGetStatus
        case .listDrives: .adminListDrives
        case .getHeal: .adminGetHeal
        case .getScrub: .adminGetScrub
        case .startScrub: .adminStartScrub
        case .stopScrub: .adminStopScrub
        case .listDamagedObjects: .adminListDamagedObjects
        case .listPools: .adminListPools
        case .drainPool: .adminDrainPool
        case .keepPool: .adminKeepPool
        case .examine: .adminExamine
        }
    }
}

/// What conditions can ask about a request to the admin API.
struct AdminFacts: RequestFacts {
    let request: HTTPRequest
    let now: UTCTime

    func values(of key: ConditionKey) -> [String] {
        guard key.suffix.isEmpty else { return [] }
        return switch key.name {
        case "aws:currenttime": [now.extendedISO8601]
        case "aws:epochtime": [String(now.secondsSinceEpoch)]
        case "aws:securetransport": [request.isSecure ? "true" : "false"]
        case "aws:sourceip": [request.clientAddress]
        case "aws:useragent": request.headers["User-Agent"]
        default: []
        }
    }
}
