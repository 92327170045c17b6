import DriveIO
import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport

// Scenarios of drives that are away for long, full, or hang, and of a machine that runs out of descriptors and whose
// clock jumps.

extension Trial {
    /// As many slots as a set can do without and still write, at least one.
    private func spareSlots() -> Set<Int> {
        chooseSlots(1 + choose(shape.setSize - shape.writeFloor))
    }

    /// Holds every key to its content, and says when.
    private func expect(_ store: ErasureStore, _ contents: [String: SeededContent?], _ moment: String) throws {
        for (key, content) in contents.sorted(by: { $0.key < $1.key }) {
            try expect(store, key, oneOf: [content], moment)
        }
    }

    // MARK: 17

    /// 17: drives are away until no log reaches back to them, while objects are trashed, copied and overwritten.
    func awayPastTheEndOfTheLog() throws {
        var store = try create()
        var contents: [String: SeededContent?] = [:]
        let layouts = SimulatedLayout.allCases
        for number in 0..<12 { contents["key\(number)"] = content(layouts[number % layouts.count]) }
        let (before, first) = (contents, store)
        try run {
            for case (let key, let content?) in before { try await put(first, key, content) }
        }
        let away = spareSlots()
        try evict(away, from: store)
        for round in 0..<4 {
            for number in 0..<12 where choose(2) == 0 {
                let (key, other) = ("key\(number)", "key\(choose(12))")
                let serving = store
                switch choose(3) {
                case 0:
                    let new = content(layouts[choose(layouts.count)])
                    try run { try await put(serving, key, new) }
                    contents[key] = new
                case 1:
                    try run { _ = try await serving.delete(bucket, try ObjectKey(key), precondition: .none) }
                    contents[key] = .some(nil)
                default:
                    guard let source = contents[other] ?? nil, key != other else { continue }
                    try run {
                        let object = try await serving.object(bucket, try ObjectKey(other))
                        let target = CopyRequest(bucket: bucket, key: try ObjectKey(key), metadata: nil)
                        _ = try await serving.copy(object, to: target)
                    }
                    contents[key] = source
                }
            }
            // What was trashed is reaped, and the log says nothing of it any more.
            try sleep(milliseconds: 3000)
            let (trimmed, kept) = (store, 1 + choose(3))
            try run { try await trimmed.trimLog(keeping: kept) }
            if round == 1, choose(2) == 0 {
                crash()
                store = try start()
            }
        }
        letIn(away)
        try settle(store)
        try expect(store, contents, "\(away.sorted()) were away")
        // Only then is no batch under way.
        try close(store)
        try audit(isWhole: false)
        // Files of this start that no log names any more are left to the next start's sweep (rule 17).
        crash()
        store = try start()
        try expect(store, contents, "started again after \(away.sorted()) were away")
        try finish(store)
    }

    /// 5: a drive fails in the very batch that says its shards are back: it lacks them, and that is said again, also
    /// when so many fail in that batch that the set has to start anew.
    func failsWhileHealed() throws {
        var store = try create()
        try sleep(milliseconds: 2500)
        let victims = chooseSlots(1)
        try evict(victims, from: store)
        var contents: [String: SeededContent?] = [:]
        for layout in [SimulatedLayout.tiny, .inline, .striped] {
            for number in 0..<(2 * shape.setCount) { contents["\(layout)\(number)"] = content(layout) }
        }
        let (all, serving) = (contents, store)
        try run {
            for (key, content) in all.sorted(by: { $0.key < $1.key }) {
                if let content { try await put(serving, key, content) }
            }
        }
        letIn(victims)
        var healing: Int?
        go(milliseconds: 20_000) {
            healing = store.status.sets.firstIndex {
                $0.members.isSuperset(of: victims) && $0.heal.rebuildableShards > 0
            }
            return healing != nil
        }
        guard let healing else { throw Violation("\(victims.sorted()) did not come back with something to heal") }
        let others = choose(2) == 0 ? [] : chooseSlots(shape.setSize - shape.writeFloor + 1)
        let effects: [InMemoryIndexMedium.WriteFault.Effect] = [.nothing, .written, .durable]
        for drive in drives(victims) { world.index(drive).failNextWrites(.init(.nothing)) }
        for drive in drives(others.subtracting(victims)) {
            world.index(drive).failNextWrites(.init(effects[choose(3)]))
        }
        let isOut = go(milliseconds: 5000) {
            let set = store.status.sets[healing]
            return !set.members.isSuperset(of: victims) || set.service != .serving
        }
        guard isOut else { throw Violation("\(victims.sorted()) healed without a batch") }
        letIn(victims.union(others))
        if choose(2) == 0 {
            go(milliseconds: UInt64(choose(3000))) { choose(500) == 0 }
            crash()
            store = try start()
        }
        try settle(store)
        try expect(store, contents, "\(victims.sorted()) failed while healed, with \(others.sorted())")
        try finish(store)
    }

