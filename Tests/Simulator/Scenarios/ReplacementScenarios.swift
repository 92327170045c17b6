import ErasureStore
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport

// Scenario 18: drives that are replaced, wiped, and drives that were replaced and come back.

extension Trial {
    private static let layouts: [SimulatedLayout] = [.empty, .tiny, .inline, .striped]

    /// A store with objects of every layout, several of each and one in parts, cut off when all was quiet.
    private func withObjects() throws -> [String: SeededContent] {
        let store = try create()
        var contents: [String: SeededContent] = [:]
        for layout in Self.layouts {
            for number in 0..<(3 * shape.setCount) { contents["\(layout)\(number)"] = content(layout) }
        }
        let parts = content(.striped)
        contents["parts"] = parts
        let all = contents
        try run {
            for (key, content) in all.sorted(by: { $0.key < $1.key }) where key != "parts" {
                try await put(store, key, content)
            }
            try await putInParts(store, "parts", parts)
        }
        crash()
        return contents
    }

    private func putInParts(_ store: ErasureStore, _ key: String, _ content: SeededContent) async throws {
        let key = try ObjectKey(key)
        let upload = try await store.createUpload(bucket, key, metadata: ObjectMetadata(), checksum: nil)
        let half = content.size / 2
        for (number, range) in [(1, 0..<half), (2, half..<content.size)] {
            let bytes = content.bytes(in: range)
            _ = try await store.putPart(
                PartRequest(
                    bucket: bucket, key: key, upload: upload.id, number: number, length: UInt64(bytes.readableBytes)),
                body: BytesBody(bytes))
        }
        _ = try await store.completeUpload(
            CompleteRequest(bucket: bucket, key: key, upload: upload.id, parts: [1, 2])
        ) { _, _ in ContentSeal(etag: ETag("parts")) }
    }

    private func expectAll(_ store: ErasureStore, _ contents: [String: SeededContent], _ moment: String) throws {
        for (key, content) in contents.sorted(by: { $0.key < $1.key }) {
            try expect(store, key, oneOf: [content], moment)
        }
    }

    /// Lets a store start and go on for a random while, or to the end of what it does by itself.
    private func goOn(milliseconds: Int) throws {
        let (world, request) = (world, request)
        _ = begin { try await world.start(request) }
        if choose(2) == 0 { go(steps: choose(1500)) }
        go(milliseconds: UInt64(choose(milliseconds))) { choose(500) == 0 }
    }

    /// Empty drives in place of up to `m`: taken in and rebuilt, whatever step the power fails at, also when they are
    /// wiped once more in the middle of it. The drives that were taken out are refused when they come back.
    func replacedDrives() throws {
        var contents = try withObjects()
        let lost = chooseSlots(1 + choose(shape.parityShards))
        let old = drives(lost).map { ($0, world.replace($0)) }
        for _ in 0..<5 {
            try goOn(milliseconds: 5000)
            if choose(2) == 0 {
                for drive in drives(lost) where choose(2) == 0 { world.wipe(drive) }
                go(milliseconds: UInt64(choose(4000))) { choose(500) == 0 }
            }
            crash()
        }
        let store = try start()
        try settle(store)
        try expectAll(store, contents, "slots \(lost.sorted()) are replaced")
        let more = content(.inline)
        contents["more"] = more
        try run { try await put(store, "more", more) }
        try settle(store)
        try sleep(milliseconds: 3000)
        try close(store)
        try audit()
        crash()
        try oldDrivesComeBack(old, lost, contents)
    }

    /// Each in place of the drive that replaced it: not a member, not written, and what it knows is not believed.
    private func oldDrivesComeBack(
        _ old: [(Int, SimulatedWorld.Machine)], _ lost: Set<Int>, _ contents: [String: SeededContent]
    ) throws {
        let new = old.map { ($0.0, world.replace($0.0)) }
        for (number, machine) in old { world.insert(machine, at: number) }
        let before = old.map { world.index($0.0).durable }
        let shards = old.map { world.drive($0.0).durableShards }
        let store = try start()
        try sleep(milliseconds: 4000)
        for set in store.status.sets {
            let returned = set.members.intersection(lost)
            guard returned.isEmpty else { throw Violation("replaced drives are members again: \(returned.sorted())") }
        }
        try expectAll(store, contents, "the old drives are back")
        crash()
        for (position, (number, _)) in old.enumerated() {
            let now = world.index(number).durable
            for family in Family.allCases where now[family].all != before[position][family].all {
                throw Violation("a replaced drive was written: \(family)")
            }
            guard world.drive(number).durableShards == shards[position] else {
                throw Violation("shards of a replaced drive were changed")
            }
        }
        for (number, machine) in new { world.insert(machine, at: number) }
        let whole = try start()
        try settle(whole)
        try expectAll(whole, contents, "the new drives are back")
        try sleep(milliseconds: 3000)
        try close(whole)
        try audit()
    }

    /// The drive that was replaced and the one in its place are both here, and another is not: who has the slot is
    /// known from the others.
    func bothClaimTheSlot() throws {
        var contents = try withObjects()
        let victim = choose(shape.setSize)
        let other = (victim + 1 + choose(shape.setSize - 1)) % shape.setSize
        let old = drives([victim]).map { world.replace($0) }
        let store = try start()
        try settle(store)
        let more = content(.striped)
        contents["more"] = more
        try run { try await put(store, "more", more) }
        try sleep(milliseconds: 2000)
        crash()
        let away = zip(drives([other]), old).map { (number, machine) in
            let away = world.replace(number)
            world.insert(machine, at: number)
            return (number, away)
        }
        let both = try start()
        try sleep(milliseconds: 5000)
        try expectAll(both, contents, "slot \(victim) is claimed twice, \(other) is away")
        for set in both.status.sets {
            guard set.members.contains(victim), !set.members.contains(other) else {
                throw Violation("members are \(set.members.sorted()), \(victim) is claimed twice, \(other) is away")
            }
        }
        crash()
        for (number, machine) in away { world.insert(machine, at: number) }
        let whole = try start()
        try expectAll(whole, contents, "slot \(other) is back")
        try settle(whole)
        try sleep(milliseconds: 3000)
        try close(whole)
        try audit()
    }

    /// A new drive gets its identity and its index, and then fails before the index is marked: it is begun again.
    func newDriveIsNotMarked() throws {
        let contents = try withObjects()
        let lost = chooseSlots(1 + choose(shape.parityShards))
        for drive in drives(lost) {
            world.replace(drive)
            world.index(drive).failNextWrites(.init(.nothing))
        }
        let store = try start()
        if choose(2) == 0 {
            go(milliseconds: UInt64(choose(2000))) { choose(500) == 0 }
            crash()
            let again = try start()
            try settle(again)
            return try expectAll(again, contents, "slots \(lost.sorted()) are replaced after a start")
        }
        try settle(store)
        try expectAll(store, contents, "slots \(lost.sorted()) are replaced")
    }

    /// Wiped under a running store: it leaves, is rebuilt and is whole again, while clients go on.
    func wipedWhileServing() throws {
        var contents = try withObjects()
        let store = try start()
        try settle(store)
        for round in 0..<2 {
            for drive in drives(chooseSlots(1)) { world.wipe(drive) }
            let content = content(.striped)
            contents["round\(round)"] = content
            try sleep(milliseconds: UInt64(choose(2500)))
            try run { try await put(store, "round\(round)", content) }
            try expectAll(store, contents, "a drive was wiped")
            try settle(store)
        }
        try expectAll(store, contents, "wiped drives are rebuilt")
        try sleep(milliseconds: 3000)
        try close(store)
        try audit()
    }
}
