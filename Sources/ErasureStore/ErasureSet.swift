import DriveIO
import ErasureCoding
import Logging
import MetadataIndex
import StorageAPI
import Synchronization

/// One erasure set: its drives, its committer, and the view that readers see.
final class ErasureSet: Sendable {
    enum Mode: Sendable {
        case starting
        case serving
        case readOnly(String)
        /// Too few drives, and what to do.
        case stopped(String)
        case closed
    }

    private struct State {
        var mode = Mode.starting
        /// Present drives by slot, members or not. Shards may be read from any of them.
        var drives: [Int: SlotDrive] = [:]
        var members: Set<Int> = []
        /// A start that is ready to be served.
        var writer: BatchWriter?
        /// What a start that only reads has opened, for the one that adds drives to it.
        var readOnlyDrives: [SetStart.Opened] = []
        var backlog = Backlog()
        /// Of the start that is being served.
        var epoch: UInt64 = 0
        /// How often a slot's drive was put out, for its growing wait (rule 10).
        var evictions: [Int: Int] = [:]
        var mayRejoinAt: [Int: UInt64] = [:]
        var isClosing = false
        /// Slots whose index answered with damage while it served: opening it would not notice.
        var damagedIndexes: Set<Int> = []
        /// When which batch was the newest.
        var passed: [(at: UInt64, sequence: UInt64)] = []
        var ledger = SlotLedger()
        /// When a lack of descriptors was last told: it may last, and every read meets it.
        var descriptorsMissedAt: UInt64?

        /// A drive that leaves again and again waits longer each time.
        mutating func wait(slot: Int, now: UInt64) {
            let count = evictions[slot, default: 0]
            evictions[slot] = count + 1
            mayRejoinAt[slot] = now + min(1000 << UInt64(min(count, 8)), 300_000)
        }
    }

    let index: Int
    let name: String
    let shape: SetShape
    let code: ErasureCode
    let environment: StoreEnvironment
    let board: ViewBoard
    /// Of this process: part of every data id it makes.
    let run: UInt64
    let committer = Committer()
    let watch: StallWatch
    let pins = PinTable<DataID>()
    let space = SpaceGuard()
    let damage = DamageLog()
    let scrub = ScrubControl()
    let healing: HealProgress
    /// What clients do, for background work to give way to.
    let activity = ClientActivity()
    /// Readers' and background work's failures: what condemns a drive goes to the committer.
    let registry = ViewRegistry()
    private let state = Mutex(State())

    init(
        index: Int, name: String, shape: SetShape, environment: StoreEnvironment, board: ViewBoard, run: UInt64
    ) {
        self.index = index
        self.name = name
        self.shape = shape
        code = ErasureCode(dataShards: shape.dataShards, parityShards: shape.parityShards)
        self.environment = environment
        self.board = board
        self.run = run
        healing = HealProgress(clock: environment.clock)
        watch = StallWatch(clock: environment.clock, slowMilliseconds: EngineLimits.commitMilliseconds)
        registry.connect { [weak self] failure in self?.report(failure) }
    }

    var logger: Logger { environment.logger }

    // MARK: Life

    /// Gets ready to serve with drives that were judged, or says why not.
    func start(_ opened: [SetStart.Opened], verdict: RecoveryVerdict, absent: [Int: String], lost: String) async {
        state.withLock { state in
            // Readers go on while drives are added to a set that only reads.
            if case .readOnly = state.mode {} else { state.mode = .starting }
            state.drives = Dictionary(opened.map { ($0.drive.slot, $0.drive) }) { first, _ in first }
            state.readOnlyDrives = []
            for drive in state.drives.values { state.ledger.isOpen(drive) }
        }
        guard Set(opened.map(\.drive.slot)).count == opened.count else {
            let paths = opened.map(\.drive.drive.path).sorted().joined(separator: ", ")
            return stop("\(name): two drives claim the same slot: remove the one that was replaced; here are \(paths)")
        }
        let start = SetStart(
            shape: shape, name: name, verdict: verdict, opened: opened, absent: absent,
            lost: lost, run: environment.random.next(), watch: watch, evicted: { [weak self] in self?.putOut($0) },
            rolledBack: { [weak self] in self?.rolledBack($0) }, broken: environment.broken)
        switch await start.carryOut() {
        case .serving(let writer):
            publish(writer)
            state.withLock { state in
                state.mode = .serving
                state.writer = writer
                state.epoch = writer.last.epoch
            }
            committer.open()
        case .readOnly(let point, let drives):
            await serveReadOnly(point, drives)
            state.withLock { $0.readOnlyDrives = opened }
        case .refused(let reason):
            stop(reason)
        }
    }

    var readOnlyDrives: [SetStart.Opened] { state.withLock { $0.readOnlyDrives } }

