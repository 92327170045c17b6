import DriveIO
import MetadataIndex

/// Rules 7 and 8 carried out for one set: judge the present drives, make them equal, commit a start batch.
///
/// A start that crashes before its start batch commits has changed nothing that anyone saw.
struct SetStart {
    struct Opened: Sendable {
        let drive: SlotDrive
        let state: IndexState
    }

    enum Outcome {
        /// Writing may begin.
        case serving(BatchWriter)
        /// Too few to write; reads are served from these voters, which are at the recovery point.
        case readOnly(BatchID, [SlotDrive])
        /// Nothing is served, and why.
        case refused(String)
    }

    let shape: SetShape
    let name: String
    /// Rule 7's, by those of `opened` that vote.
    let verdict: RecoveryVerdict
    /// Drives whose slots are theirs, and marked ones that are to have a slot whose drive is gone.
    let opened: [Opened]
    /// Slots without a drive, for messages: a path or what is known.
    let absent: [Int: String]
    /// The paths at which no drive was, for messages.
    let lost: String
    let run: UInt64
    let watch: StallWatch
    let evicted: @Sendable (DriveFailure) -> Void
    /// Told of each drive that lost what it had: its file system or its disk lied.
    let rolledBack: @Sendable (SlotDrive) -> Void
    let broken: BrokenRule?

    func carryOut() async -> Outcome {
        let voters = opened.filter { !$0.state.isSyncing }
        let fallenBack = StartRules.rolledBack(voters.map(\.voter))
        for voter in voters where fallenBack.contains(voter.drive.member) { rolledBack(voter.drive) }
        let point: BatchID
        switch verdict {
        case .tooFewVoters:
            return .refused(
                "\(name): \(voters.count) of \(shape.driveCount) drives can be judged and "
                    + "\(shape.readFloor) are needed; missing: \(absentText)")
        case .undecided(let batch, let bringBack):
            return .refused(
                "\(name): batch \(batch) may have been acknowledged, and too few drives that have it are here. "
                    + "Bring back: "
                    + bringBack.map { "slot \($0.slot) (drive \($0.drive.text))" }.joined(separator: ", ")
                    + (lost.isEmpty ? "" : "; no drive at \(lost)")
                    + "; or give up what only they hold with --accept-loss")
        case .recover(let batch):
            point = batch
        }
        let highestEpoch = opened.map(\.state.last.id.epoch).max() ?? 0
        switch StartRules.service(
            shape: shape, voters: voters.map(\.voter), markedCount: opened.count - voters.count,
            highestEpoch: highestEpoch)
        {
        case .unavailable:
            return .refused(
                "\(name): \(voters.count) drives are here and \(shape.writeFloor) are needed; missing: \(absentText)")
        case .readOnly:
            let atPoint = voters.filter { $0.state.last.id == point }.map(\.drive)
            guard !atPoint.isEmpty else {
                return .refused("\(name): no present drive is at the newest acknowledged state; missing: \(absentText)")
            }
            return .readOnly(point, atPoint)
        case .write(let epoch):
            return await write(from: point, epoch: epoch, voters: voters)
        }
    }

    private var absentText: String {
        guard !absent.isEmpty else { return "none" }
        let slots = absent.sorted { $0.key < $1.key }.map { "slot \($0.key) (\($0.value))" }.joined(separator: ", ")
        return lost.isEmpty ? slots : "\(slots); no drive at \(lost)"
    }

    /// Brings voters, and then drives that were being made equal, to the point and commits the start batch.
    private func write(from point: BatchID, epoch: UInt64, voters: [Opened]) async -> Outcome {
        guard let source = voters.first(where: { $0.state.last.id == point })?.drive else {
            return .refused("\(name): no present drive is exactly at the newest acknowledged state")
        }
        var equal: [SlotDrive] = []
        var staged = Evaluation.Staged()
        var unlisted: Set<Int> = []
        // Those that hold the point first: a drive is marked only while k others hold it.
        let holders = voters.filter { $0.voter.holds(point) }
        let others = opened.filter { candidate in !holders.contains { $0.drive.slot == candidate.drive.slot } }
        do {
            let snapshot = try await source.perform(.commit) { try source.index.snapshot() }
            let slots = try await source.perform(.commit) { try IndexState.slots(snapshot) }
            for candidate in holders + others {
                if candidate.drive.slot == source.slot {
                    equal.append(source)
                    continue
                }
                let holds = holders.contains { $0.drive.slot == candidate.drive.slot }
                guard holds || equal.count >= shape.dataShards else { continue }
                do {
                    // A mark on a drive that is still joining says that nothing on it counts.
                    if slots[candidate.drive.slot]?.drive == candidate.drive.uuid {
                        try await candidate.drive.confirmIdentity()
                    }
                    switch try await CatchUp(
                        target: candidate.drive, source: source, snapshot: snapshot, broken: broken
                    ).run() {
                    case .these(let payloads):
                        for payload in payloads { staged.markMissing(payload, candidate.drive.slot) }
                    case .unknown: unlisted.insert(candidate.drive.slot)
                    }
                    equal.append(candidate.drive)
                } catch {
                    evicted(error)
                }
            }
            for drive in equal { staged.give(drive, wasUnlisted: unlisted.contains(drive.slot), from: slots) }
        } catch {
            return .refused("\(name): the drive in slot \(source.slot) can not be read: \(error.reason)")
        }
        guard equal.count >= shape.writeFloor else {
            return .refused(
                "\(name): only \(equal.count) drives could be made equal and \(shape.writeFloor) are needed")
        }
        return await begin(equal, at: point, epoch: epoch, staged: staged)
    }

    private func begin(
        _ members: [SlotDrive], at point: BatchID, epoch: UInt64, staged: Evaluation.Staged
    ) async -> Outcome {
        let members = members.sorted { $0.slot < $1.slot }
        let backlog: Backlog
        do {
            let first = members[0]
            backlog = try await first.perform(.commit) { try Backlog(reading: first.index) }
        } catch {
            return .refused("\(name): slot \(error.slot) can not be read: \(error.reason)")
        }
        var writer = BatchWriter(
            shape: shape, watch: watch, members: members, last: point, committed: point, backlog: backlog,
            evicted: evicted, broken: broken)
        let id = BatchID(epoch: epoch, run: run, sequence: point.sequence + 1)
        guard case .committed = await writer.commit(staged, id: id, clearsMarks: true) else {
            return .refused("\(name): too many drives failed while starting")
        }
        for drive in writer.members {
            do {
                try await drive.confirmIdentity()
            } catch {
                evicted(error)
            }
        }
        return .serving(writer)
    }
}

extension SetStart.Opened {
    var voter: Voter { Voter(member: drive.member, chain: state.headers) }

    /// The same drive, no voter.
    var marked: Self {
        Self(
            drive: drive,
            state: IndexState(last: state.last, isSyncing: true, headers: state.headers, slots: state.slots))
    }

    var claim: Claim { Claim(drive: drive, state: state) }
}

extension Claim {
    init(drive: SlotDrive, state: IndexState) {
        self.init(
            voter: Voter(member: drive.member, chain: state.headers), isJoining: drive.identity.state == .joining,
            isMarked: state.isSyncing, slots: state.slots.mapValues(\.drive))
    }
}
