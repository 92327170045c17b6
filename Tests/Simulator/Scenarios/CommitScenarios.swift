import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport

// Scenarios of the commit: what becomes of a batch that reached some drives. Each throws what it found wrong.

extension Trial {
    /// A store that was started, given an object of the layout, and cut off when all was quiet.
    func withObject(_ layout: SimulatedLayout) throws -> SeededContent {
        let store = try create()
        let content = content(layout)
        try run { try await put(store, "key", content) }
        try audit(isWhole: false)
        crash()
        return content
    }

    /// The set on whose drives the object's record is.
    private func home(of key: String) throws -> Int {
        let holders = (0..<shape.driveCount).filter { number in
            world.index(number).durable[.heads].all.contains { row in
                (try? HeadKey(parsing: row.key))?.key == Array(key.utf8)
            }
        }
        guard let holder = holders.first else { throw Violation("no drive has \(key)") }
        return holder / shape.setSize
    }

    /// Begins an overwrite, cuts the power when exactly these slots have its batch, and answers whether it was
    /// acknowledged.
    func overwrite(_ content: SeededContent, reaching slots: Set<Int>, after: Int = 0) throws -> Bool {
        let store = try start()
        try sleep(milliseconds: 2500)
        let home = try home(of: "key")
        let reached = slots.map { home * shape.setSize + $0 }
        for drive in drives(except: slots) { world.executor(drive)?.holdCommits() }
        let before = reached.map { world.index($0).writeCount }
        let pending = begin { try await put(store, "key", content) }
        go { zip(reached, before).allSatisfy { world.index($0).writeCount > $1 } }
        // Whatever a build does when it takes this for enough, it does now.
        go(milliseconds: 600) { pending.isDone }
        go(steps: after)
        crash()
        return pending.succeeded
    }

    /// Everything that may be lost, up to `m` drives: all for small sets, some at random for large ones.
    func losses(atMost limit: Int = 6) -> [Set<Int>] {
        let m = shape.parityShards
        let all = (0..<(1 << shape.setSize)).lazy.filter { $0.nonzeroBitCount == m }
            .map { bits in Set((0..<shape.setSize).filter { bits & (1 << $0) != 0 }) }
        guard shape.setSize > 4 else { return [[]] + (m == 0 ? [] : Array(all)) }
        return [[]] + (0..<limit).map { _ in chooseSlots(m) }
    }

    /// Starts without these drives, then with all, and holds what is found against what may be there.
    func expectAfterLoss(
        of lost: Set<Int>, _ key: String = "key", oneOf states: [SeededContent?], _ moment: String
    ) throws {
        let trial = try fork(UInt64(choose(1 << 30)))
        let store = try trial.start(without: lost)
        let isReadOnly = trial.shape.setSize - lost.count < trial.shape.writeFloor
        let seen = try trial.expect(store, key, oneOf: states, "\(moment), lost \(lost.sorted())")
        trial.crash()
        let whole = try trial.start()
        // A read-only start may show what was never answered and is undone later.
        try trial.expect(whole, key, oneOf: isReadOnly ? states : [seen], "\(moment), after \(lost.sorted()) returned")
        guard lost.isEmpty else { return }
        try trial.settle(whole)
        try trial.sleep(milliseconds: 3000)
        try trial.close(whole)
        try trial.audit()
    }

    /// 1: an overwrite that reached any number of drives leaves the old or the new object, whole.
    func overwriteIsCutAnywhere(_ layout: SimulatedLayout) throws {
        let old = try withObject(layout)
        let edges = [0, 1, shape.dataShards - 1, shape.dataShards, shape.writeFloor, shape.setSize - 1, shape.setSize]
        for count in shape.setSize <= 6 ? Array(0...shape.setSize) : Set(edges).sorted() {
            let trial = try fork(UInt64(count))
            let new = trial.content(layout)
            let acknowledged = try trial.overwrite(new, reaching: trial.chooseSlots(count), after: trial.choose(40))
            for lost in trial.losses(atMost: 1) {
                try trial.expectAfterLoss(
                    of: lost, oneOf: acknowledged ? [new] : [old, new], "\(layout) cut after \(count) drives")
            }
        }
    }

