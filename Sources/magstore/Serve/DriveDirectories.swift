import DriveIO
import ErasureStore

/// Makes the directories of drives at their first use.
enum DriveDirectories {
    private static let limitMilliseconds: UInt64 = 10_000

    /// Makes every directory of a pool that is missing, if none of its paths holds a drive yet: `magstore serve ./data`
    /// just works. Where there is one drive, a missing directory is a missing drive, and nothing is made.
    ///
    /// Problems are not reported here: opening the store names them. A path that hangs is not waited for.
    static func prepare(_ pools: [[String]], clock: SystemClock) async {
        let done = FirstAnswer()
        Thread.start(name: "prepare") {
            for paths in pools { makeMissing(paths.map { FileDrive(path: $0) }) }
            done.answer()
        }
        clock.schedule(afterMilliseconds: limitMilliseconds) { done.answer() }
        await done.wait()
    }

    private static func makeMissing(_ drives: [FileDrive]) {
        var missing: [FileDrive] = []
        for drive in drives {
            do {
                guard try drive.identity() == nil else { return }
            } catch {
                guard error.code == .notFound else { return }
                missing.append(drive)
            }
        }
        for drive in missing { try? drive.createDirectory() }
    }
}
