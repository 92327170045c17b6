import Digests
import NIOCore
import NIOPosix
import Synchronization

/// A message digest that runs beside the upload it is of: bytes are handed over and the upload goes on, while a thread
/// of the compute pool digests them in order.
///
/// Digests are the cost of a PUT, and an event loop that computed them would serve nobody else meanwhile. The lanes of
/// one upload run in parallel. One producer at a time.
final class DigestLane: Sendable {
    private struct Queue {
        var pending: [ByteBuffer] = []
        /// Bytes handed over and not yet digested.
        var backlog = 0
        /// From the first bytes handed over until a thread finds none left; then alone the producer may digest itself.
        var isScheduled = false
        var waiter: Waiter?
    }

    private struct Waiter {
        let limit: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    /// Fewer bytes are digested by whoever brings them: handing them over costs about as much.
    private static let inlineByteCount = 16 << 10

    private let pool: NIOThreadPool
    /// Never contended: see `isScheduled`.
    private let digest: Mutex<MessageDigest>
    private let queue = Mutex(Queue())

    init(_ algorithm: DigestAlgorithm, pool: NIOThreadPool) {
        self.pool = pool
        digest = Mutex(MessageDigest(algorithm))
    }

    func update(_ bytes: ByteBuffer) {
        if bytes.readableBytes < Self.inlineByteCount, queue.withLock({ !$0.isScheduled }) {
            return digest.withLock { $0.update(bytes) }
        }
        let mustSchedule = queue.withLock { queue in
            queue.pending.append(bytes)
            queue.backlog += bytes.readableBytes
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if mustSchedule { schedule() }
    }

    /// Waits until at most `limit` bytes are left to digest.
    func catchUp(to limit: Int) async {
        if queue.withLock({ $0.backlog <= limit }) { return }
        await withCheckedContinuation { continuation in
            let isDone = queue.withLock { queue in
                if queue.backlog <= limit { return true }
                precondition(queue.waiter == nil, "two producers wait for one digest")
                queue.waiter = Waiter(limit: limit, continuation: continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// The digest of everything.
    func finish() async -> [UInt8] {
        await catchUp(to: 0)
        return digest.withLock { $0.finish() }
    }

    private func schedule() {
        // A pool that is being shut down calls back too: the work is done all the same.
        pool.submit { _ in self.work() }
    }

    /// Digests what is there now. What comes meanwhile waits behind the lanes of other uploads.
    private func work() {
        let batch = queue.withLock { queue in
            defer { queue.pending = [] }
            return queue.pending
        }
        digest.withLock { digest in
            for bytes in batch { digest.update(bytes) }
        }
        let (goesOn, waiter) = queue.withLock { queue in
            queue.backlog -= batch.reduce(0) { $0 + $1.readableBytes }
            queue.isScheduled = !queue.pending.isEmpty
            var ready: Waiter?
            if let waiter = queue.waiter, queue.backlog <= waiter.limit {
                ready = waiter
                queue.waiter = nil
            }
            return (queue.isScheduled, ready)
        }
        if goesOn { schedule() }
        waiter?.continuation.resume()
    }
}
