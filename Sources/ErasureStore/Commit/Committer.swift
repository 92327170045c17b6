import MetadataIndex
import StorageAPI
import Synchronization

/// The one place where a set changes: takes all that wait, evaluates them in order, and writes one batch at a time.
final class Committer: Sendable {
    enum Work: Sendable {
        case mutation(QueuedMutation)
        /// A drive failed outside a batch.
        case evict(DriveFailure)
        case admit(Admission)
        case close
    }

    enum Ending: Sendable {
        case closed
        /// Too few members: rules 7 and 8 decide how to go on.
        case stopped
    }

    /// Takes a drive that has almost caught up back in, at a batch boundary (rule 9).
    struct Admission: Sendable {
        /// Copies the little that is left, and answers with the drive and what the batch says of it.
        let finish: @Sendable (SetView) async -> (drive: SlotDrive, staged: Evaluation.Staged)?
        let admitted: Promise<Bool>
    }

    private let mailbox = Mailbox<Work>()
    private let isAccepting = Mutex(false)
    private let sealed = Atomic(false)

    /// Nothing new comes to the set: mutations that are evaluated from now on are refused if they bring objects.
    var isSealed: Bool {
        get { sealed.load(ordering: .acquiring) }
        set { sealed.store(newValue, ordering: .releasing) }
    }

    /// Commits `mutation` and answers its outcome: durable on every member, visible to every reader that starts now.
    func commit<M: Mutation>(_ mutation: M) async throws(StoreError) -> M.Outcome {
        let promise = Promise<Result<M.Outcome, StoreError>>()
        guard post(.mutation(QueuedMutation(mutation, promise: promise))) else {
            throw StoreError(.unavailable, "the erasure set can not write")
        }
        return try await promise.value().get()
    }

    /// Answers whether somebody will take it.
    @discardableResult
    func post(_ work: Work) -> Bool {
        isAccepting.withLock { isAccepting in
            if isAccepting { mailbox.post(work) }
            return isAccepting
        }
    }

    func open() {
        isAccepting.withLock { $0 = true }
    }

    /// Serves until closed or stopped. `publish` makes a committed state visible before its clients are answered.
    func serve(
        _ writer: inout BatchWriter, clock: any StoreClock, watch: StallWatch, first: () -> SetView?,
        publish: (BatchWriter) -> SetView
    ) async -> Ending {
        // Made here: a caller's reference would keep the first snapshot, and all trash since, for as long as it serves.
        guard var view = first() else {
            refuseAll([])
            return .stopped
        }
        var held: [QueuedMutation] = []
        var ending: Ending?
        while ending == nil {
            var force = false
            var admissions: [Admission] = []
            for work in held.isEmpty ? await mailbox.take() : mailbox.drain() {
                switch work {
                case .mutation(let mutation): held.append(mutation)
                case .evict(let failure):
                    guard writer.members.contains(where: { $0.slot == failure.slot }) else { continue }
                    writer.evicted(failure)
                    writer.remove(slot: failure.slot)
                    force = true
                case .admit(let admission): admissions.append(admission)
                case .close: ending = .closed
                }
            }
            guard writer.members.count >= writer.shape.writeFloor else {
                ending = .stopped
                for admission in admissions { admission.admitted.fulfil(false) }
                break
            }
            let batch = Self.takeBatch(&held)
            if !batch.isEmpty || force {
                let (stopped, settlements) = await commit(
                    batch, force: force, &writer, clock: clock, watch: watch, view: view)
                if stopped { ending = .stopped } else { view = publish(writer) }
                for settle in settlements { settle(nil) }
            }
            for admission in admissions {
                guard ending == nil else {
                    admission.admitted.fulfil(false)
                    continue
                }
                ending = await admit(admission, &writer, view: view)
                if ending == nil { view = publish(writer) }
            }
        }
        refuseAll(held)
        return ending ?? .closed
    }

    /// Evaluates and writes one batch; its clients are answered when it is published.
    private func commit(
        _ mutations: [QueuedMutation], force: Bool, _ writer: inout BatchWriter, clock: any StoreClock,
        watch: StallWatch, view: SetView
    ) async -> (stopped: Bool, settlements: [QueuedMutation.Settlement]) {
        let evaluation = Evaluation(
            id: writer.nextID, view: view, shape: writer.shape, members: writer.members.map(\.slot),
            now: clock.now().milliseconds, mayHaveMissing: !writer.backlog.isEmpty, isSealed: isSealed,
            broken: writer.broken)
        var settlements: [QueuedMutation.Settlement] = []
        for mutation in mutations { settlements.append(await mutation.run(evaluation)) }
        let waiting = settlements
        guard !evaluation.isEmpty || force else {
            return (false, waiting)
        }
        let unknown = StoreError(.outcomeUnknown, "the drives did not answer in time")
        let mailbox = mailbox
        watch.whenStalled {
            for settle in waiting { settle(unknown) }
            for work in mailbox.drain() {
                if case .mutation(let mutation) = work {
                    mutation.abandon(StoreError(.overloaded, "the drives do not answer"))
                } else {
                    mailbox.post(work)
                }
            }
        }
        switch await writer.commit(evaluation.batch, id: evaluation.id) {
        case .committed:
            return (false, waiting)
        case .stopped:
            for settle in waiting { settle(unknown) }
            return (true, [])
        }
    }

    private func admit(_ admission: Admission, _ writer: inout BatchWriter, view: SetView) async -> Ending? {
        guard let (drive, staged) = await admission.finish(view) else {
            admission.admitted.fulfil(false)
            return nil
        }
        let fate = await writer.commit(staged, id: writer.nextID, admitting: drive)
        admission.admitted.fulfil(writer.members.contains { $0.slot == drive.slot })
        return fate == .committed ? nil : .stopped
    }

    /// The first mutations in line, up to a batch's size. A mutation is never split; a larger one goes alone.
    private static func takeBatch(_ held: inout [QueuedMutation]) -> [QueuedMutation] {
        var weight = 0
        let end = held.firstIndex { mutation in
            weight += mutation.weight
            return weight > EngineLimits.batchByteCount
        }
        let count = max(end ?? held.count, min(1, held.count))
        defer { held.removeFirst(count) }
        return Array(held.prefix(count))
    }

    private func refuseAll(_ held: [QueuedMutation]) {
        isAccepting.withLock { $0 = false }
        let error = StoreError(.unavailable, "the erasure set can not write")
        for mutation in held { mutation.abandon(error) }
        for work in mailbox.drain() {
            switch work {
            case .mutation(let mutation): mutation.abandon(error)
            case .admit(let admission): admission.admitted.fulfil(false)
            case .evict, .close: break
            }
        }
    }
}
