import MetadataIndex
import StorageAPI
import Synchronization

/// Gives a key one decision point where it could be in several pools: held around lookup and commit only, never while
/// a client streams.
final class KeyLocks: Sendable {
    private struct State {
        /// Keys that are held, with those who wait, first come first served.
        var held: [HeadKey: [Promise<Bool>]] = [:]
        /// Held on, because nobody knows yet whether the last commit takes effect.
        var undecided: [HeadKey] = []
    }

    /// The store's own things have locks too: buckets have ids that are not zero.
    static let documents = HeadKey(bucket: 0, key: Array("documents".utf8))
    static let pools = HeadKey(bucket: 0, key: Array("pools".utf8))

    private let clock: any StoreClock
    private let state = Mutex(State())

    init(clock: any StoreClock) {
        self.clock = clock
    }

    /// Waits as long as a client waits for a commit.
    ///
    /// - Throws: `overloaded`: nothing was changed.
    func acquire(_ key: HeadKey) async throws(StoreError) {
        let turn = state.withLock { state -> Promise<Bool>? in
            guard state.held[key] != nil else {
                state.held[key] = []
                return nil
            }
            let promise = Promise<Bool>()
            state.held[key]?.append(promise)
            return promise
        }
        guard let turn else { return }
        clock.schedule(afterMilliseconds: EngineLimits.answerMilliseconds) { turn.fulfil(false) }
        guard await turn.value() else { throw StoreError(.overloaded, "others are changing the same key") }
    }

    /// The next one in line has it now.
    func release(_ key: HeadKey) {
        while true {
            let next = state.withLock { state -> Promise<Bool>? in
                guard let first = state.held[key]?.first else {
                    state.held[key] = nil
                    return nil
                }
                state.held[key]?.removeFirst()
                return first
            }
            // One that has given up is passed over.
            guard let next else { return }
            if next.fulfil(true) { return }
        }
    }

    /// The outcome of a commit is not known: nobody may decide before it is.
    func keep(_ key: HeadKey) {
        state.withLock { $0.undecided.append(key) }
    }

    /// Keys whose last commit is undecided. Whoever takes them releases or keeps them.
    func takeUndecided() -> [HeadKey] {
        state.withLock { state in
            defer { state.undecided = [] }
            return state.undecided
        }
    }
}