    // MARK: 23

    /// Where the last byte of a drive is asked for.
    enum FullStep: CaseIterable, Sendable {
        case log, flush, manifest, shard, shardSync, shardName
    }

    /// 23: a drive is full at one of its steps; no batch without the one before it, deletes work, writes resume.
    func driveIsFull(at step: FullStep) throws {
        let old = try withObject(.striped)
        let store = try start()
        try sleep(milliseconds: 2500)
        let victims = spareSlots()
        let (indexFull, driveFull) = (IndexError(.full, "no space"), DriveError(.full, "no space", errorNumber: 28))
        for drive in drives(victims) {
            let (index, files) = (world.index(drive), world.drive(drive))
            switch step {
            case .log: index.failNextWrites(.init(.nothing, indexFull), .init(.nothing, indexFull))
            case .flush: index.failNextWrites(.init(.written, indexFull))
            case .manifest: index.failNextWrites(.init(.durable, indexFull))
            case .shard: files.inject(.init(.append, skip: choose(4), count: 3, error: driveFull))
            case .shardSync: files.inject(.init(.syncFile, error: driveFull))
            case .shardName: files.inject(.init(.name, error: driveFull))
            }
        }
        let new = content(.striped)
        let pending = begin { try await put(store, "key", new) }
        guard go(milliseconds: 5000, until: { pending.isDone }), pending.succeeded else {
            throw Violation("\(step) on \(victims.sorted()): not stored: \(String(describing: pending.result))")
        }
        let more = content(.inline)
        try run {
            try await put(store, "more", more)
            _ = try await store.delete(bucket, try ObjectKey("more"), precondition: .none)
        }
        for drive in drives(victims) {
            world.index(drive).clearWriteFaults()
            world.drive(drive).clearFaults()
        }
        if choose(2) == 0 { try settle(store) } else { go(steps: choose(400)) }
        crash()
        let again = try start()
        try expect(again, "key", oneOf: [new], "\(step) on \(victims.sorted()), over \(old.size) bytes")
        try expect(again, "more", oneOf: [nil], "\(step)")
        try finish(again)
    }

