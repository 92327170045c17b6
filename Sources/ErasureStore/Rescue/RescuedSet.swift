import DriveIO
import ErasureCoding
import MetadataIndex
package import NIOCore
package import StorageAPI
import Synchronization

/// One erasure set of which some drives are here.
package final class RescuedSet: Sendable {
    package let name: String
    let pool: Int
    /// How many of how many drives are here, and as of when its records are: one sentence.
    package let summary: String
    let drives: [SlotDrive]
    private let remark: @Sendable (String) -> Void
    /// Drives whose indexes are at the chosen batch, equal row by row; those that failed are gone from it.
    private let sources: Mutex<[SlotDrive]>

    /// Nil when no drive's index says anything.
    init?(name: String, pool: Int, drives: [RescuedDrive], remark: @escaping @Sendable (String) -> Void) {
        let judged = drives.compactMap { drive in drive.state.map { (drive.drive, $0) } }
        let candidates = judged.map { drive, state in
            Claim(drive: drive, state: state)
        }
        guard let shape = drives.first?.identity.shape,
            let judgement = RescueJudgement(shape: shape, candidates: candidates)
        else { return nil }
        self.name = name
        self.pool = pool
        self.drives = drives.map(\.drive)
        self.remark = remark
        sources = Mutex(judgement.sources.map { judged[$0].0 })
        // One that was replaced has the shards of its time, and not those written since.
        let counted = drives.filter { !judgement.replaced.contains($0.drive.uuid) }
        let slots = Set(counted.map(\.identity.slot)).count
        summary =
            "\(name): \(slots) of \(shape.driveCount) drives, records as of batch \(judgement.point)"
            + (judgement.assumption == nil ? ", the newest that was acknowledged" : "")
        if let assumption = judgement.assumption { remark("\(name): \(assumption)") }
        for drive in drives where judgement.replaced.contains(drive.drive.uuid) {
            remark("\(drive.drive.drive.path) was replaced by another drive: only its shards are used")
        }
        if slots < shape.dataShards {
            remark("\(name): \(slots) drives are here and \(shape.dataShards) are needed to read everything")
        }
    }

    /// Runs a read on one of the equal indexes, and on the next when that one fails.
    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (any MetadataIndex) throws -> Value
    ) async throws(StoreError) -> Value {
        while let drive = sources.withLock({ $0.first }) {
            do throws(DriveFailure) {
                return try await drive.perform(.background) { try body(drive.index) }
            } catch {
                sources.withLock { $0.removeAll { $0 === drive } }
                remark("\(drive.drive.path): its index can not be read: \(error.reason.text)")
            }
        }
        throw StoreError(.unreadable, "no index of \(name) can be read")
    }

    // MARK: Records

    private static let rowsPerPage = 1000

    func bucketNames() async throws(StoreError) -> [UInt64: String] {
        try await read { index in
            let prefix = DocumentKey.bucket("").bytes
            let cursor = try index.cursor(.documents, from: prefix, to: upperBound(ofPrefix: prefix))
            var names: [UInt64: String] = [:]
            while let row = try cursor.next() {
                let name = String(decoding: row.key.dropFirst(prefix.count), as: UTF8.self)
                names[try BucketRecord(decoding: row.value).id] = name
            }
            return names
        }
    }

    func pools() async throws(StoreError) -> PoolsRecord? {
        try await read { index in
            try index.value(.state, StateKey.pools.bytes).map { try PoolsRecord(decoding: $0) }
        }
    }

    /// Whether the set has an object under the same key that is not on its way.
    func hasObject(_ object: RescuedObject) async throws(StoreError) -> Bool {
        let row = HeadKey(bucket: object.bucket, key: object.info.key.bytes).bytes
        return try await read { index in
            try index.value(.heads, row).map { try !HeadRecord(decoding: $0).isShadow } ?? false
        }
    }

    /// What the set's own counters say: objects, their bytes, and uploads that were not completed.
    package func totals() async throws(StoreError) -> (objects: UInt64, bytes: UInt64, uploads: Int) {
        try await read { index in
            let stored = try UsageRecord(totalOf: index)
            let uploads = try index.cursor(.uploads, from: [], to: nil)
            var count = 0
            while try uploads.next() != nil { count += 1 }
            return (stored.objects, stored.bytes, count)
        }
    }

    /// Some objects in the order of buckets and keys, and where to go on.
    package struct Page: Sendable {
        package var objects: [RescuedObject] = []
        /// Rows that are no records: a sentence for each.
        package var damaged: [String] = []
        /// Nil at the end.
        package var next: [UInt8]?
    }

    func objects(after: [UInt8]?) async throws(StoreError) -> Page {
        try await read { index in
            let cursor = try index.cursor(.heads, from: after.map { $0 + [0] } ?? [], to: nil)
            var page = Page()
            for _ in 0..<Self.rowsPerPage {
                guard let row = try cursor.next() else {
                    page.next = nil
                    break
                }
                page.next = row.key
                do {
                    let key = try HeadKey(parsing: row.key)
                    let head = try HeadRecord(decoding: row.value)
                    page.objects.append(
                        RescuedObject(
                            bucket: key.bucket, info: head.info(key: try ObjectKey(key.key)), head: head))
                } catch {
                    page.damaged.append("the record \(IndexComparison.text(row.key)) is damaged: \(error)")
                }
            }
            return page
        }
    }

    /// Indices of the objects behind whose keys, and a slash, this set has another key.
    func folders(among objects: [RescuedObject]) async -> Set<Int> {
        let prefixes = objects.map { HeadKey(bucket: $0.bucket, key: $0.info.key.bytes + [UInt8(ascii: "/")]).bytes }
        let found = try? await read { index in
            let cursor = try index.cursor(.heads, from: [], to: nil)
            return try prefixes.indices.filter { number in
                try cursor.seek(to: prefixes[number])
                return try cursor.next()?.key.starts(with: prefixes[number]) ?? false
            }
        }
        return Set(found ?? [])
    }

    // MARK: Bytes

    /// The bytes of an object of this set.
    package func content(of object: RescuedObject) async throws(StoreError) -> RescuedContent {
        let reader = RescueReader(drives: drives)
        if let payload = object.head.payload { return RescuedContent(reader: reader, payloads: [payload]) }
        guard let id = object.head.manifest else { return RescuedContent(reader: reader, payloads: []) }
        let row = try await read { index in try index.value(.manifests, id.bytes) }
        guard let row, let manifest = try? ManifestRecord(decoding: row) else {
            throw StoreError(.unreadable, "the part list \(id) is not there or damaged")
        }
        return RescuedContent(reader: reader, payloads: manifest.parts.compactMap(\.payload))
    }
}

/// The bytes of an object, in order, every one verified. One consumer; holds two stripes.
package struct RescuedContent: Sendable {
    private let reader: RescueReader
    private var payloads: ArraySlice<Payload>
    private var current: (stripes: RescueReader.Stripes, next: RescueReader.Begun, number: UInt64)?

    init(reader: RescueReader, payloads: [Payload]) {
        self.reader = reader
        self.payloads = payloads[...]
    }

    /// The next bytes, or nil at the end.
    package mutating func next() async throws(StoreError) -> ByteBuffer? {
        if let (stripes, begun, number) = current {
            current = nil
            if number + 1 < stripes.geometry.stripeCount {
                // Read while the bytes before it are written.
                current = (stripes, reader.begin(number + 1, of: stripes), number + 1)
            }
            return try await reader.finish(begun, of: stripes)
        }
        guard let payload = payloads.popFirst() else { return nil }
        guard payload.isStriped else { return try await reader.small(payload) }
        let stripes = try await reader.stripes(payload)
        current = (stripes, reader.begin(0, of: stripes), 0)
        return try await next()
    }
}
