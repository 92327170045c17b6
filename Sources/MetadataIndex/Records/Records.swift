// The records of format 1, as values. Field numbers are in Records.proto, the codec in Records+Codec.swift.
// Every record keeps the fields it does not know (`unknown`), so that an older build rewrites a newer record unharmed.

/// The immutable bytes of one part: how many, and where their shards are.
package struct Payload: Hashable, Sendable {
    package enum Layout: Hashable, Sendable {
        /// Whole copies in the index of these slots.
        case tiny(slots: [Int])
        /// One shard in the index of every slot; shard `i` is on slot `(i + rotation) mod (k + m)`.
        case inline(dataShards: Int, parityShards: Int, rotation: Int)
        /// Shard files of units of `unitByteCount` bytes; shards placed as for inline.
        case striped(dataShards: Int, parityShards: Int, rotation: Int, unitByteCount: Int)
    }

    package var id: DataID
    /// Bytes of content, at least 1.
    package var size: UInt64
    package var layout: Layout
    package var unknown = UnknownFields()

    package init(id: DataID, size: UInt64, layout: Layout) {
        self.id = id
        self.size = size
        self.layout = layout
    }
}

package struct FieldRecord: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// `algorithm` and `type` are the raw values of the waist's ChecksumAlgorithm and ChecksumType.
package struct ChecksumRecord: Hashable, Sendable {
    package var algorithm: UInt8
    package var type: UInt8
    package var bytes: [UInt8]

    package init(algorithm: UInt8, type: UInt8, bytes: [UInt8]) {
        self.algorithm = algorithm
        self.type = type
        self.bytes = bytes
    }
}

/// `heads`: the live object of a key.
package struct HeadRecord: Hashable, Sendable {
    /// Milliseconds since 1970; never runs backwards for a key.
    package var modified: Int64 = 0
    package var size: UInt64 = 0
    package var etag = ""
    package var headers: [FieldRecord] = []
    package var userMetadata: [FieldRecord] = []
    package var checksums: [ChecksumRecord] = []
    /// The bytes; nil when there are none, or when `manifest` names them.
    package var payload: Payload?
    /// The part list of an object that was uploaded in parts.
    package var manifest: DataID?
    /// 0 unless uploaded in parts.
    package var partCount: UInt32 = 0
    /// On its way to this pool: it is the object only once no other pool has the key, and is counted after that.
    package var isShadow = false
    package var unknown = UnknownFields()

    package init() {}
}

/// `parts`, and inside `manifests`.
package struct PartRecord: Hashable, Sendable {
    package var number: UInt32 = 0
    package var size: UInt64 = 0
    package var modified: Int64 = 0
    package var etag = ""
    package var checksums: [ChecksumRecord] = []
    package var payload: Payload?
    package var unknown = UnknownFields()

    package init() {}
}

/// `manifests`: parts, ascending by number.
package struct ManifestRecord: Hashable, Sendable {
    package var parts: [PartRecord] = []
    package var unknown = UnknownFields()

    package init() {}
}