    /// Serves commits until closed or until too few members are left.
    func serve() async -> Committer.Ending {
        var taken = state.withLock { state -> BatchWriter? in
            defer { state.writer = nil }
            return state.writer
        }
        if environment.broken == .publishesBeforeCommit { taken?.publishedEarly = { self.publish($0) } }
        guard var writer = taken else { return .stopped }
        let ending = await committer.serve(
            &writer, clock: environment.clock, watch: watch, first: { try? board.view(ofSet: index) }, publish: publish)
        if ending == .stopped { stop("\(name): too few drives are left") }
        return ending
    }

    func close() {
        state.withLock { $0.isClosing = true }
        committer.post(.close)
    }

    var isClosing: Bool { state.withLock { $0.isClosing } }

    /// Before a new start: the old handles are not used again.
    func letGoOfDrives() {
        let drives = state.withLock { state in
            defer { state.drives = [:] }
            return state.drives.values.sorted { $0.slot < $1.slot }
        }
        board.publish(nil, set: index)
        for drive in drives { drive.close() }
    }

    /// Lets go of every drive, waiting for none.
    func release() {
        state.withLock { $0.mode = .closed }
        letGoOfDrives()
    }

    @discardableResult
    private func publish(_ writer: BatchWriter) -> SetView {
        let view = SetView(
            batch: writer.committed,
            members: writer.members.compactMap { drive in
                writer.snapshots[drive.slot].map { SetView.Member(drive: drive, snapshot: $0) }
            }, registry: registry)
        board.publish(view, set: index)
        state.withLock { state in
            state.backlog = writer.backlog
            let members = Set(writer.members.map(\.slot))
            guard members != state.members else { return }
            for slot in members.subtracting(state.members) { state.ledger.isMember(slot: slot) }
            state.members = members
        }
        return view
    }

    private func serveReadOnly(_ point: BatchID, _ drives: [SlotDrive]) async {
        var members: [SetView.Member] = []
        for drive in drives {
            guard let snapshot = try? await drive.perform(.access, { try drive.index.snapshot() }) else { continue }
            members.append(SetView.Member(drive: drive, snapshot: snapshot))
        }
        guard !members.isEmpty else { return stop("\(name): no present drive can be read") }
        board.publish(SetView(batch: point, members: members, registry: registry), set: index)
        let reason = "\(name): \(drives.count) drives are here, \(shape.writeFloor) are needed to write: reads only"
        state.withLock { $0.mode = .readOnly(reason) }
        logger.warning("set is read-only", metadata: ["set": "\(name)", "reason": "\(reason)"])
    }

    private func stop(_ reason: String) {
        board.publish(nil, set: index)
        state.withLock { state in
            state.mode = .stopped(reason)
            state.members = []
        }
        logger.error("set stopped", metadata: ["set": "\(name)", "reason": "\(reason)"])
    }

    // MARK: Drives

    var mode: Mode { state.withLock { $0.mode } }

    var canRead: Bool {
        switch mode {
        case .serving, .readOnly: true
        case .starting, .stopped, .closed: false
        }
    }

    var isServing: Bool {
        if case .serving = mode { true } else { false }
    }

    var drives: [Int: SlotDrive] { state.withLock { $0.drives } }
    var members: Set<Int> { state.withLock { $0.members } }
    var epoch: UInt64 { state.withLock { $0.epoch } }
    var backlog: Backlog { state.withLock { $0.backlog } }
    var missingCount: Int { backlog.missingCount }

    var heal: HealStatus {
        let (backlog, members) = state.withLock { ($0.backlog, $0.members) }
        return healing.status(backlog, members: members)
    }

    func memberDrives() -> [SlotDrive] {
        state.withLock { state in
            state.drives.values.filter { state.members.contains($0.slot) }.sorted { $0.slot < $1.slot }
        }
    }

    /// A failure seen outside a commit. What condemns the drive puts it out at the next batch boundary.
    func report(_ failure: DriveFailure) {
        guard failure.condemnsDrive else { return noteTransient(failure) }
        if !committer.post(.evict(failure)) { putOut(failure) }
    }

    /// A failure that says nothing against the drive: counted, and what the operator can do something about is told.
    private func noteTransient(_ failure: DriveFailure) {
        guard let fault = failure.fault else { return }
        let now = environment.clock.uptimeMilliseconds()
        let isNews = state.withLock { state in
            state.ledger.count(fault, slot: failure.slot)
            if let last = state.descriptorsMissedAt, now - last < 10_000 { return false }
            state.descriptorsMissedAt = now
            return true
        }
        guard isNews else { return }
        logger.warning(
            "no descriptors are left for the drives' files: raise the limit (ulimit -n)",
            metadata: ["set": "\(name)", "slot": "\(failure.slot)", "reason": "\(failure.reason)"])
    }

    /// A drive that was told to have a batch durable and has it no more is made equal again, and counted.
    private func rolledBack(_ drive: SlotDrive) {
        damage.countRollback()
        logger.error(
            "drive lost what it had synced",
            metadata: ["set": "\(name)", "slot": "\(drive.slot)", "path": "\(drive.drive.path)"])
    }

