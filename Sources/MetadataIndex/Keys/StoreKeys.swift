// Keys of what the store keeps for itself.

/// `payloads`, `refs`, `trash` and `manifests`: the data id. Older epochs first.
extension DataID: IndexKey {
    package init(parsing bytes: [UInt8]) throws(RecordError) {
        try self.init(parsing: bytes[...])
    }
}

/// `missing`: slot, data id. What one drive lacks lies together.
package struct MissingKey: IndexKey {
    package var slot: UInt16
    package var id: DataID

    package init(slot: UInt16, id: DataID) {
        self.slot = slot
        self.id = id
    }

    package var bytes: [UInt8] { Self.prefix(slot: slot) + id.bytes }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        var parser = KeyParser(bytes)
        slot = try parser.integer()
        id = try parser.dataID()
        try parser.end()
    }

    package static func prefix(slot: UInt16) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: slot)
        return bytes
    }
}

/// `changes`: epoch, sequence, run. Orders as batches follow each other.
package struct ChangeKey: IndexKey {
    package var batch: BatchID

    package init(_ batch: BatchID) {
        self.batch = batch
    }

    package var bytes: [UInt8] { bigEndianBytes(batch.epoch, batch.sequence, batch.run) }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        var parser = KeyParser(bytes)
        batch = .none
        batch.epoch = try parser.integer()
        batch.sequence = try parser.integer()
        batch.run = try parser.integer()
        try parser.end()
    }
}

/// `documents`: a path.
package struct DocumentKey: IndexKey {
    package var path: String

    package init(path: String) {
        self.path = path
    }

    /// Of a bucket's record.
    package static func bucket(_ name: String) -> Self { Self(path: "bucket/" + name) }

    package var bytes: [UInt8] { Array(path.utf8) }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        var parser = KeyParser(bytes)
        path = try parser.remainingText()
    }
}

/// `state`: names.
package enum StateKey: IndexKey {
    /// `LastRecord`.
    case last
    /// A copy of the drive's identity file.
    case identity
    /// There while the index is being made equal to another.
    case syncing
    /// The highest time that object lock has seen.
    case clock
    /// `SlotRecord`: whose the slot is.
    case slot(UInt16)
    /// `UsageRecord` of a bucket.
    case usage(bucket: UInt64)
    /// `CompletedUploadRecord`.
    case completed(upload: String)
    /// `ScrubRecord`.
    case scrub
    /// `DamagedRecord` of an object.
    case damaged(HeadKey)
    /// `ShadowRecord`: the head is a shadow.
    case shadow(HeadKey)
    /// `ShadowRecord`: the upload is a shadow.
    case uploadShadow(UploadKey)
    /// `PoolsRecord`.
    case pools
    /// `HomeRecord`.
    case home

    package static let shadowPrefix = Array("shadow/".utf8)
    package static let uploadShadowPrefix = Array("shadow-upload/".utf8)
    package static let slotPrefix = Array("slot/".utf8)
    package static let damagedPrefix = Array("damaged/".utf8)
    package static let usagePrefix = Array("usage/".utf8)
    package static let completedPrefix = Array("completed/".utf8)

    package var bytes: [UInt8] {
        switch self {
        case .last: Array("last".utf8)
        case .identity: Array("identity".utf8)
        case .syncing: Array("syncing".utf8)
        case .clock: Array("clock".utf8)
        case .slot(let slot): Self.slotKey(slot)
        case .usage(let bucket): Self.usagePrefix + bigEndianBytes(bucket)
        case .completed(let upload): Self.completedPrefix + Array(upload.utf8)
        case .scrub: Array("scrub".utf8)
        case .damaged(let head): Self.damagedPrefix + head.bytes
        case .shadow(let head): Self.shadowPrefix + head.bytes
        case .uploadShadow(let upload): Self.uploadShadowPrefix + upload.bytes
        case .pools: Array("pools".utf8)
        case .home: Array("home".utf8)
        }
    }

    private static func slotKey(_ slot: UInt16) -> [UInt8] {
        var bytes = slotPrefix
        bytes.append(bigEndian: slot)
        return bytes
    }

    package init(parsing bytes: [UInt8]) throws(RecordError) {
        for key in [Self.last, .identity, .syncing, .clock, .scrub, .pools, .home] where key.bytes == bytes {
            self = key
            return
        }
        if bytes.starts(with: Self.slotPrefix) {
            var parser = KeyParser(Array(bytes.dropFirst(Self.slotPrefix.count)))
            self = .slot(try parser.integer())
            try parser.end()
        } else if bytes.starts(with: Self.usagePrefix) {
            var parser = KeyParser(Array(bytes.dropFirst(Self.usagePrefix.count)))
            self = .usage(bucket: try parser.integer())
            try parser.end()
        } else if bytes.starts(with: Self.completedPrefix) {
            var parser = KeyParser(Array(bytes.dropFirst(Self.completedPrefix.count)))
            self = .completed(upload: try parser.remainingText())
        } else if bytes.starts(with: Self.damagedPrefix) {
            self = .damaged(try HeadKey(parsing: Array(bytes.dropFirst(Self.damagedPrefix.count))))
        } else if bytes.starts(with: Self.shadowPrefix) {
            self = .shadow(try HeadKey(parsing: Array(bytes.dropFirst(Self.shadowPrefix.count))))
        } else if bytes.starts(with: Self.uploadShadowPrefix) {
            self = .uploadShadow(try UploadKey(parsing: Array(bytes.dropFirst(Self.uploadShadowPrefix.count))))
        } else {
            throw RecordError("an unknown name in the family state")
        }
    }
}
