package import NIOCore
import SeededRandom
package import StorageAPI
import Synchronization

/// What a test body throws where it was told to.
package struct BodyFailure: Error, Equatable {
    package let reason: String

    package init(_ reason: String = "the client went away") {
        self.reason = reason
    }
}

/// An upload whose bytes come from memory or from a seed, and that can fail where a test wants it to.
package final class BytesBody: UploadBody {
    package enum Fault: Hashable, Sendable {
        /// Throws ``BodyFailure`` instead of going on past this many bytes.
        case afterBytes(UInt64)
        /// All bytes pass, then `seal` throws ``BodyFailure``.
        case inSeal
    }

    private struct State {
        var offset: UInt64 = 0
        var tag = ContentTag()
    }

    private let size: UInt64
    private let content: @Sendable (Range<UInt64>) -> ByteBuffer
    private let chunkByteCount: UInt64
    private let seal: ContentSeal?
    private let fault: Fault?
    private let state = Mutex(State())

    /// - Parameter seal: nil: ``SeededContent/etag``, no checksums.
    package init(
        _ content: SeededContent, chunkByteCount: Int = 64 << 10, seal: ContentSeal? = nil, fault: Fault? = nil
    ) {
        size = content.size
        self.content = { content.bytes(in: $0) }
        self.chunkByteCount = UInt64(chunkByteCount)
        self.seal = seal ?? ContentSeal(etag: content.etag)
        self.fault = fault
    }

    /// - Parameter seal: nil: an entity tag computed from the bytes (``ContentTag``), no checksums.
    package init(_ bytes: ByteBuffer, chunkByteCount: Int = 64 << 10, seal: ContentSeal? = nil, fault: Fault? = nil) {
        size = UInt64(bytes.readableBytes)
        content = { range in
            bytes.getSlice(at: bytes.readerIndex + Int(range.lowerBound), length: range.count)!
        }
        self.chunkByteCount = UInt64(chunkByteCount)
        self.seal = seal
        self.fault = fault
    }

    package convenience init(_ text: String, seal: ContentSeal? = nil, fault: Fault? = nil) {
        self.init(ByteBuffer(string: text), seal: seal, fault: fault)
    }

    package func next() async throws -> ByteBuffer? {
        try state.withLock { state in
            var end = min(size, state.offset + chunkByteCount)
            if case .afterBytes(let limit) = fault {
                guard state.offset < limit else { throw BodyFailure() }
                end = min(end, limit)
            }
            guard state.offset < end else { return nil }
            let chunk = content(state.offset..<end)
            state.offset = end
            if seal == nil { state.tag.update(chunk) }
            return chunk
        }
    }

    package func seal() async throws -> ContentSeal {
        if fault == .inSeal { throw BodyFailure("the digest does not fit") }
        return seal ?? ContentSeal(etag: state.withLock { $0.tag.etag })
    }
}

/// An entity tag for tests: not MD5, but as different for different content, and without a digest library.
package struct ContentTag: Sendable {
    private var low: UInt64 = 0xCBF2_9CE4_8422_2325
    private var high: UInt64 = 0x6C62_272E_07BB_0142

    package init() {}

    /// The same however the content is cut.
    package mutating func update(_ bytes: ByteBuffer) {
        for byte in bytes.readableBytesView {
            low = (low ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            high = (high &+ UInt64(byte) &+ 1) &* SeededGenerator.increment
        }
    }

    package var etag: ETag {
        ETag(Self.hexadecimal(SeededGenerator.mix(high)) + Self.hexadecimal(SeededGenerator.mix(low)))
    }

    package static func of(_ bytes: ByteBuffer) -> ETag {
        var tag = Self()
        tag.update(bytes)
        return tag.etag
    }

    fileprivate static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension SeededContent {
    /// Of the formula instead of the bytes, which would take long to hash in a debug build.
    package var etag: ETag {
        ETag(
            ContentTag.hexadecimal(SeededGenerator.mix(seed &+ 1))
                + ContentTag.hexadecimal(SeededGenerator.mix(size &+ seed &* SeededGenerator.increment)))
    }
}
