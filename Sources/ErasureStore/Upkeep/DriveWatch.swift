import DriveIO
import StorageAPI

/// Looks at every member of a set once a second, also when nothing is written: a wiped or unmounted directory goes on
/// "storing", and a drive that hangs would be noticed by the next write only.
struct DriveWatch {
    let set: ErasureSet

    private static let roundMilliseconds: UInt64 = 1000

    /// Until the set is closed.
    func run() async {
        var silentSince: [Int: (drive: SlotDrive, at: UInt64)] = [:]
        while !set.isClosed {
            await set.environment.clock.sleep(milliseconds: Self.roundMilliseconds)
            guard case .serving = set.mode else { continue }
            await round(&silentSince)
        }
    }

    private func round(_ silentSince: inout [Int: (drive: SlotDrive, at: UInt64)]) async {
        let members = set.memberDrives()
        var spaces: [DriveSpace] = []
        var silent: [SlotDrive] = []
        for (drive, answer) in await ask(members) {
            switch answer {
            case .success(let space):
                drive.hasAnswered()
                set.measured(slot: drive.slot, space)
                silentSince[drive.slot] = nil
                spaces.append(space)
            case .failure(let failure):
                if case .tooSlow = failure.reason { silent.append(drive) } else { set.report(failure) }
            }
        }
        set.space.update(spaces)
        let now = set.environment.clock.uptimeMilliseconds()
        for drive in silent {
            guard let since = silentSince[drive.slot], since.drive === drive else {
                silentSince[drive.slot] = (drive, now)
                continue
            }
            // Slowness counts only against peers (rule 5).
            guard now - since.at >= EngineLimits.silentMilliseconds, spaces.count >= set.shape.writeFloor else {
                continue
            }
            silentSince[drive.slot] = nil
            set.report(DriveFailure(slot: drive.slot, reason: .tooSlow))
        }
    }

    /// Side by side: one that hangs does not delay what is seen of the others.
    private func ask(_ members: [SlotDrive]) async -> [(SlotDrive, Result<DriveSpace, DriveFailure>)] {
        let questions = members.map { drive in
            drive.begin(.access, limitMilliseconds: EngineLimits.readMilliseconds) {
                try drive.drive.checkPlace()
                return try drive.drive.space()
            }
        }
        var answers: [(SlotDrive, Result<DriveSpace, DriveFailure>)] = []
        for (drive, question) in zip(members, questions) { answers.append((drive, await question.value())) }
        return answers
    }
}
