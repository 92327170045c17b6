import AdminAPI
import StorageAPI

/// What is not as it should be with a store, the worst first, and what its operator does about each.
enum Problems {
    static func of(_ status: StoreStatus) -> [ProblemReport] {
        status.sets.flatMap(service) + status.sets.flatMap(damage) + status.sets.flatMap(space)
            + status.sets.flatMap { set in set.drives.compactMap { drive($0, of: set) } } + status.sets.flatMap(healing)
    }

    private static func service(_ set: SetStatus) -> [ProblemReport] {
        let advice = "bring back drives that are missing: `magstore drive list` names them"
        return switch set.service {
        case .serving: []
        case .readOnly: [ProblemReport(place: set.name, text: "it does not write: \(set.reason)", advice: advice)]
        case .stopped: [ProblemReport(place: set.name, text: "it serves nothing: \(set.reason)", advice: advice)]
        }
    }

    private static func damage(_ set: SetStatus) -> [ProblemReport] {
        let count = set.scrub.damagedObjects
        guard count > 0 else { return [] }
        return [
            ProblemReport(
                place: set.name, text: "\(count) objects have lost more than parity can replace",
                advice: "`magstore scrub damaged` lists them: bring drives back that have them, or store them again")
        ]
    }

    private static func space(_ set: SetStatus) -> [ProblemReport] {
        guard set.isFull else { return [] }
        return [
            ProblemReport(
                place: set.name, text: "a drive is full: writes are refused",
                advice: "delete objects, or use larger drives: `magstore drive list` shows which drive is full")
        ]
    }

    private static func drive(_ drive: DriveStatus, of set: SetStatus) -> ProblemReport? {
        let place = "\(set.name), slot \(drive.slot)"
        switch drive.state {
        // A set that does not write is a problem of its own.
        case .member, .waiting: return nil
        case .catchingUp:
            return ProblemReport(
                place: place, text: "the drive at \(drive.path) is catching up: \(drive.reason)",
                advice: "nothing to do: it takes part again by itself")
        case .out:
            return ProblemReport(
                place: place, text: "the drive at \(drive.path) is out: \(drive.reason)",
                advice: "it is tried again by itself; if it stays out, look into the system's log and replace it")
        case .absent:
            let path = drive.path.isEmpty ? "a path of the server" : drive.path
            return ProblemReport(
                place: place, text: "the drive is absent: \(drive.reason)",
                advice: "mount it again, or an empty drive in its place, at \(path)")
        }
    }

    private static func healing(_ set: SetStatus) -> [ProblemReport] {
        guard set.heal.missingShards > 0 else { return [] }
        let text = "\(set.heal.missingShards) shards are not where they belong"
        let advice =
            set.heal.rebuildableShards > 0
            ? "nothing to do: they are being rebuilt, see `magstore heal status`"
            : "they are rebuilt when their drives are back or replaced"
        return [ProblemReport(place: set.name, text: text, advice: advice)]
    }
}
