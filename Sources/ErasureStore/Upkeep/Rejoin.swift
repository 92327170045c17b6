import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// Takes a drive into its serving set: one that is back (rule 9) or one in the place of a drive that is gone (rule 12).
/// It is made equal while the set goes on, and admitted at a batch boundary.
struct Rejoin {
    let set: ErasureSet
    let opener: DriveOpener
    let roster: DriveRoster

    /// Rounds before the committer is held for the rest.
    private static let rounds = 3

    /// - Parameter record: whose the slot is.
    func carryOut(_ found: IdentifiedDrive, record: SlotRecord?) async {
        let slot = found.identity.slot
        guard set.drives[slot] == nil else { return opener.release(found) }
        let isOurs = record.map { $0.drive == found.identity.uuid } ?? (found.identity.state == .formed)
        let opened: SetStart.Opened
        do {
            opened = try await open(found, isOurs: isOurs)
        } catch {
            set.logger.warning(
                "a drive that is back can not be opened",
                metadata: ["set": "\(set.name)", "path": "\(found.path)", "reason": "\(error.reason)"])
            opener.release(found)
            set.isUnusable(found, reason: "\(error.reason)")
            set.waitLonger(slot: slot)
            return
        }
        guard isOurs else { return await goOn(opened) }
        do {
            // Before it can be marked again: a mark on a drive that is still joining says that nothing on it counts.
            try await opened.drive.confirmIdentity()
        } catch {
            return giveUp(opened.drive, error)
        }
        await makeEqual(opened.drive, "drive is back")
    }

    /// Makes an empty drive that of a slot whose drive is gone.
    func replace(_ blank: BlankDrive, slot: Int) async {
        guard set.drives[slot] == nil else { return blank.release() }
        let identity = roster.newIdentity(set: set.index, slot: slot, isMountPoint: blank.isMountPoint)
        set.logger.notice(
            "empty drive takes the place of one that is gone",
            metadata: ["set": "\(set.name)", "slot": "\(slot)", "path": "\(blank.path)"])
        do {
            await makeEqual(try await opener.format(blank, as: identity).drive, "drive is replaced")
        } catch {
            set.logger.warning(
                "empty drive can not be used",
                metadata: ["set": "\(set.name)", "path": "\(blank.path)", "reason": "\(error.reason)"])
            blank.release()
            set.waitLonger(slot: slot)
        }
    }

    /// A drive that was begun for its slot and not taken in before the power failed.
    private func goOn(_ opened: SetStart.Opened) async {
        let drive = opened.drive
        do {
            if !opened.state.isSyncing {
                let view = try set.board.view(ofSet: set.index)
                let chain = try await view.read { try IndexState.read($0).headers }
                guard StartRules.wasNeverTaken(opened.voter, chain) else {
                    roster.refuse(drive.drive.path, set: set, slot: drive.slot)
                    return drive.close()
                }
                // What it has is of batches that were discarded.
                try await drive.mark()
            }
            await makeEqual(drive, "drive is replaced")
        } catch {
            giveUp(drive, error)
        }
    }

    private func makeEqual(_ drive: SlotDrive, _ message: String) async {
        set.isReturning(drive)
        do {
            var lacking = CatchUp.Lacking.these([])
            for round in 0..<Self.rounds {
                let catchUp = try catchUp(drive, view: set.board.view(ofSet: set.index))
                lacking.add(try await round == 0 ? catchUp.run(whileServing: true) : catchUp.runAgain())
            }
            let found = lacking
            let admitted = Promise<Bool>()
            let admission = Committer.Admission(
                finish: { view in await finish(drive, found, view) }, admitted: admitted)
            guard set.committer.post(.admit(admission)), await admitted.value() else {
                return set.failedToRejoin(drive, reason: "it could not be admitted")
            }
            set.indexIsWhole(slot: drive.slot)
            try await drive.confirmIdentity()
            set.logger.notice(
                "\(message)",
                metadata: ["set": "\(set.name)", "slot": "\(drive.slot)", "path": "\(drive.drive.path)"])
        } catch let failure as DriveFailure where set.drives[drive.slot] === drive {
            set.report(failure)
        } catch {
            giveUp(drive, error)
        }
    }

    /// The last round, while no batch is written, and what the batch that takes the drive in says.
    private func finish(
        _ drive: SlotDrive, _ found: CatchUp.Lacking, _ view: SetView
    ) async -> (drive: SlotDrive, staged: Evaluation.Staged)? {
        do {
            let catchUp = try catchUp(drive, view: view)
            var lacking = found
            lacking.add(try await catchUp.runAgain())
            let slots = try await view.read { try IndexState.slots($0) }
            var staged = Evaluation.Staged()
            switch lacking {
            case .these(let payloads):
                // What was lacking in an earlier round may be gone by now.
                let named = try await catchUp.stillNamed(payloads)
                for payload in Dictionary(named.map { ($0.id, $0) }, uniquingKeysWith: { old, _ in old }).values {
                    staged.markMissing(payload, drive.slot)
                }
                staged.give(drive, wasUnlisted: false, from: slots)
            case .unknown:
                staged.give(drive, wasUnlisted: true, from: slots)
            }
            set.took(drive)
            return (drive, staged)
        } catch {
            return nil
        }
    }

    private func giveUp(_ drive: SlotDrive, _ error: any Error) {
        set.logger.warning(
            "a drive could not be made equal",
            metadata: ["set": "\(set.name)", "slot": "\(drive.slot)", "error": "\(error)"])
        let reason = (error as? DriveFailure)?.reason.description ?? "\(error)"
        set.failedToRejoin(drive, reason: "it could not be made equal: \(reason)")
    }

    /// A damaged index is set aside: the set serves, so that it can be rebuilt.
    private func open(_ found: IdentifiedDrive, isOurs: Bool) async throws(DriveFailure) -> SetStart.Opened {
        guard !isOurs || !set.hasDamagedIndex(slot: found.identity.slot) else {
            return try await opener.open(found, renewingIndex: true)
        }
        do {
            return try await opener.open(found)
        } catch {
            guard error.isDamagedIndex else { throw error }
            // Of a drive that was just begun there may be no index yet.
            if isOurs { set.damage.countIndex() }
            return try await opener.open(found, renewingIndex: true)
        }
    }

    /// From a member that holds the view, spread over the members.
    private func catchUp(_ drive: SlotDrive, view: SetView) throws -> CatchUp {
        let member = view.members[drive.slot % view.members.count]
        return CatchUp(
            target: drive, source: member.drive, snapshot: member.snapshot, broken: set.environment.broken)
    }
}

extension CatchUp.Lacking {
    mutating func add(_ other: Self) {
        if case .these(let old) = self, case .these(let new) = other {
            self = .these(old + new)
        } else {
            self = .unknown
        }
    }
}