    /// The drive is out in memory at once; late completions are ignored with its handle (rule 5).
    private func putOut(_ failure: DriveFailure) {
        let now = environment.clock.uptimeMilliseconds()
        let drive = state.withLock { state -> SlotDrive? in
            state.members.remove(failure.slot)
            state.ledger.isGone(slot: failure.slot, reason: "\(failure.reason)")
            state.wait(slot: failure.slot, now: now)
            if failure.isDamagedIndex, state.damagedIndexes.insert(failure.slot).inserted { damage.countIndex() }
            guard let drive = state.drives.removeValue(forKey: failure.slot) else { return nil }
            if let fault = failure.fault { state.ledger.count(fault, slot: failure.slot) }
            return drive
        }
        guard let drive else { return }
        logger.error(
            "drive is out",
            metadata: [
                "set": "\(name)", "slot": "\(failure.slot)", "path": "\(drive.drive.path)",
                "reason": "\(failure.reason)",
            ])
        drive.close()
    }

    func mayRejoin(slot: Int) -> Bool {
        let now = environment.clock.uptimeMilliseconds()
        return state.withLock { $0.drives[slot] == nil && ($0.mayRejoinAt[slot] ?? 0) <= now }
    }

    /// It is back, and its index is about to be made equal.
    func isReturning(_ drive: SlotDrive) {
        state.withLock { $0.ledger.isReturning(drive) }
    }

    func took(_ drive: SlotDrive) {
        state.withLock { $0.drives[drive.slot] = drive }
    }

    /// Lets go of a drive that could not be taken back; it may try again later.
    func failedToRejoin(_ drive: SlotDrive, reason: String) {
        state.withLock { state in
            if state.drives[drive.slot] === drive { state.drives[drive.slot] = nil }
            state.ledger.isGone(slot: drive.slot, reason: reason)
        }
        drive.close()
        waitLonger(slot: drive.slot)
    }

    func hasDamagedIndex(slot: Int) -> Bool { state.withLock { $0.damagedIndexes.contains(slot) } }
    func indexIsWhole(slot: Int) { state.withLock { _ = $0.damagedIndexes.remove(slot) } }

    func waitLonger(slot: Int) {
        let now = environment.clock.uptimeMilliseconds()
        state.withLock { state in state.wait(slot: slot, now: now) }
    }

    /// The drive of a slot is there and can not be used.
    func isUnusable(_ found: IdentifiedDrive, reason: String) {
        state.withLock { $0.ledger.isUnusable(found, reason: reason) }
    }

    func measured(slot: Int, _ space: DriveSpace) {
        state.withLock { $0.ledger.measured(slot: slot, space) }
    }

    /// The drives by slot, members, and what is remembered of the others: all of one moment.
    var standing: (mode: Mode, drives: [Int: SlotDrive], members: Set<Int>, missingCount: Int, ledger: SlotLedger) {
        state.withLock { ($0.mode, $0.drives, $0.members, $0.backlog.missingCount, $0.ledger) }
    }

    // MARK: What readers find

    /// A shard or row that is not there or wrong: rebuilt for this reader, recorded and healed soon.
    func damaged(_ payload: Payload, slot: Int, reason: String, isRot: Bool) {
        guard damage.add(DamageLog.Entry(payload: payload, slot: slot, isRot: isRot)) else { return }
        if isRot { state.withLock { $0.ledger.count(.rot, slot: slot) } }
        // What is not there is mostly known to be missing, and there may be a drive full of it.
        logger.log(
            level: isRot ? .warning : .debug, "damage found",
            metadata: ["set": "\(name)", "slot": "\(slot)", "data": "\(payload.id)", "reason": "\(reason)"])
    }

    /// A read that had to be answered without this drive.
    func slowRead(slot: Int) {
        state.withLock { $0.ledger.count(.lateRead, slot: slot) }
        logger.warning("slow read", metadata: ["set": "\(name)", "slot": "\(slot)"])
    }

    /// Removes files of a payload that was refused: nothing will ever name them.
    func removeFiles(of payload: NewPayload) {
        guard case .striped(let slots) = payload.content else { return }
        let shard = ShardName(payload.id.text)
        for slot in slots {
            guard let drive = drives[slot] else { continue }
            drive.executor.submit(.background) { try? drive.drive.removeShards([shard]) }
        }
    }

    var isClosed: Bool {
        if case .closed = mode { true } else { false }
    }

    /// The newest batch that was published longer ago than a reader may hold a view.
    func longPassed() -> UInt64? {
        let now = environment.clock.uptimeMilliseconds()
        return state.withLock { state in
            if let view = try? board.view(ofSet: index) { state.passed.append((now, view.batch.sequence)) }
            let passed = state.passed.last { now - $0.at >= EngineLimits.viewMilliseconds }
            if let passed { state.passed.removeAll { $0.sequence < passed.sequence } }
            return passed?.sequence
        }
    }
}
