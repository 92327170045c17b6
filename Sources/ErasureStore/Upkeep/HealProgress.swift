import MetadataIndex
import StorageAPI
import Synchronization

/// What healing has done in this process, and how quick it was lately.
final class HealProgress: Sendable {
    private struct State {
        var shards: UInt64 = 0
        var byteCount: UInt64 = 0
        /// Second by second, oldest first.
        var seconds: [(number: UInt64, work: Work)] = []
        var beganAt: UInt64?
    }

    private struct Work {
        var shards = 0.0
        var bytes = 0.0

        /// A shard takes some time however small it is: about as much as so many bytes.
        static let shardCost = 64.0 * 1024
        var cost: Double { bytes + shards * Self.shardCost }
    }

    private static let windowSeconds: UInt64 = 60

    private let clock: any StoreClock
    private let state = Mutex(State())

    init(clock: any StoreClock) {
        self.clock = clock
    }

    func rebuilt(_ payload: Payload) {
        let now = clock.uptimeMilliseconds() / 1000
        state.withLock { state in
            state.shards += 1
            state.byteCount += payload.shardByteCount
            if state.beganAt == nil { state.beganAt = now }
            if state.seconds.last?.number != now { state.seconds.append((now, Work())) }
            state.seconds[state.seconds.count - 1].work.shards += 1
            state.seconds[state.seconds.count - 1].work.bytes += Double(payload.shardByteCount)
            state.seconds.removeAll { $0.number + Self.windowSeconds < now }
        }
    }

    /// Nothing is left to do: the next rate is that of the next work.
    func isDone() {
        state.withLock { state in
            state.beganAt = nil
            state.seconds = []
        }
    }

    func status(_ backlog: Backlog, members: Set<Int>) -> HealStatus {
        let now = clock.uptimeMilliseconds() / 1000
        let rebuildable = backlog.shards(of: members)
        return state.withLock { state in
            var status = HealStatus(
                missingShards: backlog.missingCount, rebuildableShards: rebuildable.count, rebuiltShards: state.shards,
                rebuiltByteCount: state.byteCount)
            guard let beganAt = state.beganAt else { return status }
            let elapsed = Double(min(Self.windowSeconds, max(1, now - beganAt)))
            var work = Work()
            for second in state.seconds where second.number + Self.windowSeconds >= now {
                work.shards += second.work.shards
                work.bytes += second.work.bytes
            }
            status.bytesPerSecond = work.bytes / elapsed
            var left = Work()
            left.shards = Double(rebuildable.count)
            left.bytes = Double(rebuildable.byteCount)
            // Some seconds of work say something; and while a slot is not listed, nobody knows how much there is.
            guard rebuildable.count > 0, work.cost > 0, elapsed >= 3, backlog.unlisted.isEmpty else { return status }
            status.remainingSeconds = left.cost / (work.cost / elapsed)
            return status
        }
    }
}

/// Gives way to clients: background work goes on at full speed while nobody asks for anything, and takes a bounded
/// share of the time while somebody does.
final class ClientActivity: Sendable {
    private let count = Atomic<UInt64>(0)

    /// A client's request touches the set.
    func note() {
        count.wrappingAdd(1, ordering: .relaxed)
    }

    var value: UInt64 { count.load(ordering: .relaxed) }
}

/// Paces one kind of background work.
struct Pacer {
    let activity: ClientActivity
    let clock: any StoreClock
    private var seen: UInt64

    /// While clients are at work, so many times as long as a piece of work took nothing is done.
    private static let pauseFactor: UInt64 = 3
    private static let longestPauseMilliseconds: UInt64 = 2000

    init(activity: ClientActivity, clock: any StoreClock) {
        self.activity = activity
        self.clock = clock
        seen = activity.value
    }

    /// After a piece of work that began at `beganAt`.
    mutating func giveWay(since beganAt: UInt64) async {
        let now = activity.value
        defer { seen = now }
        guard now != seen else { return }
        let worked = clock.uptimeMilliseconds() - beganAt
        let pause = min(worked * Self.pauseFactor, Self.longestPauseMilliseconds)
        if pause > 0 { await clock.sleep(milliseconds: pause) }
    }
}
