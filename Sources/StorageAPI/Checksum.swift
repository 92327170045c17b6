/// The additional checksums that S3 knows ("Checking object integrity", Amazon S3 User Guide).
package enum ChecksumAlgorithm: UInt8, CaseIterable, Hashable, Sendable {
    case crc32 = 1
    case crc32c = 2
    case sha1 = 3
    case sha256 = 4
    case crc64nvme = 5

    package var byteCount: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64nvme: 8
        case .sha1: 20
        case .sha256: 32
        }
    }
}

/// Whether a checksum is of the object's bytes or of its parts' checksums.
package enum ChecksumType: UInt8, Hashable, Sendable {
    case fullObject = 1
    case composite = 2
}

/// A checksum of an object or a part, big-endian as on the wire (before base64).
package struct Checksum: Hashable, Sendable {
    package let algorithm: ChecksumAlgorithm
    package let type: ChecksumType
    package let bytes: [UInt8]

    package init(algorithm: ChecksumAlgorithm, type: ChecksumType = .fullObject, bytes: [UInt8]) {
        self.algorithm = algorithm
        self.type = type
        self.bytes = bytes
    }
}
