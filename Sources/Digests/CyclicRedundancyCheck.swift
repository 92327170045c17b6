import CDigests
import CISAL
package import NIOCore

/// A running CRC: reflected, the register starting at all ones and complemented at the end.
///
/// ``value`` is at any time the CRC of what was taken in so far.
package protocol CyclicRedundancyCheck: IncrementalHash, Hashable, Sendable {
    associatedtype Value: FixedWidthInteger & UnsignedInteger & Sendable

    /// The polynomial without its highest term, reflected.
    static var polynomial: Value { get }

    /// The CRC of the bytes taken in; 0 when there were none.
    var value: Value { get }

    /// - Parameter value: The CRC of the bytes that went before.
    init(value: Value)
}

extension CyclicRedundancyCheck {
    @inlinable package init() {
        self.init(value: 0)
    }

    /// Big-endian, as S3 writes checksums (before base64).
    package var bytes: [UInt8] {
        (1...Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (Value.bitWidth - 8 * $0)) }
    }

    @inlinable package static func value(of bytes: RawSpan) -> Value {
        var check = Self()
        check.update(bytes)
        return check.value
    }

    @inlinable package static func value(of bytes: [UInt8]) -> Value {
        value(of: bytes.span.bytes)
    }

    /// The CRC of the readable bytes.
    @inlinable package static func value(of buffer: ByteBuffer) -> Value {
        value(of: buffer.readableBytesSpan)
    }
}

/// CRC-32 as in zlib, gzip and Ethernet.
package struct CRC32: CyclicRedundancyCheck {
    package static let polynomial: UInt32 = 0xedb8_8320
    package private(set) var value: UInt32

    package init(value: UInt32) {
        self.value = value
    }

    package mutating func update(_ bytes: RawSpan) {
        value = bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return value }
            return crc32_gzip_refl(value, start, UInt64(bytes.count))
        }
    }
}

/// CRC-32C (Castagnoli), as in iSCSI and RFC 3720.
package struct CRC32C: CyclicRedundancyCheck {
    package static let polynomial: UInt32 = 0x82f6_3b78
    package private(set) var value: UInt32

    package init(value: UInt32) {
        self.value = value
    }

    package mutating func update(_ bytes: RawSpan) {
        value = bytes.withUnsafeBytes { bytes in
            // ISA-L works on the register itself here, takes an Int32 length, and forgot a const.
            var register = ~value
            var rest = UnsafeMutableRawBufferPointer(mutating: bytes)[...]
            while !rest.isEmpty {
                let piece = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(Self.longestPiece))
                register = crc32_iscsi(piece.baseAddress, Int32(piece.count), register)
                rest = rest.dropFirst(piece.count)
            }
            return ~register
        }
    }

    private static let longestPiece = 1 << 30
}

/// CRC-64/NVME (also known as Rocksoft).
package struct CRC64NVME: CyclicRedundancyCheck {
    package static let polynomial: UInt64 = 0x9a6c_9329_ac4b_c9b5
    package private(set) var value: UInt64

    package init(value: UInt64) {
        self.value = value
    }

    package mutating func update(_ bytes: RawSpan) {
        value = bytes.withUnsafeBytes { magstore_crc64nvme(value, $0.baseAddress, $0.count) }
    }
}
