import DriveIO
import Logging
import MetadataIndex
import StorageAPI
import Synchronization

/// The paths that were given, and which drives of the deployment are to be found there now. Drives are known by their
/// uuid: a path is only a place to look.
final class DriveRoster: Sendable {
    /// What a look for drives of some slots found.
    struct Found: Sendable {
        var drives: [IdentifiedDrive] = []
        /// Empty drives, each with the slot that it is to have.
        var blanks: [(drive: BlankDrive, slot: Int)] = []

        var isEmpty: Bool { drives.isEmpty && blanks.isEmpty }
    }

    private struct Place: Hashable {
        let set: Int
        let slot: Int
    }

    private struct State {
        /// Of every pool, in the order of the sets.
        var layouts: [PoolLayout]
        /// The slot whose drive was last seen at a path.
        var places: [String: Place] = [:]
        /// Paths that were the root of a mounted file system.
        var mountPoints: Set<String> = []
        /// Paths from which no drive is used, and why.
        var lost: [String: String] = [:]
    }

    let opener: DriveOpener
    let deployment: String
    private let state: Mutex<State>

    init(opener: DriveOpener, deployment: String, layouts: [PoolLayout]) {
        self.opener = opener
        self.deployment = deployment
        state = Mutex(State(layouts: layouts))
    }

    private var logger: Logger { opener.environment.logger }

    // MARK: Who is who

    var layouts: [PoolLayout] { state.withLock(\.layouts) }

    /// Nil for a drive of another store, or of a pool that is not here.
    func setIndex(of identity: DriveIdentity) -> Int? {
        guard identity.deployment == deployment else { return nil }
        var first = 0
        for layout in layouts {
            if layout.number == identity.pool {
                return identity.set < layout.setCount && identity.shape == layout.shape ? first + identity.set : nil
            }
            first += layout.setCount
        }
        return nil
    }

    private func position(ofSet set: Int) -> (layout: PoolLayout, set: Int) {
        var rest = set
        for layout in layouts {
            if rest < layout.setCount { return (layout, rest) }
            rest -= layout.setCount
        }
        preconditionFailure("a set is in a pool")
    }

    /// A pool that was added: what it is called.
    func name(_ pool: Int, _ number: Int) {
        state.withLock { state in
            state.layouts[pool].number = number
            state.layouts[pool].isNew = false
        }
    }

    /// Of a drive that is to have a slot.
    func newIdentity(set: Int, slot: Int, isMountPoint: Bool) -> DriveIdentity {
        let (layout, setInPool) = position(ofSet: set)
        let random = opener.environment.random
        return DriveIdentity(
            state: .joining, deployment: deployment, pool: layout.number,
            poolCount: (layouts.map(\.number).max() ?? 0) + 1, set: setInPool, setCount: layout.setCount, slot: slot,
            drive: DriveUUID(high: random.next(), low: random.next()), shape: layout.shape,
            isMountPoint: isMountPoint)
    }

    func pool(ofSet set: Int) -> Int {
        position(ofSet: set).layout.number
    }

    private func paths(ofSet set: Int) -> [String] {
        position(ofSet: set).layout.paths
    }

    /// Why no drive of the deployment was at a path when it was last looked at; nil when one was.
    func lostReason(of path: String) -> String? {
        state.withLock { $0.lost[path] }
    }

    func use(_ path: String, set: Int, slot: Int) {
        let place = Place(set: set, slot: slot)
        state.withLock { state in
            // It was elsewhere before.
            state.places = state.places.filter { $0.value != place }
            state.places[path] = place
            state.lost[path] = nil
        }
    }

    /// Takes an empty drive for a slot, unless another set was quicker.
    private func claim(_ path: String, set: Int, slot: Int) -> Bool {
        let isFree = state.withLock { state in
            if let place = state.places[path], place.set != set { return false }
            state.places[path] = Place(set: set, slot: slot)
            return true
        }
        if isFree { use(path, set: set, slot: slot) }
        return isFree
    }

    // MARK: Paths without a drive

    /// Remembers what was found at a path.
    func note(_ finding: DriveFinding) {
        switch finding {
        case .identified(let found):
            if found.identity.deployment != deployment {
                return note(found.path, "it has a drive of another deployment")
            }
            state.withLock { state in
                state.lost[found.path] = nil
                if found.identity.isMountPoint { state.mountPoints.insert(found.path) }
            }
        case .blank(let blank): note(blank.path, "it is empty")
        case .absent(let path, DriveOpener.busyReason) where lostReason(of: path) != nil: break
        case .absent(let path, let reason), .unusable(let path, let reason): note(path, reason)
        }
    }

