import DriveIO
import ErasureCoding
import MetadataIndex
import NIOCore
import SimulatedDrives
import StorageAPI
import StorageTestSupport
import Synchronization

@testable import ErasureStore
@testable import Simulator

// What the tests of scrubs have in common.

extension Trial {
    static let scrubKeys = ["tiny", "inline", "striped", "long", "copy", "parts", "empty"]

    /// An object of each kind, a copy and one that was uploaded in parts.
    func fill(_ store: ErasureStore) throws -> [String: SeededContent] {
        let contents = [
            "tiny": content(.tiny), "inline": content(.inline), "striped": content(.striped),
            "long": SeededContent(seed: seed, size: 500_000), "empty": content(.empty),
        ]
        try run {
            for (key, content) in contents.sorted(by: { $0.key < $1.key }) { try await put(store, key, content) }
            let source = try await store.object(bucket, try ObjectKey("long"))
            _ = try await store.copy(
                source, to: CopyRequest(bucket: bucket, key: try ObjectKey("copy"), metadata: nil))
            let key = try ObjectKey("parts")
            let upload = try await store.createUpload(bucket, key, metadata: ObjectMetadata(), checksum: nil)
            for (number, name) in ["tiny", "striped", "inline"].enumerated() {
                guard let content = contents[name] else { continue }
                _ = try await store.putPart(
                    PartRequest(bucket: bucket, key: key, upload: upload.id, number: number + 1, length: content.size),
                    body: BytesBody(content))
            }
            _ = try await store.completeUpload(
                CompleteRequest(bucket: bucket, key: key, upload: upload.id, parts: [1, 2, 3])
            ) { _, _ in ContentSeal(etag: ETag("parts")) }
        }
        return contents
    }

    /// Waits for the end of the run.
    @discardableResult
    func scrub(_ store: ErasureStore, starting: Bool = true) throws -> [ScrubStatus] {
        if starting { try run { try await store.startScrub() } }
        for _ in 0..<300 {
            try sleep(milliseconds: 1000)
            let scrubs = store.status.sets.map(\.scrub)
            if scrubs.allSatisfy({ $0.phase == .waiting && $0.finishedAt != nil }) { return scrubs }
        }
        throw Violation("the scrub does not end: \(store.status.sets.map(\.scrub))")
    }

    /// Flips bytes on the disks of one set, of which the page cache knows nothing: in so many of a hundred blocks, at
    /// most `m` with one number in each payload. Answers how many shards were damaged.
    func rotBlocks(percent: Int, blockByteCount: Int = 4096) throws -> Int {
        var rotten: Set<String> = []
        let names = Set(
            try (0..<shape.setSize).flatMap { try world.drive($0).open().shardNames(after: nil, limit: 1000) })
        for name in names.sorted() {
            let sizes = (0..<shape.setSize).compactMap { world.drive($0).durableShards[name]?.count }
            for start in stride(from: 0, to: (sizes.max() ?? 0) - blockByteCount, by: blockByteCount) {
                guard choose(100) < percent else { continue }
                for slot in chooseSlots(1 + choose(shape.parityShards)) {
                    if world.drive(slot).rotOnDisk(name, at: start + choose(blockByteCount)) {
                        rotten.insert("\(slot) \(name)")
                    }
                }
            }
        }
        return rotten.count
    }

    /// Ends the store as a crash would, and lets `doctor` look at the drives.
    func examineStopped() throws -> [DoctorFinding] {
        crash()
        let findings = Mutex<[DoctorFinding]>([])
        let world = world
        let summary = try run {
            await Doctor(
                environment: world.environment, makeDrive: world.openDrive, verifyIndex: { _ in },
                report: { finding in findings.withLock { $0.append(finding) } }
            ).examine(world.paths)
        }
        let found = findings.withLock { $0 }
        if found.isEmpty, !summary.isClean { throw Violation("not clean, and nothing found") }
        return found
    }

    func examineOnline(_ store: ErasureStore) throws -> (examination: HealthExamination, findings: [HealthFinding]) {
        let findings = Mutex<[HealthFinding]>([])
        let examination = try run { try await store.examine { finding in findings.withLock { $0.append(finding) } } }
        return (examination, findings.withLock { $0 })
    }

    func damagedKeys(_ store: ErasureStore) throws -> [String] {
        try run { try await store.damagedObjects(after: nil, limit: 100) }
            .map { String(decoding: $0.key.bytes, as: UTF8.self) }
    }

    /// The payload of a simple object.
    func payload(of key: String, slot: Int = 0) throws -> Payload {
        let contents = world.index(slot).durable
        for row in contents[.heads].all where try HeadKey(parsing: row.key).key == Array(key.utf8) {
            if let payload = try HeadRecord(decoding: row.value).payload { return payload }
        }
        throw Violation("\(key) has no payload")
    }

    /// Replaces a row on one drive, behind the store's back.
    func replaceRow(drive: Int, _ family: Family, _ key: [UInt8], _ value: [UInt8]?) {
        var contents = world.index(drive).durable
        var batch = IndexBatch()
        if let value { batch.put(family, key, value) } else { batch.delete(family, key) }
        contents.apply(batch)
        world.index(drive).replaceContents(contents)
    }
}
