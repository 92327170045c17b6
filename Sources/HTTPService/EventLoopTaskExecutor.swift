import NIOCore

/// Runs tasks on one event loop, so that a request's code shares a thread with its connection and never hops.
///
/// The only mechanism by which handlers come to run on a loop: see the task created in `HTTPConnection+Serving`.
final class EventLoopTaskExecutor: TaskExecutor {
    let eventLoop: any EventLoop

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
