import StorageAPI
import Synchronization

/// A store that is as a test says, and remembers what was asked of it.
final class FakeStore: StoreAdministration {
    struct State {
        var status = FakeStore.healthy
        var calls: [String] = []
        var error: StoreError?
        var damaged: [DamagedObject] = []
        var findings: [HealthFinding] = []
    }

    let state = Mutex(State())
    /// Holds an examination up after its findings, when there is one.
    let gate: ExaminationBarrier?

    init(gate: ExaminationBarrier? = nil) {
        self.gate = gate
    }

    static var healthy: StoreStatus {
        StoreStatus(
            deployment: "01234567-89ab-cdef-0123-456789abcdef",
            sets: [
                SetStatus(
                    name: "set 1", pool: 0, dataShards: 1, parityShards: 1, service: .serving, reason: "",
                    drives: (0..<2).map { slot in
                        DriveStatus(
                            slot: slot, path: "/mnt/\(slot)", uuid: "uuid-\(slot)", state: .member,
                            capacityByteCount: 1000, freeByteCount: 400)
                    },
                    corruptionFound: 0, shardsRepaired: 0, freeByteCount: 400, heal: HealStatus(), scrub: ScrubStatus())
            ],
            pools: [
                PoolStatus(
                    number: 0, phase: .active, setCount: 1, driveCount: 2, capacityByteCount: 1000, freeByteCount: 400)
            ])
    }

    var status: StoreStatus { state.withLock { $0.status } }
    var calls: [String] { state.withLock { $0.calls } }

    func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
    }

    private func note(_ call: String) throws(StoreError) {
        let error = state.withLock { state in
            state.calls.append(call)
            return state.error
        }
        if let error { throw error }
    }

    func startScrub() async throws(StoreError) {
        try note("startScrub")
        change { $0.status.sets[0].scrub.phase = .running }
    }

    func drainPool(_ number: Int) async throws(StoreError) {
        try note("drainPool \(number)")
        change { $0.status.pools[0].phase = .draining }
    }

    func keepPool(_ number: Int) async throws(StoreError) {
        try note("keepPool \(number)")
        change { $0.status.pools[0].phase = .active }
    }

    func stopScrub() async throws(StoreError) {
        try note("stopScrub")
        change { $0.status.sets[0].scrub.phase = .stopped }
    }

    func damagedObjects(after: DamagedObject?, limit: Int) async throws(StoreError) -> [DamagedObject] {
        try note("damagedObjects")
        let all = state.withLock { $0.damaged }
        let start = after.flatMap { after in all.firstIndex { $0.bucket == after.bucket && $0.key == after.key } }
        return Array(all[(start.map { $0 + 1 } ?? 0)...].prefix(limit))
    }

    func examine(
        report: @escaping @Sendable (HealthFinding) -> Void
    ) async throws(StoreError) -> HealthExamination {
        try note("examine")
        let findings = state.withLock { $0.findings }
        for finding in findings { report(finding) }
        if let gate {
            await gate.pass()
            if Task.isCancelled {
                gate.wasCancelled()
                throw StoreError(.unavailable, "cancelled")
            }
        }
        var examination = HealthExamination()
        examination.findings = findings.count
        examination.objects = 7
        examination.isClean = findings.isEmpty
        return examination
    }
}

/// Where an examination waits until it is let through or cancelled.
final class ExaminationBarrier: Sendable {
    private struct State {
        var waiter: CheckedContinuation<Void, Never>?
        var isOpen = false
        var cancellationWaiter: CheckedContinuation<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func pass() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiter = continuation }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        } onCancel: {
            open()
        }
    }

    func open() {
        state.withLock { state in
            state.isOpen = true
            defer { state.waiter = nil }
            return state.waiter
        }?.resume()
    }

    func wasCancelled() {
        state.withLock { state in
            state.isCancelled = true
            defer { state.cancellationWaiter = nil }
            return state.cancellationWaiter
        }?.resume()
    }

    func untilCancelled() async {
        await withCheckedContinuation { continuation in
            let isCancelled = state.withLock { state in
                if !state.isCancelled { state.cancellationWaiter = continuation }
                return state.isCancelled
            }
            if isCancelled { continuation.resume() }
        }
    }
}
