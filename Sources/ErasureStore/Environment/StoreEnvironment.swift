package import DriveIO
package import Logging
package import MetadataIndex
package import StorageAPI

/// Everything the engine needs from the world: given real or simulated, never taken from globals.
package struct StoreEnvironment: Sendable {
    package var clock: any StoreClock
    package var random: any RandomSource
    /// Where a drive's blocking calls run.
    package var makeExecutor: @Sendable (any Drive) -> any DriveExecutor
    /// Opens the index of a drive, or throws `notFound` where there is none and it is not to be created. Called on the
    /// drive's executor.
    package var openIndex: @Sendable (any Drive, _ creates: Bool) throws(IndexError) -> any MetadataIndex
    package var logger: Logger
    /// For tests of the tests.
    package var broken: BrokenRule?

    package init(
        clock: any StoreClock, random: any RandomSource,
        makeExecutor: @escaping @Sendable (any Drive) -> any DriveExecutor,
        openIndex: @escaping @Sendable (any Drive, _ creates: Bool) throws(IndexError) -> any MetadataIndex,
        logger: Logger
    ) {
        self.clock = clock
        self.random = random
        self.makeExecutor = makeExecutor
        self.openIndex = openIndex
        self.logger = logger
    }
}

package protocol StoreClock: Sendable {
    /// Wall time, for LastModified. May jump.
    func now() -> Timestamp
    /// Milliseconds since some start; never runs backwards.
    func uptimeMilliseconds() -> UInt64
    /// Calls `action` once, `milliseconds` from now, on some thread. It must not block.
    func schedule(afterMilliseconds milliseconds: UInt64, _ action: @escaping @Sendable () -> Void)
}

package protocol RandomSource: Sendable {
    func next() -> UInt64
}

extension StoreClock {
    /// Suspends for a time. Cancellation does not end it early: the waits of the engine are short.
    package func sleep(milliseconds: UInt64) async {
        await withCheckedContinuation { continuation in
            schedule(afterMilliseconds: milliseconds) { continuation.resume() }
        }
    }
}
