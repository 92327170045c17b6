import DriveIO
import MetadataIndex

/// A batch as each member gets it.
struct PreparedBatch: Sendable {
    let change: ChangeRecord
    let common: [IndexBatch.Operation]
    let payloadRows: [Int: [IndexBatch.Operation]]
    /// A batch that takes drives in leaves a copy of each one's identity in its own index.
    private let keepsIdentities: Bool

    /// Serialises what was evaluated. Rows outside `payloads` are the same for every drive; so are the touched keys.
    init(
        id: BatchID, predecessor: BatchID, committed: BatchID, members: [MemberRecord], staged: Evaluation.Staged,
        clearsMarks: Bool
    ) {
        var change = ChangeRecord()
        change.id = id
        change.predecessor = predecessor
        change.committed = committed
        change.members = members
        change.trashed = staged.trashed
        change.touched = staged.edits.order.map { TouchedRow(family: $0.family.rawValue, key: $0.key) }
        let payloadIDs = Set(staged.payloadRows.values.lazy.flatMap(\.keys)).sorted {
            ($0.epoch, $0.run, $0.counter) < ($1.epoch, $1.run, $1.counter)
        }
        change.touched += payloadIDs.map { TouchedRow(family: Family.payloads.rawValue, key: $0.bytes) }
        var last = LastRecord()
        last.id = id
        last.committed = committed
        last.members = members
        var common = staged.edits.operations
        common.append(.put(.changes, key: ChangeKey(id).bytes, value: change.encoded()))
        common.append(.put(.state, key: StateKey.last.bytes, value: last.encoded()))
        if clearsMarks { common.append(.delete(.state, key: StateKey.syncing.bytes)) }
        self.change = change
        self.common = common
        keepsIdentities = clearsMarks
        payloadRows = staged.payloadRows.mapValues { rows in
            payloadIDs.compactMap { id in rows[id].map { .put(.payloads, key: id.bytes, value: $0) } }
        }
    }

    func batch(for member: SlotDrive) -> IndexBatch {
        var batch = IndexBatch()
        batch.operations = common + (payloadRows[member.slot] ?? [])
        // Restored from here when the file is damaged or lost (rule 13).
        if keepsIdentities {
            batch.put(.state, StateKey.identity.bytes, member.identity.confirmed.encoded)
        }
        return batch
    }
}

/// Writes one batch after the other to the members and evicts those that fail (rules 4 to 6). A value of the
/// committer's task.
struct BatchWriter {
    enum Fate {
        case committed
        /// Fewer than `W` members are left; whether the batch takes effect is decided by the next start.
        case stopped
    }

    private enum Answer: Sendable {
        case written(slot: Int, Result<any IndexSnapshot, DriveFailure>)
        case timeLimit
    }

    let shape: SetShape
    let watch: StallWatch
    /// Told of each drive that is put out.
    let evicted: @Sendable (DriveFailure) -> Void
    let broken: BrokenRule?
    /// Of a broken build: called when the first member has a batch.
    var publishedEarly: (@Sendable (BatchWriter) -> Void)?

    /// Ascending by slot.
    private(set) var members: [SlotDrive]
    private(set) var last: BatchID
    private(set) var committed: BatchID
    private(set) var snapshots: [Int: any IndexSnapshot] = [:]
    /// After the newest batch.
    private(set) var backlog: Backlog

    init(
        shape: SetShape, watch: StallWatch, members: [SlotDrive], last: BatchID, committed: BatchID, backlog: Backlog,
        evicted: @escaping @Sendable (DriveFailure) -> Void, broken: BrokenRule?
    ) {
        self.broken = broken
        self.shape = shape
        self.watch = watch
        self.backlog = backlog
        self.members = members
        self.last = last
        self.committed = committed
        self.evicted = evicted
    }

    /// Makes the next batch of `staged` durable on all members, or on those that are left after evictions.
    mutating func commit(
        _ staged: Evaluation.Staged, id: BatchID, admitting: SlotDrive? = nil, clearsMarks: Bool = false
    ) async -> Fate {
        if let admitting {
            members.append(admitting)
            members.sort { $0.slot < $1.slot }
        }
        var staged = staged
        var id = id
        let trashed = Set(staged.trashed)
        let placed = staged.placed.filter { !trashed.contains($0.id) }
        let healed = staged.healed.filter { !trashed.contains($0.payload.id) }
        // A member without its shard has its row already, and may be evicted all the same.
        let missing = Set(staged.edits.order.filter { $0.family == .missing && staged.edits.puts($0) })
        if broken == .reapsBeforeCommit { await removeFiles(staged.trashed) }
        while true {
            let prepared = PreparedBatch(
                id: id, predecessor: last, committed: committed, members: members.map(\.member), staged: staged,
                clearsMarks: clearsMarks || admitting != nil)
            backlog.apply(staged)
            let verdict = await write(prepared)
            last = id
            switch verdict {
            case .commit:
                committed = id
                return .committed
            case .evict(let slots):
                // The undecided batch commits with this one, which also says which shards the evicted lack (rule 5).
                staged = Self.evictionRows(of: placed, healed, slots: slots, except: missing)
                id = BatchID(epoch: id.epoch, run: id.run, sequence: id.sequence + 1)
            case .stop:
                return .stopped
            case .wait:
                preconditionFailure("a batch ends with a verdict")
            }
        }
    }

