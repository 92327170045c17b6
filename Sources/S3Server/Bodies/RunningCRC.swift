import Digests
import NIOCore
import StorageAPI

/// One of S3's three CRCs. They are fast enough to be computed where the bytes pass.
enum RunningCRC: Sendable {
    case crc32(CRC32)
    case crc32c(CRC32C)
    case crc64nvme(CRC64NVME)

    /// Nil for the algorithms that are message digests.
    init?(_ algorithm: ChecksumAlgorithm) {
        switch algorithm {
        case .crc32: self = .crc32(CRC32())
        case .crc32c: self = .crc32c(CRC32C())
        case .crc64nvme: self = .crc64nvme(CRC64NVME())
        case .sha1, .sha256: return nil
        }
    }

    mutating func update(_ buffer: ByteBuffer) {
        switch self {
        case .crc32(var crc):
            crc.update(buffer)
            self = .crc32(crc)
        case .crc32c(var crc):
            crc.update(buffer)
            self = .crc32c(crc)
        case .crc64nvme(var crc):
            crc.update(buffer)
            self = .crc64nvme(crc)
        }
    }

    /// Continues with `byteCount` bytes of which only the CRC is known.
    ///
    /// - Parameter following: of this algorithm's length, big-endian.
    mutating func append(_ following: [UInt8], byteCount: UInt64) {
        switch self {
        case .crc32(var crc):
            crc.append(CRC32(value: bigEndian(following)), byteCount: byteCount)
            self = .crc32(crc)
        case .crc32c(var crc):
            crc.append(CRC32C(value: bigEndian(following)), byteCount: byteCount)
            self = .crc32c(crc)
        case .crc64nvme(var crc):
            crc.append(CRC64NVME(value: bigEndian(following)), byteCount: byteCount)
            self = .crc64nvme(crc)
        }
    }

    /// Big-endian.
    var bytes: [UInt8] {
        switch self {
        case .crc32(let crc): crc.bytes
        case .crc32c(let crc): crc.bytes
        case .crc64nvme(let crc): crc.bytes
        }
    }
}

private func bigEndian<Value: FixedWidthInteger>(_ bytes: [UInt8]) -> Value {
    bytes.reduce(0) { $0 << 8 | Value($1) }
}

extension ChecksumAlgorithm {
    /// The message digest behind the algorithm; nil for CRCs.
    var digest: DigestAlgorithm? {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        case .crc32, .crc32c, .crc64nvme: nil
        }
    }

    /// The checksum of bytes that are all there are.
    func checksum(of bytes: [UInt8]) -> [UInt8] {
        if let digest { return digest.digest(of: bytes) }
        guard var crc = RunningCRC(self) else { preconditionFailure("neither a digest nor a CRC") }
        crc.update(ByteBuffer(bytes: bytes))
        return crc.bytes
    }
}
