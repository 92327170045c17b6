import AdminAPI
import NIOCore
import StorageAPI
import Synchronization

/// Lets one examination in at a time: each reads everything there is.
final class ExaminationGate: Sendable {
    /// Held while the examination runs.
    final class Permit: Sendable {
        private let gate: ExaminationGate

        fileprivate init(_ gate: ExaminationGate) {
            self.gate = gate
        }

        deinit {
            gate.isTaken.store(false, ordering: .releasing)
        }
    }

    private let isTaken = Atomic(false)

    /// Nil while another one has not ended.
    func enter() -> Permit? {
        guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            return nil
        }
        return Permit(self)
    }
}

/// The lines of an examination as it makes them. It begins when the first line is asked for, and is cancelled when
/// nobody takes lines any more.
final class ExaminationStream: ByteStream {
    private let lines = LineQueue()
    private let store: any StoreAdministration
    private let permit: ExaminationGate.Permit
    private let requestID: String
    private let heartbeat: Duration
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(
        store: any StoreAdministration, permit: ExaminationGate.Permit, requestID: String, heartbeat: Duration
    ) {
        self.store = store
        self.permit = permit
        self.requestID = requestID
        self.heartbeat = heartbeat
    }

    deinit {
        work.withLock { $0?.cancel() }
    }

    func next() async throws -> ByteBuffer? {
        begin()
        let bytes = await withTaskCancellationHandler {
            await lines.take()
        } onCancel: {
            lines.close()
        }
        if Task.isCancelled {
            work.withLock { $0?.cancel() }
            throw CancellationError()
        }
        return bytes
    }

    /// A task of its own, because it goes on while the client takes what was found. It holds no reference to the
    /// stream, so that the stream's end is its end.
    private func begin() {
        work.withLock { work in
            guard work == nil else { return }
            work = Task { [store, lines, permit, requestID, heartbeat] in
                await withTaskGroup { group in
                    group.addTask {
                        while (try? await Task.sleep(for: heartbeat)) != nil { lines.addHeartbeat() }
                    }
                    group.addTask { await Self.examine(store, lines, requestID) }
                    await group.next()
                    group.cancelAll()
                }
                withExtendedLifetime(permit) {}
            }
        }
    }

    private static func examine(_ store: any StoreAdministration, _ lines: LineQueue, _ requestID: String) async {
        do throws(StoreError) {
            let examination = try await store.examine { finding in
                lines.add(
                    ExaminationLine(
                        finding: FindingReport(place: finding.place, kind: finding.kind, text: finding.text)))
            }
            lines.finish { unreported in
                ExaminationLine(summary: ExaminationReport(examination, unreported: unreported))
            }
        } catch {
            let error = AdminError(error)
            lines.finish { _ in
                ExaminationLine(
                    error: ErrorReport(code: error.code, message: error.message, requestID: requestID))
            }
        }
    }
}

/// Lines between one that finds and one that sends. Bounded: what a slow client does not take is counted.
final class LineQueue: Sendable {
    private struct State {
        var bytes = ByteBuffer()
        var dropped = 0
        var isFinished = false
        var waiter: CheckedContinuation<Void, Never>?

        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            defer { waiter = nil }
            return waiter
        }
    }

    private static let byteLimit = 1 << 20

    private let state = Mutex(State())

    func add(_ line: ExaminationLine) {
        let bytes = ByteBuffer(json: line)
        change { state in
            if state.bytes.readableBytes + bytes.readableBytes > Self.byteLimit {
                state.dropped += 1
            } else {
                state.bytes.writeImmutableBuffer(bytes)
            }
        }
    }

    /// An empty line, unless another is on its way.
    func addHeartbeat() {
        change { state in
            if state.bytes.readableBytes == 0, !state.isFinished { state.bytes.writeStaticString("\n") }
        }
    }

    /// The last line always has room.
    func finish(_ line: (_ dropped: Int) -> ExaminationLine) {
        let dropped = state.withLock { $0.dropped }
        let bytes = ByteBuffer(json: line(dropped))
        change { state in
            guard !state.isFinished else { return }
            state.bytes.writeImmutableBuffer(bytes)
            state.isFinished = true
        }
    }

    /// Nobody takes any more.
    func close() {
        change { $0.isFinished = true }
    }

    /// What is there, or nil after the last line. By one task.
    func take() async -> ByteBuffer? {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.bytes.readableBytes > 0 || state.isFinished { return true }
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
        return state.withLock { state in
            guard state.bytes.readableBytes > 0 else { return nil }
            defer { state.bytes = ByteBuffer() }
            return state.bytes
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            body(&state)
            return state.bytes.readableBytes > 0 || state.isFinished ? state.takeWaiter() : nil
        }
        waiter?.resume()
    }
}
