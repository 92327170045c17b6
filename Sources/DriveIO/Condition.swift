internal import Glibc

/// A mutual exclusion lock with a condition to wait for. Threads sleep in the kernel, and a signal that nobody waits
/// for costs no system call.
///
/// `@unchecked Sendable`: lock and condition are made for concurrent use; their addresses are stable until `deinit`.
package final class Condition: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init() {
        var attributes = pthread_condattr_t()
        let made =
            pthread_mutex_init(mutex, nil) == 0 && pthread_condattr_init(&attributes) == 0
            && pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0
            && pthread_cond_init(condition, &attributes) == 0
        precondition(made, "none of these calls can fail on Linux")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    package func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Under the lock: gives it up, sleeps until a signal, takes it again. May also wake without a signal.
    package func wait() {
        pthread_cond_wait(condition, mutex)
    }

    /// Like `wait`, but no longer than until the monotonic clock shows so many milliseconds.
    package func wait(untilMilliseconds deadline: UInt64) {
        var time = timespec(tv_sec: Int(deadline / 1000), tv_nsec: Int(deadline % 1000) * 1_000_000)
        pthread_cond_timedwait(condition, mutex, &time)
    }

    package func signal() {
        pthread_cond_signal(condition)
    }

    package func broadcast() {
        pthread_cond_broadcast(condition)
    }
}