    /// Puts a drive out at a batch boundary; the next batch says so.
    mutating func remove(slot: Int) {
        members.removeAll { $0.slot == slot }
        snapshots[slot] = nil
    }

    var nextID: BatchID { BatchID(epoch: last.epoch, run: last.run, sequence: last.sequence + 1) }

    private mutating func write(_ prepared: PreparedBatch) async -> BatchTally.Verdict {
        let answers = Mailbox<Answer>()
        for member in members {
            let batch = prepared.batch(for: member)
            let slot = member.slot
            let (broken, predecessor) = (broken, prepared.change.predecessor)
            member.executor.submit(.commit) {
                answers.post(
                    .written(
                        slot: slot,
                        Result {
                            if broken != .ignoresThePredecessor {
                                try Self.check(member.index, endsWith: predecessor)
                            }
                            try Self.write(batch, to: member.index, broken: broken)
                            // A directory that was wiped or unmounted goes on "storing": it does not count.
                            try member.drive.checkPlace()
                            return try member.index.snapshot()
                        }.mapError { DriveFailure(slot: slot, $0) }))
            } otherwise: {
                let abandoned = DriveFailure(slot: slot, DriveError(.closed, "the drive was abandoned"))
                answers.post(.written(slot: slot, .failure(abandoned)))
            }
        }
        var tally = BatchTally(members: members.map(\.slot), writeFloor: shape.writeFloor, broken: broken)
        var verdict = BatchTally.Verdict.wait
        watch.begin { answers.post(.timeLimit) }
        defer { watch.end() }
        while verdict == .wait {
            for answer in await answers.take() where verdict == .wait {
                switch answer {
                case .written(let slot, .success(let snapshot)):
                    snapshots[slot] = snapshot
                    publishedEarly?(self)
                    verdict = tally.record(slot: slot, success: true)
                case .written(let slot, .failure(let failure)):
                    putOut(failure)
                    verdict = tally.record(slot: slot, success: false)
                case .timeLimit:
                    let before = tally.failed
                    verdict = tally.timeOut()
                    for slot in tally.failed.subtracting(before) { putOut(DriveFailure(slot: slot, reason: .tooSlow)) }
                }
            }
        }
        members.removeAll { tally.failed.contains($0.slot) }
        return verdict
    }

    private mutating func putOut(_ failure: DriveFailure) {
        snapshots[failure.slot] = nil
        evicted(failure)
    }

    private static func evictionRows(
        of placed: [Payload], _ healed: [(payload: Payload, slot: Int)], slots: [Int], except missing: Set<RowKey>
    ) -> Evaluation.Staged {
        var staged = Evaluation.Staged()
        var marked = missing
        func mark(_ payload: Payload, _ slot: Int) {
            let key = MissingKey(slot: UInt16(slot), id: payload.id).bytes
            if marked.insert(RowKey(family: .missing, key: key)).inserted { staged.markMissing(payload, slot) }
        }
        for payload in placed {
            for slot in slots where payload.slots.contains(slot) { mark(payload, slot) }
        }
        // Their rows go with the batch, and their shards do not come.
        for (payload, slot) in healed where slots.contains(slot) { mark(payload, slot) }
        return staged
    }

    /// A drive refuses a batch that does not follow its last one: something was lost on it, and it must be caught up.
    private static func check(_ index: any MetadataIndex, endsWith predecessor: BatchID) throws {
        let last = try index.value(.state, StateKey.last.bytes).map { try LastRecord(decoding: $0).id } ?? .none
        guard last == predecessor else {
            throw IndexError(.inputOutput, "the drive is at batch \(last), not at \(predecessor)")
        }
    }

    private static func write(_ batch: IndexBatch, to index: any MetadataIndex, broken: BrokenRule?) throws {
        do {
            try index.write(batch)
        } catch  where broken == .retriesFailedSyncs {
            try index.write(batch)
        }
    }

    /// Of a broken build.
    private func removeFiles(_ trashed: [DataID]) async {
        for member in members {
            _ = try? await member.perform(.background) {
                try member.drive.removeShards(trashed.map { ShardName($0.text) })
            }
        }
    }
}
