import DriveIO
import ErasureCoding
import ErasureStore
import MetadataIndex
import SimulatedDrives
import StorageAPI

/// Counts anew, from what is on the drives of one set, everything that the records say: invariants I4, I5 and I6.
struct Recount {
    /// Not compared: rows that are a drive's own.
    private static let ownState = [StateKey.identity.bytes, StateKey.syncing.bytes]

    let world: SimulatedWorld
    /// The drives that are members, by slot.
    let members: [Int: Int]
    private let first: InMemoryIndexMedium.Contents

    private var payloads: [DataID: Payload] = [:]
    private var references: [DataID: UInt64] = [:]
    private var trashed: Set<DataID> = []
    private var usage: [UInt64: UsageRecord] = [:]
    private var shadows: Set<[UInt8]> = []

    init(world: SimulatedWorld, members: [Int: Int]) throws {
        self.world = world
        self.members = members
        guard let some = members.values.min() else { throw Violation("no members to audit") }
        first = world.index(some).durable
        try read()
    }

    /// - Parameter isWhole: nothing is missing, and nothing is there that no record names.
    func check(isWhole: Bool) throws {
        try checkEqual()
        try checkCounters()
        for (slot, drive) in members.sorted(by: { $0.key < $1.key }) {
            try checkShards(slot: slot, drive: drive, isWhole: isWhole)
        }
        guard isWhole else { return }
        guard first[.missing].count == 0 else { throw Violation("I5: \(first[.missing].count) rows are in missing") }
    }

    // MARK: What the records say

    private mutating func read() throws {
        for row in first[.heads].all {
            let head = try HeadRecord(decoding: row.value)
            let bucket = try HeadKey(parsing: row.key).bucket
            if head.isShadow {
                shadows.insert(row.key)
                usage[bucket, default: UsageRecord()].shadows += 1
            } else {
                usage[bucket, default: UsageRecord()].objects += 1
                usage[bucket, default: UsageRecord()].bytes += head.size
            }
            if let payload = head.payload { name(payload) }
            if let manifest = head.manifest { references[manifest, default: 0] += 1 }
        }
        for row in first[.parts].all {
            if let payload = try PartRecord(decoding: row.value).payload { name(payload) }
        }
        for row in first[.trash].all {
            let trash = try TrashRecord(decoding: row.value)
            trashed.formUnion(trash.payloads.map(\.id))
            if let manifest = trash.manifest { trashed.insert(manifest) }
        }
        for row in first[.manifests].all {
            let id = try DataID(parsing: ArraySlice(row.key))
            guard !trashed.contains(id) else { continue }
            guard references[id] != nil else { throw Violation("I6: part list \(id) is named by nothing") }
            for case let payload? in try ManifestRecord(decoding: row.value).parts.map(\.payload) { name(payload) }
        }
    }

    private mutating func name(_ payload: Payload) {
        payloads[payload.id] = payload
        references[payload.id, default: 0] += 1
    }

    // MARK: Invariants

    /// I4.
    private func checkEqual() throws {
        for (slot, drive) in members {
            let contents = world.index(drive).durable
            for family in Family.allCases where family != .payloads {
                let mine = contents[family].all.filter { !Self.ownState.contains($0.key) }
                let theirs = first[family].all.filter { !Self.ownState.contains($0.key) }
                if mine != theirs { throw Violation("I4: the member in slot \(slot) differs in \(family)") }
            }
            if contents[.state].value(StateKey.syncing.bytes) != nil {
                throw Violation("the member in slot \(slot) is still marked")
            }
        }
    }

    /// I6.
    private func checkCounters() throws {
        var recorded: [DataID: UInt64] = [:]
        for row in first[.refs].all {
            recorded[try DataID(parsing: ArraySlice(row.key))] = try ReferencesRecord(decoding: row.value).count
        }
        guard recorded == references else {
            throw Violation("I6: \(recorded.count) reference counts, \(references.count) things are named")
        }
        let both = trashed.intersection(references.keys)
        guard both.isEmpty else { throw Violation("I6: \(both.count) things are named and in the trash") }
        var counted: [UInt64: UsageRecord] = [:]
        var marks: Set<[UInt8]> = []
        for row in first[.state].all {
            switch try? StateKey(parsing: row.key) {
            case .usage(let bucket): counted[bucket] = try UsageRecord(decoding: row.value)
            case .shadow(let key): marks.insert(key.bytes)
            default: break
            }
        }
        for bucket in Set(counted.keys).union(usage.keys) {
            let (found, said) = (usage[bucket] ?? UsageRecord(), counted[bucket] ?? UsageRecord())
            guard found == said else {
                throw Violation("I6: usage says \(said), a recount \(found)")
            }
        }
        guard marks == shadows else { throw Violation("\(shadows.count) shadows, \(marks.count) marks of them") }
    }

