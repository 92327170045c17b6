/// The name of a multipart upload, as clients send it back: letters and digits only.
package struct UploadID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

/// The number of a part of an upload, 1 to 10,000.
package typealias PartNumber = Int

package let partNumbers: ClosedRange<PartNumber> = 1...10_000

/// The checksum that an upload promised for its parts and its whole.
package struct UploadChecksum: Hashable, Sendable {
    package var algorithm: ChecksumAlgorithm
    package var type: ChecksumType

    package init(algorithm: ChecksumAlgorithm, type: ChecksumType) {
        self.algorithm = algorithm
        self.type = type
    }
}

package struct UploadInfo: Hashable, Sendable {
    package var key: ObjectKey
    package var id: UploadID
    package var initiated: Timestamp
    package var metadata: ObjectMetadata
    package var checksum: UploadChecksum?

    package init(
        key: ObjectKey, id: UploadID, initiated: Timestamp, metadata: ObjectMetadata, checksum: UploadChecksum?
    ) {
        self.key = key
        self.id = id
        self.initiated = initiated
        self.metadata = metadata
        self.checksum = checksum
    }
}

package struct PartInfo: Hashable, Sendable {
    package var number: PartNumber
    package var size: UInt64
    package var modified: Timestamp
    package var seal: ContentSeal

    package init(number: PartNumber, size: UInt64, modified: Timestamp, seal: ContentSeal) {
        self.number = number
        self.size = size
        self.modified = modified
        self.seal = seal
    }
}

/// A page of an upload's parts, by number.
package struct PartPage: Sendable {
    package var upload: UploadInfo
    package var parts: [PartInfo]
    package var isTruncated: Bool

    package init(upload: UploadInfo, parts: [PartInfo], isTruncated: Bool) {
        self.upload = upload
        self.parts = parts
        self.isTruncated = isTruncated
    }
}