    /// 2: a batch on fewer than `k` drives, some of which die, is gone, and its predecessor is whole.
    func tooFewDrivesHaveTheBatch(_ layout: SimulatedLayout) throws {
        let old = try withObject(layout)
        let holders = chooseSlots(shape.dataShards - 1)
        let trial = try fork(2)
        let acknowledged = try trial.overwrite(trial.content(layout), reaching: holders)
        guard !acknowledged else { throw Violation("acknowledged on \(holders.count) drives") }
        let dead = trial.chooseSlots(shape.parityShards, of: holders.sorted())
        try trial.expectAfterLoss(of: dead, oneOf: [old], "\(layout) on \(holders.sorted())")
    }

    /// 3: whatever is acknowledged survives the loss of any `m` drives at that moment.
    func acknowledgedAndAtOnceLost(_ layout: SimulatedLayout) throws {
        let old = try withObject(layout)
        let trial = try fork(3)
        let new = trial.content(layout)
        // As many are slow as may be lost: who does not wait for them has nothing left.
        let slow = trial.chooseSlots(shape.parityShards)
        let store = try trial.start()
        try trial.sleep(milliseconds: 2500)
        for drive in trial.drives(slow) { trial.world.executor(drive)?.holdCommits() }
        let pending = trial.begin { try await trial.put(store, "key", new) }
        if !trial.go(milliseconds: 600, until: { pending.isDone }) {
            for drive in trial.drives(slow) { trial.world.executor(drive)?.releaseCommits() }
            trial.go(milliseconds: 5000) { pending.isDone }
        }
        trial.crash()
        guard pending.succeeded else { throw Violation("not acknowledged: \(String(describing: pending.result))") }
        var losses = trial.losses(atMost: 4)
        let fast = Set(0..<shape.setSize).subtracting(slow)
        losses.append(trial.chooseSlots(shape.parityShards, of: fast.sorted()))
        for lost in losses {
            try trial.expectAfterLoss(of: lost, oneOf: [new], "\(layout) acknowledged over \(old.size) bytes")
        }
    }

    /// 4: drives fail one after the other while a batch is written; the answer comes when the rest have said so.
    func evictionChain(_ layout: SimulatedLayout) throws {
        let old = try withObject(layout)
        let spare = shape.setSize - shape.writeFloor
        for (number, extra) in [0, 0, 1].enumerated() {
            let trial = try fork(UInt64(10 + number))
            let new = trial.content(layout)
            let store = try trial.start()
            try trial.sleep(milliseconds: 2500)
            let victims = Array(trial.chooseSlots(spare + extra).shuffledSlots(trial))
            let effects: [InMemoryIndexMedium.WriteFault.Effect] = [.nothing, .written, .durable]
            let pending = trial.begin { try await trial.put(store, "key", new) }
            for victim in victims {
                for drive in trial.drives([victim]) {
                    trial.world.index(drive).failNextWrites(.init(effects[trial.choose(3)]))
                }
                // Out at once, or only when another batch has begun.
                trial.go(steps: trial.choose(60))
                if trial.choose(6) == 0 { break }
            }
            if trial.choose(3) > 0 { trial.go(milliseconds: 3000) { pending.isDone } }
            if pending.succeeded { try trial.expectAnsweredOnItsMembers() }
            trial.crash()
            for drive in 0..<shape.driveCount { trial.world.index(drive).clearWriteFaults() }
            let after = try trial.start()
            try trial.expect(
                after, "key", oneOf: pending.succeeded ? [new] : [old, new], "\(layout) evicting \(victims)")
            try trial.settle(after)
            try trial.sleep(milliseconds: 3000)
            try trial.close(after)
            try trial.audit()
        }
    }

