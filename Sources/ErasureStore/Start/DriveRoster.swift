import DriveIO
import StorageAPI
import Synchronization

/// The paths that were given, and which drives of the deployment are to be found there now. Drives are known by their
/// uuid: a path is only a place to look.
final class DriveRoster: Sendable {
    let opener: DriveOpener
    let paths: [String]
    let deployment: String
    /// First set index of each pool.
    private let firstSets: [Int]
    /// Paths in use by an open drive.
    private let used = Mutex<[String: (set: Int, slot: Int)]>([:])

    /// Paths at which no drive of the deployment was when last looked at, and why.
    private let lost = Mutex<[String: String]>([:])

    init(opener: DriveOpener, paths: [String], deployment: String, firstSets: [Int]) {
        self.opener = opener
        self.paths = paths
        self.deployment = deployment
        self.firstSets = firstSets
    }

    func setIndex(of identity: DriveIdentity) -> Int? {
        guard identity.deployment == deployment, identity.pool < firstSets.count else { return nil }
        return firstSets[identity.pool] + identity.set
    }

    func pool(ofSet set: Int) -> Int {
        firstSets.lastIndex { $0 <= set } ?? 0
    }

    /// Why no drive of the deployment was at a path when it was last looked at; nil when one was.
    func lostReason(of path: String) -> String? {
        lost.withLock { $0[path] }
    }

    func use(_ path: String, set: Int, slot: Int) {
        used.withLock { $0[path] = (set, slot) }
    }

    /// Remembers what was found at a path; answers the path and why there is no drive, if there is none.
    @discardableResult
    func note(_ finding: DriveFinding) -> (path: String, reason: String)? {
        switch finding {
        case .identified(let found):
            lost.withLock { $0[found.path] = nil }
            return nil
        case .blank(let path, _, _, _):
            lost.withLock { $0[path] = "it is empty" }
            return (path, "it is empty")
        case .absent(let path, let reason), .unusable(let path, let reason):
            lost.withLock { $0[path] = reason }
            return (path, reason)
        }
    }

    /// For messages: where drives were expected and why they are not there.
    var lostText: String {
        lost.withLock { lost in
            lost.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        }
    }

    /// Looks at every path that no slot of the set is served from, for drives that belong into these slots.
    func find(set: Int, slots: [Int]) async -> [IdentifiedDrive] {
        let candidates = used.withLock { used in
            paths.filter { path in
                guard let place = used[path] else { return true }
                return place.set == set && slots.contains(place.slot)
            }
        }
        var found: [IdentifiedDrive] = []
        for finding in await opener.look(at: candidates) {
            let path = finding.path
            note(finding)
            switch finding {
            case .identified(let drive):
                let slot = drive.identity.slot
                let isWanted =
                    setIndex(of: drive.identity) == set && drive.identity.state == .formed && slots.contains(slot)
                    && !found.contains { $0.identity.slot == slot }
                if isWanted {
                    use(path, set: set, slot: slot)
                    found.append(drive)
                } else {
                    opener.release(drive)
                }
            case .blank(_, let drive, let executor, _):
                executor.submit(.commit) {
                    drive.close()
                    executor.abandon()
                }
            case .absent, .unusable: break
            }
        }
        return found
    }
}
