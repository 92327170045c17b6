import Digests

/// Reads a RocksDB log (or manifest, which has the same form) before RocksDB does, and tells a torn end from rot.
///
/// A log is blocks of 32 KiB. A record is one fragment, or several, none of which crosses a block: masked CRC32C of
/// type and content, length (two bytes), type, content. Fewer than seven bytes at the end of a block are padding.
///
/// RocksDB drops what follows a wrong length in the last block, and opens without a word. So every record is checked
/// here, and a bad one is taken for torn, which means never acknowledged, only when nothing else can explain it.
package struct LogScan {
    package struct Defect: Hashable {
        /// Where the record begins that is not whole.
        package var record: Int
        /// Where its first bad fragment begins; the end of the log when a fragment is missing.
        package var fragment: Int
        /// Looks as an interrupted write does. Rot all the same if a valid fragment follows anywhere.
        package var looksTorn: Bool
    }

    package static let blockByteCount = 32_768
    package static let headerByteCount = 7
    /// What a disk writes whole.
    static let sectorByteCount = 512

    package let byteCount: Int
    private let block: (Int) throws(IndexError) -> [UInt8]

    /// - Parameter block: The bytes of a block by its number; fewer only at the end of the log.
    package init(byteCount: Int, block: @escaping (Int) throws(IndexError) -> [UInt8]) {
        self.byteCount = byteCount
        self.block = block
    }

    var blockCount: Int { (byteCount + Self.blockByteCount - 1) / Self.blockByteCount }

    /// The first record that is not whole; nil when the log is sound.
    package func firstDefect() throws(IndexError) -> Defect? {
        // Where the record began whose further fragments are awaited.
        var open: Int?
        for number in 0..<blockCount {
            let bytes = try block(number)
            let start = number * Self.blockByteCount
            var offset = 0
            while offset < bytes.count, offset + Self.headerByteCount <= Self.blockByteCount {
                let position = start + offset
                guard let fragment = LogFragment(in: bytes, at: offset) else {
                    return Defect(
                        record: open ?? position, fragment: position, looksTorn: try looksTorn(at: position, in: bytes))
                }
                guard fragment.kind.continues == (open != nil) else {
                    return Defect(record: open ?? position, fragment: position, looksTorn: false)
                }
                open = fragment.kind.ends ? nil : open ?? position
                offset = fragment.end
            }
        }
        guard let open else { return nil }
        return Defect(record: open, fragment: byteCount, looksTorn: true)
    }

    /// Whether a valid fragment begins anywhere behind `offset`: every offset is tried.
    package func holdsFragment(behind offset: Int) throws(IndexError) -> Bool {
        let first = offset + 1
        guard first < byteCount else { return false }
        for number in first / Self.blockByteCount..<blockCount {
            let bytes = try block(number)
            for offset in max(0, first - number * Self.blockByteCount)..<bytes.count
            where LogFragment(in: bytes, at: offset) != nil {
                return true
            }
        }
        return false
    }

    private func looksTorn(at position: Int, in bytes: [UInt8]) throws(IndexError) -> Bool {
        let offset = position % Self.blockByteCount
        guard offset + Self.headerByteCount <= bytes.count else { return true }
        if try endsInZeroedSectors(behind: position) { return true }
        let header = LogFragment.Header(in: bytes, at: offset)
        let end = offset + Self.headerByteCount + header.length
        guard header.kind != nil, end > bytes.count, end <= Self.blockByteCount else { return false }
        // With a damaged length, but whole, the checksum fits what is there.
        return header.checksum != LogFragment.checksum(bytes, from: offset, to: bytes.count)
    }

    /// Whether all from `position`, or from some sector behind it, is zero. No record that we wrote ends in a zero.
    private func endsInZeroedSectors(behind position: Int) throws(IndexError) -> Bool {
        var zerosFrom = byteCount
        for number in stride(from: blockCount - 1, through: position / Self.blockByteCount, by: -1) {
            let bytes = try block(number)
            let start = number * Self.blockByteCount
            guard let last = bytes.lastIndex(where: { $0 != 0 }) else {
                zerosFrom = start
                continue
            }
            zerosFrom = start + last + 1
            break
        }
        if zerosFrom <= position { return true }
        let sector = (zerosFrom + Self.sectorByteCount - 1) / Self.sectorByteCount * Self.sectorByteCount
        return sector < byteCount
    }
}

/// A valid piece of a record.
struct LogFragment {
    enum Kind: UInt8 {
        case full = 1
        case first = 2
        case middle = 3
        case last = 4

        /// Belongs to a record that began before.
        var continues: Bool { self == .middle || self == .last }
        var ends: Bool { self == .full || self == .last }
    }

    struct Header {
        let checksum: UInt32
        let length: Int
        let kind: Kind?

        /// - Parameter offset: With the whole header behind it.
        init(in bytes: [UInt8], at offset: Int) {
            checksum =
                UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
                | UInt32(bytes[offset + 3]) << 24
            length = Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8
            kind = Kind(rawValue: bytes[offset + 6])
        }
    }

    let kind: Kind
    /// Where the next one begins, in the block.
    let end: Int

    /// Nil unless a whole fragment with the right checksum is there.
    init?(in block: [UInt8], at offset: Int) {
        guard offset + LogScan.headerByteCount <= block.count else { return nil }
        let header = Header(in: block, at: offset)
        let end = offset + LogScan.headerByteCount + header.length
        guard let kind = header.kind, end <= block.count,
            header.checksum == Self.checksum(block, from: offset, to: end)
        else { return nil }
        self.kind = kind
        self.end = end
    }

    /// Of type and content of a fragment, masked as RocksDB does, since checksums of checksums are weak.
    static func checksum(_ block: [UInt8], from offset: Int, to end: Int) -> UInt32 {
        let checksum = CRC32C.value(of: block.span.extracting(offset + 6..<end).bytes)
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
}
