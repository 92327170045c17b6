import MetadataIndex
import StorageAPI

// Between the waist's values and the records of the index.

extension HeadRecord {
    init(metadata: ObjectMetadata, seal: ContentSeal, size: UInt64) {
        self.init()
        headers = metadata.headers.map { FieldRecord(name: $0.name, value: $0.value) }
        userMetadata = metadata.user.map { FieldRecord(name: $0.name, value: $0.value) }
        etag = seal.etag.text
        checksums = seal.checksums.map(ChecksumRecord.init)
        self.size = size
    }

    func info(key: ObjectKey) -> ObjectInfo {
        ObjectInfo(
            key: key, size: size, modified: Timestamp(milliseconds: modified),
            seal: ContentSeal(etag: ETag(etag), checksums: checksums.compactMap(Checksum.init)),
            metadata: ObjectMetadata(headers: headers, user: userMetadata),
            partCount: partCount == 0 ? nil : Int(partCount))
    }

    var current: CurrentObject {
        CurrentObject(etag: ETag(etag), modified: Timestamp(milliseconds: modified), size: size)
    }
}

extension ObjectMetadata {
    init(headers: [FieldRecord], user: [FieldRecord]) {
        self.init(
            headers: headers.map { Field(name: $0.name, value: $0.value) },
            user: user.map { Field(name: $0.name, value: $0.value) })
    }
}

extension ChecksumRecord {
    init(_ checksum: Checksum) {
        self.init(algorithm: checksum.algorithm.rawValue, type: checksum.type.rawValue, bytes: checksum.bytes)
    }
}

extension Checksum {
    /// Nil for an algorithm of a later build.
    init?(_ record: ChecksumRecord) {
        guard let algorithm = ChecksumAlgorithm(rawValue: record.algorithm),
            let type = ChecksumType(rawValue: record.type)
        else { return nil }
        self.init(algorithm: algorithm, type: type, bytes: record.bytes)
    }
}

extension PartRecord {
    init(number: PartNumber, size: UInt64, seal: ContentSeal) {
        self.init()
        self.number = UInt32(number)
        self.size = size
        etag = seal.etag.text
        checksums = seal.checksums.map(ChecksumRecord.init)
    }

    var info: PartInfo {
        PartInfo(
            number: Int(number), size: size, modified: Timestamp(milliseconds: modified),
            seal: ContentSeal(etag: ETag(etag), checksums: checksums.compactMap(Checksum.init)))
    }
}

extension UploadRecord {
    init(metadata: ObjectMetadata, checksum: UploadChecksum?) {
        self.init()
        headers = metadata.headers.map { FieldRecord(name: $0.name, value: $0.value) }
        userMetadata = metadata.user.map { FieldRecord(name: $0.name, value: $0.value) }
        checksumAlgorithm = checksum?.algorithm.rawValue ?? 0
        checksumType = checksum?.type.rawValue ?? 0
    }

    func info(key: ObjectKey, id: UploadID) -> UploadInfo {
        let checksum = ChecksumAlgorithm(rawValue: checksumAlgorithm).flatMap { algorithm in
            ChecksumType(rawValue: checksumType).map { UploadChecksum(algorithm: algorithm, type: $0) }
        }
        return UploadInfo(
            key: key, id: id, initiated: Timestamp(milliseconds: initiated),
            metadata: ObjectMetadata(headers: headers, user: userMetadata), checksum: checksum)
    }
}

extension BucketRecord {
    init(_ info: BucketInfo) {
        self.init()
        id = info.id.value
        created = info.created.milliseconds
        region = info.region
    }

    func info(name: BucketName) -> BucketInfo {
        BucketInfo(name: name, id: BucketID(id), created: Timestamp(milliseconds: created), region: region)
    }
}