/// `uploads`.
package struct UploadRecord: Hashable, Sendable {
    package var initiated: Int64 = 0
    package var headers: [FieldRecord] = []
    package var userMetadata: [FieldRecord] = []
    /// 0: none was promised.
    package var checksumAlgorithm: UInt8 = 0
    package var checksumType: UInt8 = 0
    /// Counts the changes to its parts, so that Complete notices one between its check and its commit.
    package var generation: UInt64 = 0
    /// On its way to this pool: it is the upload only once no other pool has it.
    package var isShadow = false
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`: what a finished upload was answered with, kept for a while for a repeated Complete.
package struct CompletedUploadRecord: Hashable, Sendable {
    package var completed: Int64 = 0
    package var modified: Int64 = 0
    package var size: UInt64 = 0
    package var etag = ""
    package var checksums: [ChecksumRecord] = []
    package var partCount: UInt32 = 0
    /// Of the part numbers that were named, to tell a repetition from another request.
    package var partsDigest: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

/// `documents`, under `bucket/NAME`.
package struct BucketRecord: Hashable, Sendable {
    package var id: UInt64 = 0
    package var created: Int64 = 0
    package var region = ""
    package var unknown = UnknownFields()

    package init() {}
}

/// `documents`, everything else.
package struct DocumentRecord: Hashable, Sendable {
    package var bytes: [UInt8] = []
    package var revision: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

/// `payloads`: this drive's shard (or whole copy) of a small payload. Differs between drives.
package struct PayloadRecord: Hashable, Sendable {
    /// 0 for a whole copy.
    package var shard: UInt32 = 0
    /// CRC32C of `bytes`.
    package var checksum: UInt32 = 0
    package var bytes: [UInt8] = []
    package var unknown = UnknownFields()

    package init() {}
}

/// `refs`: how many records name a data id. The row goes when none does.
package struct ReferencesRecord: Hashable, Sendable {
    package var count: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

/// `missing`: the shard of `payload` that belongs on the slot in the row's key is not there.
package struct MissingRecord: Hashable, Sendable {
    package var payload: Payload?
    package var unknown = UnknownFields()

    package init() {}
}

/// `trash`: payloads that nothing names since `batch`, to be removed when no reader can need them.
package struct TrashRecord: Hashable, Sendable {
    package var payloads: [Payload] = []
    /// A manifest row that goes with them.
    package var manifest: DataID?
    package var batch = BatchID.none
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`: usage of a bucket within this set.
package struct UsageRecord: Hashable, Sendable {
    package var objects: UInt64 = 0
    package var bytes: UInt64 = 0
    /// Heads that are shadows, and not counted above.
    package var shadows: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`, under `shadow/`: the head of a key is a shadow, and what becomes of it while another pool has the key.
package struct ShadowRecord: Hashable, Sendable {
    /// The key goes from the other pool, as it would have if nothing had come in between; otherwise the shadow goes.
    package var finishes = false
    package var unknown = UnknownFields()

    package init() {}
}

/// A pool of the store, as all sets know it.
package struct PoolRecord: Hashable, Sendable {
    package var number: UInt32 = 0
    /// Raw value of the engine's phases.
    package var phase: UInt32 = 0
    /// What it held when it began to be drained.
    package var objects: UInt64 = 0
    package var bytes: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`, under `pools`: all pools that there ever were. The highest revision counts.
package struct PoolsRecord: Hashable, Sendable {
    package var revision: UInt64 = 0
    /// Ascending by number.
    package var pools: [PoolRecord] = []
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`, under `home`: this set has the `documents` of the store. The highest generation counts.
package struct HomeRecord: Hashable, Sendable {
    package var generation: UInt64 = 0
    /// Its documents are being handed over, or were: another set may be the home.
    package var isLeaving = false
    /// Batches of earlier homes, so that revisions of documents go on growing.
    package var precedingBatches: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`, under `slot/SLOT`: whose the slot is.
package struct SlotRecord: Hashable, Sendable {
    package var drive: DriveUUID
    /// Its path was the root of a mounted file system when it was formatted: so must that of the drive after it.
    package var isMountPoint = false
    /// The drive may lack any shard that it should have, and `missing` does not say which yet.
    package var isUnlisted = false
    package var unknown = UnknownFields()

    package init(drive: DriveUUID) {
        self.drive = drive
    }
}

/// `state`, under `scrub`: the run under way, or the last one, of a set.
package struct ScrubRecord: Hashable, Sendable {
    /// Milliseconds since 1970; 0: none ever began.
    package var started: Int64 = 0
    /// 0 while it is under way.
    package var finished: Int64 = 0
    /// 1: stopped by the operator.
    package var stopped: UInt32 = 0
    /// From when on the next run is counted, where none ever began.
    package var scheduled: Int64 = 0
    /// Where it goes on: a family's number, or 0 before all of them.
    package var family: UInt8 = 0
    /// Behind this row of the family.
    package var key: [UInt8] = []
    /// Behind this part of the row that comes next.
    package var part: UInt32 = 0
    package var shards: UInt64 = 0
    package var byteCount: UInt64 = 0
    package var rows: UInt64 = 0
    package var found: UInt64 = 0
    package var repaired: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`, under `damaged/`: an object that has lost more than parity can replace.
package struct DamagedRecord: Hashable, Sendable {
    /// The payload or part list that the object named. Once it names another, this says nothing.
    package var id: DataID?
    /// For people.
    package var reason = ""
    /// Milliseconds since 1970.
    package var found: Int64 = 0
    package var unknown = UnknownFields()

    package init() {}
}

package struct MemberRecord: Hashable, Sendable {
    package var slot: UInt32
    package var drive: DriveUUID

    package init(slot: UInt32, drive: DriveUUID) {
        self.slot = slot
        self.drive = drive
    }
}

/// A row that a batch wrote or deleted.
package struct TouchedRow: Hashable, Sendable {
    package var family: UInt8
    package var key: [UInt8]

    package init(family: UInt8, key: [UInt8]) {
        self.family = family
        self.key = key
    }
}

/// `changes`: what a batch was and what it touched.
package struct ChangeRecord: Hashable, Sendable {
    package var id = BatchID.none
    package var predecessor = BatchID.none
    /// The newest batch known committed when this one was written.
    package var committed = BatchID.none
    /// Ascending by slot.
    package var members: [MemberRecord] = []
    package var touched: [TouchedRow] = []
    package var trashed: [DataID] = []
    package var unknown = UnknownFields()

    package init() {}
}

/// `state`, under `last`: the newest batch that this index holds, with what the start rules need of it.
package struct LastRecord: Hashable, Sendable {
    package var id = BatchID.none
    package var committed = BatchID.none
    package var members: [MemberRecord] = []
    package var unknown = UnknownFields()

    package init() {}
}

/// Fields that this build does not know, verbatim, in their order.
package struct UnknownFields: Hashable, Sendable {
    package var bytes: [UInt8] = []

    package init() {}
}