    /// In each set the batch that wrote the newest object, or one behind it, is durable on every drive that it names,
    /// and those are enough. A batch behind that one may still be under way.
    func expectAnsweredOnItsMembers() throws {
        for set in 0..<shape.setCount {
            let logs = try (0..<shape.setSize).map { slot in
                try world.index(set * shape.setSize + slot).durable[.changes].all.map {
                    try ChangeRecord(decoding: $0.value)
                }
            }
            let held = logs.map { Set($0.map(\.id)) }
            let all = logs.flatMap { $0 }
            let wrote = all.filter { $0.touched.contains { $0.family == Family.heads.rawValue } }
            guard let answered = wrote.map(\.id).max(by: { $0.precedes($1) }) else { continue }
            let complete = all.contains { change in
                !change.id.precedes(answered) && change.members.count >= shape.writeFloor
                    && change.members.allSatisfy { held[Int($0.slot)].contains(change.id) }
            }
            guard complete else { throw Violation("answered, and no batch with it is on all its members") }
        }
    }

    /// 5: a write that failed and reached the disk all the same; the drive comes back and is equal.
    func failedWriteReachedTheDisk(_ layout: SimulatedLayout) throws {
        _ = try withObject(layout)
        let trial = try fork(5)
        let store = try trial.start()
        try trial.sleep(milliseconds: 2500)
        let victims = trial.chooseSlots(max(1, shape.setSize - shape.writeFloor))
        for (number, slot) in victims.enumerated() {
            for drive in trial.drives([slot]) {
                trial.world.index(drive).failNextWrites(.init(number % 2 == 0 ? .durable : .written))
            }
        }
        let new = trial.content(layout)
        let pending = trial.begin { try await trial.put(store, "key", new) }
        trial.go(milliseconds: 6000) { pending.isDone }
        try trial.settle(store)
        let last = trial.content(layout)
        try trial.run { try await trial.put(store, "key", last) }
        try trial.expect(store, "key", oneOf: [last], "\(layout) after the drives came back")
        try trial.sleep(milliseconds: 3000)
        try trial.audit(store)
    }

    /// A drive that fell back while it served takes no later batch: its index never has a gap.
    func driveFallsBackWhileServing() throws {
        _ = try withObject(.tiny)
        let trial = try fork(6)
        let store = try trial.start()
        try trial.sleep(milliseconds: 2500)
        let victim = trial.choose(shape.setSize)
        let before = trial.drives([victim]).map { trial.world.index($0).durable }
        let (first, second) = (trial.content(.tiny), trial.content(.inline))
        let keys = (0..<8).map { "key\($0)" }
        try trial.run { for key in keys { try await trial.put(store, key, first) } }
        for (drive, contents) in zip(trial.drives([victim]), before) {
            trial.world.index(drive).replaceContents(contents)
        }
        try trial.run { for key in keys.dropFirst(4) { try await trial.put(store, key, second) } }
        try trial.settle(store)
        try trial.audit(store, isWhole: false)
        for (number, key) in keys.enumerated() {
            try trial.expect(store, key, oneOf: [number < 4 ? first : second], "a drive fell back")
        }
    }

    /// 15: a tiny write that any `k` drives have is kept, and one of them has a copy.
    func tinyCopyOnEverySubset() throws {
        _ = try withObject(.tiny)
        let subsets: [Set<Int>]
        if shape.setSize <= 6 {
            subsets = (0..<(1 << shape.setSize)).filter { $0.nonzeroBitCount >= shape.dataShards }
                .map { bits in Set((0..<shape.setSize).filter { bits & (1 << $0) != 0 }) }
        } else {
            subsets = (0..<10).map { _ in
                chooseSlots(shape.dataShards + choose(shape.parityShards + 1))
            }
        }
        for (number, subset) in subsets.enumerated() {
            let trial = try fork(UInt64(100 + number))
            let new = trial.content(.tiny)
            _ = try trial.overwrite(new, reaching: subset)
            // Only those that have it are left.
            let alone = try trial.fork(1)
            let store = try alone.start(without: Set(0..<shape.setSize).subtracting(subset))
            try alone.expect(store, "key", oneOf: [new], "only \(subset.sorted()) have it")
        }
    }
}

extension Set<Int> {
    fileprivate func shuffledSlots(_ trial: Trial) -> [Int] {
        var rest = sorted()
        var order: [Int] = []
        while !rest.isEmpty { order.append(rest.remove(at: trial.choose(rest.count))) }
        return order
    }
}
