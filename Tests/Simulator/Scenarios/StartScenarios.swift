import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport

// Scenarios of the start: which drives are here, what they hold, and what becomes of it.

extension Trial {
    /// Puts these slots out of their sets and keeps them out.
    func evict(_ slots: Set<Int>, from store: ErasureStore) throws {
        for drive in drives(slots) { world.index(drive).failOpening(IndexError(.inputOutput, "kept out")) }
        for drive in drives(slots) { world.index(drive).failNextWrites(.init(.nothing)) }
        // A batch in every set: an object of its own for each.
        let keys = (0..<(16 * shape.setCount)).map { "evict\($0)" }
        let content = content(.tiny)
        try run { for key in keys { try? await put(store, key, content) } }
    }

    func letIn(_ slots: Set<Int>) {
        for drive in drives(slots) {
            world.index(drive).failOpening(nil)
            world.index(drive).clearWriteFaults()
        }
    }

    /// 6: one drive alone has the newest batch; the others go on without it; it comes back and its tail is reverted.
    func loneNewestBatch() throws {
        let old = try withObject(.inline)
        let lone = choose(shape.setSize)
        guard try !overwrite(content(.inline), reaching: [lone]) else { throw Violation("acknowledged by one drive") }
        let without = try start(without: [lone])
        try expect(without, "key", oneOf: [old], "without the lone drive")
        let newer = content(.striped)
        try run {
            try await put(without, "key", newer)
            try await put(without, "other", old)
        }
        try sleep(milliseconds: 1000)
        crash()
        let whole = try start()
        try expect(whole, "key", oneOf: [newer], "with the lone drive back")
        try finish(whole)
    }

    /// 7: start after start with random drives, each cut at any step; nothing diverges.
    func randomStarts() throws {
        var possible: [SeededContent?] = [try withObject(.inline)]
        for round in 0..<12 {
            let lost = choose(3) == 0 ? [] : chooseSlots(choose(shape.setSize))
            let present = drives(except: lost)
            let (world, request) = (world, request)
            let opening = begin { try await world.start(request, present: present) }
            go(steps: choose(600))
            guard let store = try? opening.result?.get() else {
                crash()
                continue
            }
            if let found = try? run({ try await get(store, "key") }) {
                guard let seen = possible.last(where: { $0?.allBytes() == found }) else {
                    throw Violation("round \(round) without \(lost.sorted()): wrong bytes, not \(possible)")
                }
                if store.status.sets[0].service == .serving, shape.setCount == 1 { possible = [seen] }
            }
            let content = content([.tiny, .inline, .striped][choose(3)])
            let pending = begin { try await put(store, "key", content) }
            go(milliseconds: 300) { pending.isDone && choose(4) == 0 }
            switch pending.result {
            case .success: possible = [content]
            case .failure(let error as StoreError) where error.code != .outcomeUnknown: break
            default: possible.append(content)
            }
            go(steps: choose(100))
            crash()
        }
        let store = try start()
        try expect(store, "key", oneOf: possible, "at the end")
        try finish(store)
    }

    /// 8: newest drives missing by at most `m`: serves; by more: refuses, writes nothing and names them.
    func newestDrivesMissing(outCount: Int, lostCount: Int) throws {
        _ = try withObject(.inline)
        let store = try start()
        try sleep(milliseconds: 2500)
        let out = chooseSlots(outCount)
        try evict(out, from: store)
        let new = content(.inline)
        try run { try await put(store, "key", new) }
        crash()
        letIn(out)
        let members = (0..<shape.setSize).filter { !out.contains($0) }
        let lost = chooseSlots(lostCount, of: members)
        let alone = try fork(8)
        let found = try alone.start(without: lost)
        if outCount + lostCount <= shape.parityShards {
            try alone.expect(found, "key", oneOf: [new], "\(out.sorted()) out, \(lost.sorted()) lost")
        } else {
            try alone.expectRefusal(found, without: lost)
        }
        alone.crash()
        let whole = try alone.start()
        try alone.expect(whole, "key", oneOf: [new], "all are back")
        try alone.finish(whole)
    }

    /// Nothing is served and nothing changes, and the reason names what to bring back.
    private func expectRefusal(_ store: ErasureStore, without lost: Set<Int>) throws {
        let before = drives(except: lost).map { world.index($0).durable }
        for health in store.status.sets where health.service != .stopped {
            throw Violation("\(health.name) serves without \(lost.sorted()): \(health.service)")
        }
        for health in store.status.sets {
            for slot in lost where !health.reason.contains("slot \(slot)") {
                throw Violation("slot \(slot) is not named: \(health.reason)")
            }
        }
        try sleep(milliseconds: 6000)
        for (drive, old) in zip(drives(except: lost), before) {
            let now = world.index(drive).durable
            for family in Family.allCases where now[family].all != old[family].all {
                throw Violation("a refused start changed \(family) of drive \(drive)")
            }
        }
    }

    /// 9: a batch that all present members hold and fewer than `k`: no write, and it is kept when the drives return.
    func undecidedBatch() throws {
        let old = try withObject(.inline)
        let acknowledged = choose(2) == 0
        let present = chooseSlots(shape.readFloor)
        let new = content(.inline)
        let answered = try overwrite(new, reaching: acknowledged ? Set(0..<shape.setSize) : present)
        guard answered == acknowledged else { throw Violation("acknowledged: \(answered)") }
        let lost = Set(0..<shape.setSize).subtracting(present)
        let store = try start(without: lost)
        try expectRefusal(store, without: lost)
        crash()
        let whole = try start()
        try expect(whole, "key", oneOf: acknowledged ? [new] : [old, new], "all are back")
        try finish(whole)
    }

