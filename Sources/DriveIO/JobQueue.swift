internal import CPosix
internal import Glibc
internal import NIOCore

/// Jobs in order, and the threads of one lane that take them. A thread begins when there is a job and none idle.
///
/// `@unchecked Sendable`: all stored variables are used under `condition` only.
final class JobQueue: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    private let name: String
    private let threadLimit: Int
    private let condition = Condition()
    private var jobs = CircularBuffer<Job>()
    private var threadCount = 0
    private var idleCount = 0
    private var isAbandoned = false

    /// - Parameter name: of the threads, for `top -H`; Linux keeps 15 bytes.
    init(name: String, threadLimit: Int) {
        precondition(threadLimit > 0, "a lane without threads runs nothing")
        self.name = name
        self.threadLimit = threadLimit
    }

    func submit(_ job: @escaping Job) {
        condition.withLock {
            // The job is then released by the caller, behind the lock: releasing it may run anything.
            if isAbandoned { return }
            jobs.append(job)
            if idleCount >= jobs.count {
                condition.signal()
            } else if threadCount < threadLimit {
                startThread()
            } else {
                // Every thread is busy or already signalled: whoever ends first takes it.
                condition.signal()
            }
        }
    }

    /// Releases the jobs that wait and ends the threads that are idle; the others end with their job.
    func abandon() {
        let released = condition.withLock {
            isAbandoned = true
            defer { jobs = CircularBuffer() }
            condition.broadcast()
            return jobs
        }
        _ = consume released
    }

    private func startThread() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let failure = pthread_create(&thread, nil, jobQueueThread, context.toOpaque())
        if failure == 0 {
            pthread_detach(thread)
            threadCount += 1
        } else {
            context.release()
            // Out of threads: those there are serve all. Without any, jobs would wait for ever.
            precondition(threadCount > 0, "cannot start a thread: \(String(cString: strerror(failure)))")
        }
    }

    fileprivate func work() {
        magstore_name_thread(name)
        while let job = next() { job() }
    }

    /// Waits for a job; nil once abandoned.
    private func next() -> Job? {
        condition.withLock {
            while jobs.isEmpty && !isAbandoned {
                idleCount += 1
                condition.wait()
                idleCount -= 1
            }
            return isAbandoned ? nil : jobs.removeFirst()
        }
    }
}

private func jobQueueThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<JobQueue>.fromOpaque(context!).takeRetainedValue().work()
    return nil
}
