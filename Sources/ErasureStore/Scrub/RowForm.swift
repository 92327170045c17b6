import MetadataIndex

/// Whether a row's bytes are what its family holds.
enum RowForm {
    static func isRecord(_ family: Family, _ key: [UInt8], _ value: [UInt8]) -> Bool {
        do throws(RecordError) {
            switch family {
            case .heads: return try reads(HeadKey.self, key, HeadRecord.self, value)
            case .manifests: return try reads(DataID.self, key, ManifestRecord.self, value)
            case .versions: return try reads(VersionKey.self, key, HeadRecord.self, value)
            case .uploads: return try reads(UploadKey.self, key, UploadRecord.self, value)
            case .parts: return try reads(PartKey.self, key, PartRecord.self, value)
            case .payloads: return try reads(DataID.self, key, PayloadRecord.self, value)
            case .refs: return try reads(DataID.self, key, ReferencesRecord.self, value)
            case .missing: return try reads(MissingKey.self, key, MissingRecord.self, value)
            case .trash: return try reads(DataID.self, key, TrashRecord.self, value)
            case .changes: return try reads(ChangeKey.self, key, ChangeRecord.self, value)
            case .documents:
                guard try DocumentKey(parsing: key).path.hasPrefix("bucket/") else {
                    return try reads(DocumentKey.self, key, DocumentRecord.self, value)
                }
                return try reads(DocumentKey.self, key, BucketRecord.self, value)
            case .state: return try isState(key, value)
            }
        } catch {
            return false
        }
    }

    private static func reads<Key: IndexKey, Record: IndexRecord>(
        _ key: Key.Type, _ keyBytes: [UInt8], _ record: Record.Type, _ value: [UInt8]
    ) throws(RecordError) -> Bool {
        _ = try Key(parsing: keyBytes)
        _ = try Record(decoding: value)
        return true
    }

    /// Names that this build does not know may be a newer one's.
    private static func isState(_ key: [UInt8], _ value: [UInt8]) throws(RecordError) -> Bool {
        guard let name = try? StateKey(parsing: key) else { return true }
        switch name {
        case .last: _ = try LastRecord(decoding: value)
        case .slot: _ = try SlotRecord(decoding: value)
        case .usage: _ = try UsageRecord(decoding: value)
        case .completed: _ = try CompletedUploadRecord(decoding: value)
        case .scrub: _ = try ScrubRecord(decoding: value)
        case .damaged: _ = try DamagedRecord(decoding: value)
        case .shadow, .uploadShadow: _ = try ShadowRecord(decoding: value)
        case .pools: _ = try PoolsRecord(decoding: value)
        case .home: _ = try HomeRecord(decoding: value)
        case .identity, .syncing, .clock: break
        }
        return true
    }
}
