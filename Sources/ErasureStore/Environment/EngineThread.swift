import DriveIO

/// One thread on which the engine's committers and background work run.
///
/// A commit is a chain of short steps, each begun by a drive's answer. On the shared pool every step would wait for a
/// free thread, and a busy process would make commits slow; here a step waits for the step before it and nothing else.
///
/// `@unchecked Sendable`: the stored variables are used under `condition` only.
package final class EngineThread: TaskExecutor, @unchecked Sendable {
    private let condition = Condition()
    private var jobs: [UnownedJob] = []
    private var isWaiting = false

    /// The thread lives as long as the process.
    package init(name: String = "engine") {
        Thread.start(name: name) { [self] in
            var batch: [UnownedJob] = []
            while true {
                take(&batch)
                for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
                batch.removeAll(keepingCapacity: true)
            }
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            jobs.append(job)
            // One wake-up, however many jobs come before it takes effect.
            if isWaiting {
                isWaiting = false
                condition.signal()
            }
        }
    }

    private func take(_ batch: inout [UnownedJob]) {
        condition.withLock {
            while jobs.isEmpty {
                isWaiting = true
                condition.wait()
            }
            isWaiting = false
            swap(&jobs, &batch)
        }
    }
}