    /// 10: one drive's index fell back while it was off: noticed, counted, caught up.
    func rolledBackDrive() throws {
        let old = try withObject(.inline)
        let victim = choose(shape.setSize)
        let before = drives([victim]).map { world.index($0).durable }
        let store = try start()
        let new = content(.inline)
        try run {
            for number in 0..<(8 * shape.setCount) { try await put(store, "more\(number)", old) }
            try await put(store, "key", new)
        }
        try sleep(milliseconds: 3000)
        crash()
        for (drive, contents) in zip(drives([victim]), before) { world.index(drive).replaceContents(contents) }
        let again = try start()
        for health in again.status.sets where health.corruptionFound == 0 {
            throw Violation("\(health.name): a rollback was not counted")
        }
        try expect(again, "key", oneOf: [new], "slot \(victim) fell back")
        try finish(again)
    }

    /// 11: either drive of a mirror alone reads and does not write, however often they take turns.
    func lonelyMirror() throws {
        let content = try withObject(.tiny)
        for round in 0..<4 {
            let lost = (round + choose(2)) % 2
            let store = try start(without: [lost])
            try expect(store, "key", oneOf: [content], "round \(round), slot \(lost) lost")
            let refused = try run { () -> Bool in
                do {
                    try await put(store, "key", content)
                    return false
                } catch { return true }
            }
            guard refused else { throw Violation("one drive of two was written") }
            crash()
        }
        let whole = try start()
        try expect(whole, "key", oneOf: [content], "both are back")
        try run { try await put(whole, "key", content) }
        try finish(whole)
    }

    /// 13: a reader polls while a commit goes on and is cut at any point; what it saw, also 404 and 412, stays.
    func readerDuringCommit() throws {
        let old = try withObject(.inline)
        for number in 0..<8 {
            let trial = try fork(UInt64(300 + number))
            let new: SeededContent? = number % 2 == 0 ? trial.content(.tiny) : nil
            let store = try trial.start()
            try trial.sleep(milliseconds: 2500)
            for drive in trial.drives(trial.chooseSlots(1 + trial.choose(shape.setSize))) {
                trial.world.executor(drive)?.setLatency(milliseconds: 0...40)
            }
            let write = trial.begin {
                if let new { return try await trial.put(store, "key", new) }
                try await store.delete(trial.bucket, try ObjectKey("key"), precondition: .none)
            }
            var last: SeededContent? = old
            trial.go(steps: trial.choose(10))
            for _ in 0..<(1 + trial.choose(40)) {
                let poll = trial.begin { try await trial.get(store, "key") }
                trial.go(milliseconds: 60) { poll.isDone }
                guard case .success(let bytes)? = poll.result else { continue }
                if bytes == new?.allBytes() { last = new }
                guard bytes == last?.allBytes() else { throw Violation("a reader saw an older state again") }
                trial.go(steps: trial.choose(6))
            }
            trial.crash()
            let possible = write.succeeded || last == new ? [new] : [old, new]
            let lost = trial.chooseSlots(trial.choose(shape.parityShards + 1))
            let after = try trial.start(without: lost)
            try trial.expect(after, "key", oneOf: possible, "a reader saw \(String(describing: last))")
        }
    }

    /// 16: crash at any step of a catch-up, with batches on both sides that the other lacks.
    func crashInCatchUp() throws {
        let old = try withObject(.inline)
        let spare = shape.setSize - shape.writeFloor
        let victims = chooseSlots(max(1, choose(spare + 1)))
        // A tail of their own that nobody else has.
        guard try !overwrite(content(.striped), reaching: victims) else { throw Violation("acknowledged by few") }
        let store = try start(without: victims)
        let new = content(.striped)
        try run {
            for number in 0..<6 { try await put(store, "more\(number)", old) }
            try await put(store, "key", new)
            try await store.delete(bucket, try ObjectKey("more3"), precondition: .none)
        }
        crash()
        let rehearsal = try fork(16)
        let before = rehearsal.world.scheduler.stepCount
        _ = try rehearsal.start()
        let length = rehearsal.world.scheduler.stepCount - before
        for round in 0..<8 {
            // Others may be away meanwhile: the point to catch up to changes.
            let lost = choose(3) == 0 ? chooseSlots(choose(spare + 1)) : []
            let present = drives(except: lost)
            let (world, request) = (world, request)
            let opening = begin { try await world.start(request, present: present) }
            go(steps: choose(length + 50))
            if let store = try? opening.result?.get(), choose(2) == 0 {
                let content = content(.inline)
                let pending = begin { try await put(store, "round\(round)", content) }
                go(milliseconds: 200) { pending.isDone || choose(40) == 0 }
            }
            crash()
        }
        let whole = try start()
        try expect(whole, "key", oneOf: [new], "after crashes in the catch-up of \(victims.sorted())")
        try expect(whole, "more3", oneOf: [nil], "after crashes in the catch-up")
        try finish(whole)
    }

    /// 19: the first start is cut anywhere; the next one completes it.
    func formatIsCut() throws {
        for _ in 0..<3 {
            let (world, request) = (world, request)
            _ = begin { try await world.start(request) }
            go(steps: choose(40 * shape.driveCount))
            crash()
        }
        let store = try create()
        let content = content(.inline)
        try run { try await put(store, "key", content) }
        try expect(store, "key", oneOf: [content], "after a format that was cut")
        // Also a drive whose mark came late may leave and come back.
        if shape.setSize > shape.writeFloor {
            let last = Set([shape.setSize - 1])
            try evict(last, from: store)
            letIn(last)
        }
        try finish(store)
    }
}
