import StorageAPI
import Synchronization

/// The bytes that uploads and downloads in flight may hold together. Who comes when they are spent waits in line for a
/// while, with the client's bytes still in the socket, and is refused then.
final class TransferBudget: Sendable {
    private struct Waiter {
        let byteCount: Int
        let leaving: Int
        let promise: Promise<Allotment?>
    }

    private struct State {
        var available: Int
        var waiters: [Waiter] = []

        mutating func take(_ byteCount: Int, leaving: Int) -> Bool {
            guard available - leaving >= byteCount else { return false }
            available -= byteCount
            return true
        }
    }

    let limit: Int
    private let clock: any StoreClock
    private let state: Mutex<State>

    init(limit: Int, clock: any StoreClock) {
        precondition(limit > 0, "a budget of nothing serves nobody")
        self.limit = limit
        self.clock = clock
        state = Mutex(State(available: limit))
    }

    /// Given back with the last reference to it.
    final class Allotment: Sendable {
        private let budget: TransferBudget
        private let byteCount: Int

        fileprivate init(_ budget: TransferBudget, _ byteCount: Int) {
            self.budget = budget
            self.byteCount = byteCount
        }

        deinit { budget.giveBack(byteCount) }
    }

    /// Uploads leave this part to downloads: a copy is both, and could otherwise wait for itself.
    var downloadShare: Int { limit / 4 }

    var available: Int { state.withLock { $0.available } }

    /// - Parameters:
    ///   - byteCount: More than there can be is taken for all there is.
    ///   - leaving: what must be left for others.
    /// - Throws: `overloaded` when they did not become free in time.
    func take(_ byteCount: Int, leaving: Int = 0) async throws(StoreError) -> Allotment {
        let byteCount = min(byteCount, limit - leaving)
        let promise = Promise<Allotment?>()
        let isTaken = state.withLock { state in
            if state.take(byteCount, leaving: leaving) { return true }
            state.waiters.append(Waiter(byteCount: byteCount, leaving: leaving, promise: promise))
            return false
        }
        if isTaken { return Allotment(self, byteCount) }
        clock.schedule(afterMilliseconds: EngineLimits.budgetMilliseconds) { [self] in
            if promise.fulfil(nil) { state.withLock { $0.waiters.removeAll { $0.promise === promise } } }
        }
        guard let allotment = await promise.value() else {
            throw StoreError(.overloaded, "the memory for requests in flight is spent")
        }
        return allotment
    }

    /// The same without waiting: nil when it would have to.
    func takeAtOnce(_ byteCount: Int, leaving: Int) -> Allotment? {
        state.withLock { $0.take(byteCount, leaving: leaving) } ? Allotment(self, byteCount) : nil
    }

    private func giveBack(_ byteCount: Int) {
        let granted = state.withLock { state -> [Waiter] in
            state.available += byteCount
            if state.waiters.isEmpty { return [] }
            // In order, but one that does not fit yet holds up nobody.
            let waiters = state.waiters
            var granted: [Waiter] = []
            state.waiters = []
            for waiter in waiters {
                if state.take(waiter.byteCount, leaving: waiter.leaving) {
                    granted.append(waiter)
                } else {
                    state.waiters.append(waiter)
                }
            }
            return granted
        }
        // One that gave up meanwhile does not get it, and it comes back with the reference.
        for waiter in granted { waiter.promise.fulfil(Allotment(self, waiter.byteCount)) }
    }
}
