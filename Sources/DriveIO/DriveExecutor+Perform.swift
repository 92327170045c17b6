internal import Synchronization

extension DriveExecutor {
    /// Runs `job` on a lane, or `otherwise` when the executor is abandoned before the job begins: one of them, once.
    ///
    /// Whoever waits for a job needs this, or would wait for ever. A job that hangs does neither: that takes a time
    /// limit.
    ///
    /// - Parameter otherwise: called by whoever submits or abandons. It must not block.
    package func submit(
        _ lane: DriveLane, _ job: @escaping @Sendable () -> Void, otherwise: @escaping @Sendable () -> Void
    ) {
        let choice = JobOrElse(job: job, otherwise: otherwise)
        submit(lane) { choice.run() }
    }

    /// Runs `body` on a lane and waits for its result.
    ///
    /// - Returns: nil when the executor was abandoned before `body` began. One that hangs keeps its caller waiting.
    package func perform<Value: Sendable>(
        _ lane: DriveLane, _ body: @escaping @Sendable () -> Value
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            submit(lane) {
                continuation.resume(returning: body())
            } otherwise: {
                continuation.resume(returning: nil)
            }
        }
    }

    /// Runs a call on the drive and waits for its result.
    ///
    /// - Throws: what `body` throws, or `closed` when the executor was abandoned before it began.
    package func run<Value: Sendable>(
        _ lane: DriveLane, _ body: @escaping @Sendable () throws(DriveError) -> Value
    ) async throws(DriveError) -> Value {
        let result = await perform(lane) { Result { () throws(DriveError) in try body() } }
        guard let result else { throw DriveError(.closed, "the drive was abandoned") }
        return try result.get()
    }
}

/// A job that notices when it is released without having been run.
private final class JobOrElse: Sendable {
    private struct Choice {
        var job: @Sendable () -> Void
        var otherwise: @Sendable () -> Void
    }

    private let choice: Mutex<Choice?>

    init(job: @escaping @Sendable () -> Void, otherwise: @escaping @Sendable () -> Void) {
        choice = Mutex(Choice(job: job, otherwise: otherwise))
    }

    deinit {
        take()?.otherwise()
    }

    func run() {
        take()?.job()
    }

    private func take() -> Choice? {
        choice.withLock { choice in
            defer { choice = nil }
            return choice
        }
    }
}
