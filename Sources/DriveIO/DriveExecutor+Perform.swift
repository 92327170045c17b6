internal import Synchronization

extension DriveExecutor {
    /// Runs `body` on a lane and waits for its result.
    ///
    /// - Returns: nil when the executor was abandoned before `body` began. One that hangs keeps its caller waiting.
    package func perform<Value: Sendable>(
        _ lane: DriveLane, _ body: @escaping @Sendable () -> Value
    ) async -> Value? {
        await withUnsafeContinuation { continuation in
            let answer = Answer<Value>(continuation)
            submit(lane) { answer.give(body()) }
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

/// Resumes a waiting task exactly once: with a value, or with nil when the job is released without having been run.
private final class Answer<Value: Sendable>: Sendable {
    private let continuation: Mutex<UnsafeContinuation<Value?, Never>?>

    init(_ continuation: UnsafeContinuation<Value?, Never>) {
        self.continuation = Mutex(continuation)
    }

    deinit {
        take()?.resume(returning: nil)
    }

    func give(_ value: Value) {
        take()?.resume(returning: value)
    }

    private func take() -> UnsafeContinuation<Value?, Never>? {
        continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
    }
}