    /// I5, and that nothing is kept for nothing.
    private func checkShards(slot: Int, drive: Int, isWhole: Bool) throws {
        let contents = world.index(drive).durable
        let files = world.drive(drive).durableShards
        for payload in payloads.values where payload.slots.contains(slot) {
            let row = first[.missing].value(MissingKey(slot: UInt16(slot), id: payload.id).bytes)
            let isThere = isPresent(payload, slot: slot, contents, files)
            if !isThere, row == nil { throw Violation("I5: slot \(slot) lacks \(payload.id) and nothing says so") }
            if isThere, row != nil, isWhole { throw Violation("I5: slot \(slot) has \(payload.id), called missing") }
        }
        for row in contents[.payloads].all {
            let id = try DataID(parsing: ArraySlice(row.key))
            if payloads[id] == nil, !trashed.contains(id) { throw Violation("slot \(slot) keeps a row of \(id)") }
        }
        guard isWhole else { return }
        for name in files.keys {
            guard let id = DataID(text: name.text) else { throw Violation("slot \(slot) has a file \(name)") }
            if payloads[id] == nil, !trashed.contains(id) { throw Violation("slot \(slot) keeps a file of \(id)") }
        }
    }

    private func isPresent(
        _ payload: Payload, slot: Int, _ contents: InMemoryIndexMedium.Contents, _ files: [ShardName: [UInt8]]
    ) -> Bool {
        guard case .striped(let k, let m, _, let unit) = payload.layout else {
            guard let value = contents[.payloads].value(payload.id.bytes) else { return false }
            return payload.wholeRecord(value, slot: slot) != nil
        }
        let geometry = StripeGeometry(
            payloadByteCount: payload.size, dataShards: k, parityShards: m, unitByteCount: unit)
        let expected = ShardFormat(unitByteCount: unit).fileByteCount(geometry.shardByteCount)
        return files[ShardName(payload.id.text)]?.count == Int(expected)
    }
}

extension SetStatus {
    /// Slots whose drives are members.
    var members: Set<Int> { Set(drives.filter { $0.state == .member }.map(\.slot)) }
}

extension SimulatedWorld {
    /// A slot of a set.
    struct Place: Hashable, Sendable {
        let set: Int
        let slot: Int
    }

    /// Which drive is where. An empty drive takes whatever slot is free: only its identity says.
    func places() throws -> [Place: Int] {
        var places: [Place: Int] = [:]
        for number in 0..<driveCount {
            guard let bytes = drive(number).durableIdentity else { continue }
            let identity = try DriveIdentity(decoding: bytes)
            places[Place(set: identity.pool * identity.setCount + identity.set, slot: identity.slot)] = number
        }
        return places
    }
}

extension Recount {
    /// Checks I4 to I6 on every set.
    ///
    /// - Parameters:
    ///   - store: says who is a member; nil: everybody is.
    ///   - isWhole: nothing may be missing or left over.
    static func audit(
        _ world: SimulatedWorld, shape: SimulatedShape, _ store: ErasureStore? = nil, isWhole: Bool = true
    ) throws {
        let places = try world.places()
        for set in 0..<shape.setCount {
            let slots = store.map { $0.status.sets[set].members } ?? Set(0..<shape.setSize)
            let members = Dictionary(
                uniqueKeysWithValues: slots.compactMap { slot in
                    places[.init(set: set, slot: slot)].map { (slot, $0) }
                })
            guard members.count == slots.count else { throw Violation("a member of set \(set) is nowhere") }
            try Recount(world: world, members: members).check(isWhole: isWhole)
        }
    }
}

extension Trial {
    func audit(_ store: ErasureStore? = nil, isWhole: Bool = true) throws {
        try Recount.audit(world, shape: shape, store, isWhole: isWhole)
    }
}
