import Digests
package import StorageAPI

extension ChecksumAlgorithm {
    /// `CRC32`, as in `x-amz-checksum-algorithm`.
    package var wireName: String {
        switch self {
        case .crc32: "CRC32"
        case .crc32c: "CRC32C"
        case .sha1: "SHA1"
        case .sha256: "SHA256"
        case .crc64nvme: "CRC64NVME"
        }
    }

    /// `x-amz-checksum-crc32`
    package var headerName: String {
        switch self {
        case .crc32: "x-amz-checksum-crc32"
        case .crc32c: "x-amz-checksum-crc32c"
        case .sha1: "x-amz-checksum-sha1"
        case .sha256: "x-amz-checksum-sha256"
        case .crc64nvme: "x-amz-checksum-crc64nvme"
        }
    }

    /// `ChecksumCRC32`
    package var elementName: String { "Checksum" + wireName }

    init?(elementName: String) {
        switch elementName {
        case "ChecksumCRC32": self = .crc32
        case "ChecksumCRC32C": self = .crc32c
        case "ChecksumSHA1": self = .sha1
        case "ChecksumSHA256": self = .sha256
        case "ChecksumCRC64NVME": self = .crc64nvme
        default: return nil
        }
    }

    /// Case does not matter: SDKs differ.
    package init?(wireName: String) {
        let upper = wireName.uppercased()
        guard let algorithm = Self.allCases.first(where: { $0.wireName == upper }) else { return nil }
        self = algorithm
    }

    /// The type of an object's checksum when an upload in parts does not say which.
    package var defaultType: ChecksumType { self == .crc64nvme ? .fullObject : .composite }

    /// Which types an upload in parts may ask for ("Checking object integrity").
    package func supports(_ type: ChecksumType) -> Bool {
        switch self {
        case .crc32, .crc32c: true
        case .crc64nvme: type == .fullObject
        case .sha1, .sha256: type == .composite
        }
    }
}

extension ChecksumType {
    package var wireName: String {
        switch self {
        case .fullObject: "FULL_OBJECT"
        case .composite: "COMPOSITE"
        }
    }

    package init?(wireName: String) {
        switch wireName.uppercased() {
        case "FULL_OBJECT": self = .fullObject
        case "COMPOSITE": self = .composite
        default: return nil
        }
    }
}

extension Checksum {
    /// Base64; `-N` follows for the composite checksum of N parts.
    package func wireValue(partCount: Int?) -> String {
        let text = Base64.encode(bytes)
        guard type == .composite, let partCount else { return text }
        return "\(text)-\(partCount)"
    }

    /// Nil when `text` is not base64 of the right number of bytes. A `-N` at the end makes it a composite checksum.
    package init?(algorithm: ChecksumAlgorithm, wireValue text: String) {
        let digest = text.utf8.prefix { $0 != UInt8(ascii: "-") }
        let isComposite = digest.endIndex != text.endIndex
        guard let bytes = Base64.decode(Substring(digest)), bytes.count == algorithm.byteCount else { return nil }
        if isComposite {
            guard let count = Int(text[digest.endIndex...].dropFirst()), partNumbers.contains(count) else { return nil }
        }
        self.init(algorithm: algorithm, type: isComposite ? .composite : .fullObject, bytes: bytes)
    }
}
