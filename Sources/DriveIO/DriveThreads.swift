/// The real threads of one drive: nobody else's wait when this drive hangs.
///
/// Queues are not bounded here: every job has a client, a batch or a worker waiting for it, and those are.
package final class DriveThreads: DriveExecutor {
    private let commit: JobQueue
    private let access: JobQueue
    private let background: JobQueue

    /// Threads begin with the first jobs.
    ///
    /// - Parameters:
    ///   - name: of the drive, short: thread names keep 15 bytes with the lane's.
    ///   - accessThreads: how many calls of the access lane may block at once.
    package init(name: String, accessThreads: Int = 4) {
        commit = JobQueue(name: name + "-commit", threadLimit: 1)
        access = JobQueue(name: name + "-access", threadLimit: accessThreads)
        background = JobQueue(name: name + "-back", threadLimit: 1)
    }

    deinit {
        abandon()
    }

    package func submit(_ lane: DriveLane, _ job: @escaping @Sendable () -> Void) {
        switch lane {
        case .commit: commit.submit(job)
        case .access: access.submit(job)
        case .background: background.submit(job)
        }
    }

    package func abandon() {
        for queue in [commit, access, background] { queue.abandon() }
    }
}