    /// 23: all drives fill up: refused before the file systems are full, reads and deletes work, then writes again.
    func allDrivesFillUp() throws {
        let old = try withObject(.striped)
        let store = try start()
        try sleep(milliseconds: 2500)
        for drive in 0..<shape.driveCount { world.drive(drive).setCapacity(65 << 20) }
        try sleep(milliseconds: 1500)
        let new = content(.striped)
        // Not all at once: within the reserve that is looked at every second.
        var stored: [String] = []
        var refusal: (any Error)?
        for number in 0..<200 where refusal == nil {
            let key = "more\(number)"
            do {
                try run { try await put(store, key, new) }
                stored.append(key)
            } catch {
                refusal = error
            }
            try sleep(milliseconds: 1100)
        }
        guard let refusal = refusal as? StoreError, refusal.code == .storageFull else {
            throw Violation("not refused as full: \(String(describing: refusal)) after \(stored.count)")
        }
        for health in store.status.sets where health.memberCount != health.drives.count {
            throw Violation("a drive was filled until it failed: \(store.status.sets)")
        }
        try expect(store, "key", oneOf: [old], "while full")
        let keys = stored
        try run {
            for key in keys { _ = try await store.delete(bucket, try ObjectKey(key), precondition: .none) }
        }
        for drive in 0..<shape.driveCount { world.drive(drive).setCapacity(1 << 40) }
        try sleep(milliseconds: 2500)
        try run { try await put(store, "key", new) }
        try expect(store, "key", oneOf: [new], "with room again")
        try finish(store)
    }

    // MARK: 25

    /// What a drive is doing when it stops answering.
    enum HangMoment: CaseIterable, Sendable {
        case write, shard, open, read, close
    }

    /// 25: drives hang; the others go on within the limit, and what the hung ones do later harms nothing.
    func driveHangs(during moment: HangMoment) throws {
        let old = try withObject(.striped)
        let victims = spareSlots()
        guard moment != .open else { return try drivesHangAtTheStart(victims, old) }
        let store = try start()
        try sleep(milliseconds: 2500)
        let hung = drives(victims).compactMap { world.executor($0) }
        let new = content(moment == .write ? .inline : .striped)
        var last = old
        if moment == .read || moment == .close {
            for executor in hung { executor.hang() }
            try expect(store, "key", oneOf: [old], "while \(victims.sorted()) hang")
        } else {
            let write = begin { try await put(store, "key", new) }
            go(steps: choose(moment == .write ? 30 : 120))
            for executor in hung { executor.hang() }
            // 5 s for the shard's progress, and those of a commit.
            guard go(milliseconds: 11_000, until: { write.isDone }), write.succeeded else {
                let result = String(describing: write.result)
                throw Violation("\(moment) on \(victims.sorted()): \(result); \(store.status.sets)")
            }
            last = new
            let begun = world.scheduler.uptimeMilliseconds
            let later = content(.tiny)
            try run { try await put(store, "later", later) }
            let waited = world.scheduler.uptimeMilliseconds - begun
            guard waited < 5000 else { throw Violation("a later write waited for \(waited) ms") }
            try expect(store, "key", oneOf: [new], "while \(victims.sorted()) hang")
        }
        guard moment != .close else {
            try close(store)
            crash()
            let again = try start()
            try expect(again, "key", oneOf: [last], "after a stop with a hung drive")
            return try finish(again)
        }
        // They answer late, in any order with what goes on meanwhile.
        for executor in hung { executor.resume() }
        go(steps: choose(50))
        try settle(store)
        try expect(store, "key", oneOf: [last], "after \(victims.sorted()) answered late")
        try finish(store)
    }

    private func drivesHangAtTheStart(_ victims: Set<Int>, _ old: SeededContent) throws {
        let (world, request) = (world, request)
        let opening = begin { try await world.start(request) }
        let limit = world.scheduler.uptimeMilliseconds + 400_000
        var hung: [SimulatedDriveExecutor] = []
        while !opening.isDone, world.scheduler.uptimeMilliseconds < limit, world.scheduler.step() {
            for drive in drives(victims) {
                guard let executor = world.executor(drive), !hung.contains(where: { $0 === executor }) else { continue }
                if hung.count < victims.count * shape.setCount { executor.hang() }
                hung.append(executor)
            }
        }
        guard let store = try? opening.result?.get() else {
            throw Violation("no start while \(victims.sorted()) hang: \(String(describing: opening.result))")
        }
        try expect(store, "key", oneOf: [old], "started while \(victims.sorted()) hang")
        let new = content(.inline)
        try run { try await put(store, "key", new) }
        for executor in hung { executor.resume() }
        try settle(store)
        try expect(store, "key", oneOf: [new], "after \(victims.sorted()) answered late")
        try finish(store)
    }

