import DriveIO
import Logging
import MetadataIndex
import StorageAPI

/// Takes a drive back into its serving set (rule 9): made equal while the set goes on, admitted at a batch boundary.
struct Rejoin {
    let set: ErasureSet
    let opener: DriveOpener

    /// Rounds before the committer is held for the rest.
    private static let rounds = 3

    func carryOut(_ found: IdentifiedDrive) async {
        let opened: SetStart.Opened
        do {
            opened = try await open(found)
        } catch {
            set.logger.warning(
                "a drive that is back can not be opened",
                metadata: ["set": "\(set.name)", "path": "\(found.path)", "reason": "\(error.reason)"])
            opener.release(found)
            set.isUnusable(found, reason: "\(error.reason)")
            set.waitLonger(slot: found.identity.slot)
            return
        }
        let drive = opened.drive
        set.isReturning(drive)
        do {
            var lacking: [Payload] = []
            for round in 0..<Self.rounds {
                let catchUp = try catchUp(drive, view: set.board.view(ofSet: set.index))
                lacking += try await round == 0 ? catchUp.run(whileServing: true) : catchUp.runAgain()
            }
            let found = lacking
            let admitted = Promise<Bool>()
            let admission = Committer.Admission(
                finish: { view in
                    // What was lacking in an earlier round may be gone by now.
                    guard let catchUp = try? catchUp(drive, view: view), let rest = try? await catchUp.runAgain(),
                        let lacking = try? await catchUp.stillNamed(found + rest)
                    else { return nil }
                    set.took(drive)
                    let byID = Dictionary(lacking.map { ($0.id, $0) }) { old, _ in old }
                    return (drive, byID.values.map { ($0, drive.slot) })
                }, admitted: admitted)
            guard set.committer.post(.admit(admission)), await admitted.value() else {
                return set.failedToRejoin(drive, reason: "it could not be admitted")
            }
            set.indexIsWhole(slot: drive.slot)
            set.logger.notice(
                "drive is back",
                metadata: ["set": "\(set.name)", "slot": "\(drive.slot)", "path": "\(drive.drive.path)"])
        } catch {
            set.logger.warning(
                "a drive could not be made equal",
                metadata: ["set": "\(set.name)", "slot": "\(drive.slot)", "error": "\(error)"])
            let reason = (error as? DriveFailure)?.reason.description ?? "\(error)"
            set.failedToRejoin(drive, reason: "it could not be made equal: \(reason)")
        }
    }

    /// A damaged index is set aside: the set serves, so that it can be rebuilt.
    private func open(_ found: IdentifiedDrive) async throws(DriveFailure) -> SetStart.Opened {
        guard !set.hasDamagedIndex(slot: found.identity.slot) else {
            return try await opener.open(found, renewingIndex: true)
        }
        do {
            return try await opener.open(found)
        } catch {
            guard error.isDamagedIndex else { throw error }
            set.damage.countIndex()
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