    /// No drive is used from a path. Said when it becomes so, not at every look.
    func note(_ path: String, _ reason: String) {
        guard state.withLock({ $0.lost.updateValue(reason, forKey: path) }) != reason else { return }
        logger.warning("no drive is used from this path", metadata: ["path": "\(path)", "reason": "\(reason)"])
    }

    /// A drive that another has replaced is left alone, whatever is on it.
    func refuse(_ path: String, set: ErasureSet, slot: Int) {
        note(path, "the drive there was replaced by another: take it away, or empty it")
        logger.error(
            "replaced drive is not used", metadata: ["set": "\(set.name)", "slot": "\(slot)", "path": "\(path)"])
    }

    /// For messages: where drives were expected and why they are not there.
    var lostText: String {
        state.withLock(\.lost).sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
    }

    // MARK: Looking

    /// Looks at every path that no slot of the set is served from, for drives that belong into these slots, and for
    /// empty ones where every drive is either here or gone.
    ///
    /// - Parameter records: whose the slots are, as the set knows it; nil when it does not, and then no slot is given
    ///   away.
    func find(set: Int, slots: [Int], records: [Int: SlotRecord]?) async -> Found {
        let mine = paths(ofSet: set)
        let candidates = state.withLock { state in
            // Those of a pool that is being added are looked at by those who add it.
            state.layouts.filter { !$0.isNew }.flatMap(\.paths).filter { path in
                guard let place = state.places[path] else { return true }
                return place.set == set && slots.contains(place.slot)
            }
        }
        var found = Found()
        var blanks: [BlankDrive] = []
        var hidden: [BlankAssignment.Hidden] = []
        for finding in await opener.look(at: candidates) {
            let path = finding.path
            switch finding {
            case .identified(let drive):
                note(finding)
                if isWanted(drive, set: set, slots: slots, records: records ?? [:]) {
                    use(path, set: set, slot: drive.identity.slot)
                    found.drives.append(drive)
                } else {
                    opener.release(drive)
                }
            case .blank(let blank) where records != nil && mine.contains(path): blanks.append(blank)
            case .blank(let blank):
                note(finding)
                blank.release()
            case .absent, .unusable:
                note(finding)
                guard mine.contains(path) else { continue }
                hidden.append(BlankAssignment.Hidden(path: path, lastSlot: lastSlot(at: path)))
            }
        }
        assign(blanks, set: set, slots: slots, records: records ?? [:], hidden: hidden, &found)
        return found
    }

    private func isWanted(
        _ drive: IdentifiedDrive, set: Int, slots: [Int], records: [Int: SlotRecord]
    ) -> Bool {
        let identity = drive.identity
        guard setIndex(of: identity) == set else { return false }
        if identity.state == .joining, !slots.contains(identity.slot), records[identity.slot]?.drive != identity.uuid {
            note(drive.path, "it was begun for a slot whose drive is back: empty it to use it for another")
        }
        guard slots.contains(identity.slot) else { return false }
        if identity.state == .formed, let record = records[identity.slot], record.drive != identity.uuid {
            note(drive.path, "the drive there was replaced: take it away, or empty it")
            return false
        }
        return identity.state != .forming
    }

    private func lastSlot(at path: String) -> Int? {
        state.withLock { $0.places[path]?.slot }
    }

    private func assign(
        _ blanks: [BlankDrive], set: Int, slots: [Int], records: [Int: SlotRecord],
        hidden: [BlankAssignment.Hidden], _ found: inout Found
    ) {
        guard !blanks.isEmpty else { return }
        let mountPoints = state.withLock(\.mountPoints)
        let areMounted = !mountPoints.isEmpty || records.values.contains { $0.isMountPoint }
        var missing: [Int: Bool] = [:]
        for slot in slots where !found.drives.contains(where: { $0.identity.slot == slot }) {
            missing[slot] = records[slot]?.isMountPoint ?? areMounted
        }
        let assignment = BlankAssignment(
            missing: missing,
            blanks: blanks.map { blank in
                BlankAssignment.Blank(
                    path: blank.path, isMountPoint: blank.isMountPoint,
                    wasMountPoint: mountPoints.contains(blank.path), lastSlot: lastSlot(at: blank.path))
            }, hidden: hidden)
        for blank in blanks {
            if let slot = assignment.slots[blank.path] {
                if claim(blank.path, set: set, slot: slot) {
                    found.blanks.append((blank, slot))
                } else {
                    blank.release()
                }
            } else {
                note(blank.path, assignment.waiting[blank.path] ?? "it is empty")
                blank.release()
            }
        }
    }
}