    // MARK: 26

    /// 26: no descriptors are left for a while: a defined error or none, and no drive is put out for it.
    func descriptorsRunOut(_ layout: SimulatedLayout) throws {
        let old = try withObject(layout)
        let store = try start()
        try sleep(milliseconds: 2500)
        let error = DriveError(.tooManyOpenFiles, "no descriptors", errorNumber: 24)
        for drive in 0..<shape.driveCount {
            for step in [InMemoryDriveMedium.Step.create, .open] {
                world.drive(drive).inject(.init(step, skip: choose(2), count: 1 + choose(3), error: error))
            }
        }
        let new = content(layout)
        var possible: [SeededContent?] = [old]
        for _ in 0..<4 {
            let write = begin { try await put(store, "key", new) }
            let read = begin { try await get(store, "key") }
            guard go(milliseconds: 11_000, until: { write.isDone && read.isDone }) else { throw Violation("no answer") }
            switch write.result {
            case .success: possible = [new]
            case .failure(let error as StoreError):
                guard [.unavailable, .overloaded, .outcomeUnknown].contains(error.code) else {
                    throw Violation("a write failed as \(error.code): \(error.message)")
                }
                if error.code == .outcomeUnknown { possible.append(new) }
            default: throw Violation("a write failed as \(String(describing: write.result))")
            }
            switch read.result {
            case .success(let bytes):
                guard bytes == old.allBytes() || bytes == new.allBytes() else { throw Violation("wrong bytes") }
            case .failure(let error as StoreError) where [.unreadable, .unavailable].contains(error.code): break
            default: throw Violation("a read failed as \(String(describing: read.result))")
            }
        }
        for health in store.status.sets where health.memberCount != health.drives.count {
            throw Violation("put out for want of descriptors: \(health)")
        }
        let missed = store.status.sets.flatMap(\.drives).reduce(0) { $0 + ($1.faults[.descriptors] ?? 0) }
        guard missed > 0 || layout == .tiny || layout == .inline else { throw Violation("nobody was told") }
        for drive in 0..<shape.driveCount { world.drive(drive).clearFaults() }
        try expect(store, "key", oneOf: possible, "with descriptors again")
        try run { try await put(store, "key", new) }
        try expect(store, "key", oneOf: [new], "with descriptors again")
        try finish(store)
    }

    /// 26: the clock jumps back and forth; what is newer is never older, and nothing else notices.
    func clockJumps() throws {
        var store = try create()
        var last = Timestamp(milliseconds: 0)
        var content = content(.tiny)
        for round in 0..<8 {
            let jump = Int64(choose(40) - 20) * 24 * 3600 * 1000 + Int64(choose(2000))
            // So that the jump before is not undone before it is seen.
            try sleep(milliseconds: 1100)
            let known = store.status.clockJumps
            world.moveClock(milliseconds: jump)
            try sleep(milliseconds: 1100)
            guard store.status.clockJumps > known || abs(jump) < 3000 else { throw Violation("nobody was told") }
            content = self.content([.tiny, .inline, .striped][choose(3)])
            let (serving, new) = (store, content)
            let modified = try run {
                try await put(serving, "key", new)
                return try await serving.object(bucket, try ObjectKey("key")).info.modified
            }
            guard modified >= last else { throw Violation("modified at \(modified), before \(last)") }
            last = modified
            if shape.setSize > shape.writeFloor, choose(2) == 0 {
                let out = chooseSlots(1)
                try evict(out, from: store)
                world.moveClock(milliseconds: -jump)
                letIn(out)
                try settle(store)
            }
            if round % 3 == 2 {
                crash()
                store = try start()
            }
            try expect(store, "key", oneOf: [content], "after a jump of \(jump) ms")
        }
        try finish(store)
    }
}
