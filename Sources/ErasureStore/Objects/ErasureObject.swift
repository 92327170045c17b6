import MetadataIndex
import NIOCore
import StorageAPI
import Synchronization

/// An object that was looked up. Its bytes stay until it goes.
final class ErasureObject: StoredObject {
    let info: ObjectInfo
    let head: HeadRecord
    let set: ErasureSet
    let bucket: BucketID
    private let budget: TransferBudget
    private let pin: Pin
    private let parts = Mutex<[StoredPart]?>(nil)
    private let manifest = Mutex<ManifestRecord?>(nil)

    /// Called while the view that `head` was read from is still open: the pin must be there before the view goes.
    init(
        key: ObjectKey, head: HeadRecord, bucket: BucketID, set: ErasureSet, budget: TransferBudget
    ) {
        info = head.info(key: key)
        self.head = head
        self.set = set
        self.bucket = bucket
        self.budget = budget
        let pins = set.pins
        if let id = head.manifest ?? head.payload?.id {
            pins.pin(id)
            pin = Pin { pins.unpin(id) }
        } else {
            pin = Pin {}
        }
    }

    func part(_ number: PartNumber) async throws(StoreError) -> StoredPart? {
        try await loadParts().first { $0.info.number == number }
    }

    func parts(after: PartNumber, limit: Int) async throws(StoreError) -> [StoredPart] {
        Array(try await loadParts().lazy.filter { $0.info.number > after }.prefix(limit))
    }

    func read(_ range: Range<UInt64>) -> any ByteStream {
        precondition(range.upperBound <= head.size, "a range lies within the object")
        guard !range.isEmpty else { return stream([]) }
        if let payload = head.payload {
            let reader = PayloadReader(set: set, payload: payload)
            return stream([ObjectStream.Segment(reader: reader, range: range)])
        }
        return ManifestStream(object: self, range: range)
    }

    /// The part list, from the index at the first need: the pin keeps it.
    private func loadManifest() async throws(StoreError) -> ManifestRecord {
        if let loaded = manifest.withLock({ $0 }) { return loaded }
        guard let id = head.manifest else { return ManifestRecord() }
        let view = try set.board.view(ofSet: set.index)
        guard let bytes = try await view.value(.manifests, id.bytes), let record = try? ManifestRecord(decoding: bytes)
        else {
            throw StoreError(.unreadable, "the part list of the object can not be read")
        }
        manifest.withLock { $0 = record }
        return record
    }

    private func loadParts() async throws(StoreError) -> [StoredPart] {
        if let loaded = parts.withLock({ $0 }) { return loaded }
        var start: UInt64 = 0
        let list = try await loadManifest().parts.map { part in
            defer { start += part.size }
            return StoredPart(info: part.info, range: start..<start + part.size)
        }
        parts.withLock { $0 = list }
        return list
    }

    /// The payloads that a range touches, in order.
    func segments(_ range: Range<UInt64>) async throws(StoreError) -> [ObjectStream.Segment] {
        var start: UInt64 = 0
        var segments: [ObjectStream.Segment] = []
        for part in try await loadManifest().parts {
            let whole = start..<start + part.size
            start += part.size
            let wanted = whole.clamped(to: range)
            guard !wanted.isEmpty, let payload = part.payload else { continue }
            segments.append(
                ObjectStream.Segment(
                    reader: PayloadReader(set: set, payload: payload),
                    range: wanted.lowerBound - whole.lowerBound..<wanted.upperBound - whole.lowerBound))
        }
        return segments
    }

    func stream(_ segments: [ObjectStream.Segment]) -> ObjectStream {
        ObjectStream(segments: segments, pin: pin, budget: budget) { [self] in isUnreadable() }
    }

    /// For a move of the object: what it consists of, and the bytes of one payload of it.
    func contents() async throws(StoreError) -> ManifestRecord { try await loadManifest() }

    func moved(_ payload: Payload) -> ObjectStream {
        let segment = ObjectStream.Segment(reader: PayloadReader(set: set, payload: payload), range: 0..<payload.size)
        return ObjectStream(segments: [segment], pin: pin, budget: budget, isBackground: true) { [self] in
            isUnreadable()
        }
    }

    /// Whether it is lost or only out of reach, the scrub finds out.
    fileprivate func isUnreadable() {
        guard let content = head.content else { return }
        set.scrub.suspect(
            ScrubControl.Suspect(key: HeadKey(bucket: bucket.value, key: info.key.bytes), content: content))
    }
}

/// A range of an object that was uploaded in parts: finds its parts at the first pull. One consumer.
private final class ManifestStream: ByteStream {
    private let object: ErasureObject
    private let range: Range<UInt64>
    private let stream = Mutex<ObjectStream?>(nil)

    init(object: ErasureObject, range: Range<UInt64>) {
        self.object = object
        self.range = range
    }

    func next() async throws -> ByteBuffer? {
        if let stream = stream.withLock({ $0 }) { return try await stream.next() }
        let found = object.stream(try await object.segments(range))
        stream.withLock { $0 = found }
        return try await found.next()
    }
}
