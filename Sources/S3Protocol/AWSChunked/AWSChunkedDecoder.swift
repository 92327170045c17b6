import Digests
package import NIOCore
package import SigV4

/// Takes the aws-chunked framing off a body, and verifies it.
///
///     body    = *(size [;chunk-signature=…] CRLF bytes CRLF) 0 [;chunk-signature=…] CRLF *(trailer CRLF) CRLF
///
/// Bytes are passed on before the end of their chunk is seen, so that memory does not depend on the client's chunks.
/// They count for nothing until ``finish()`` has returned: after an error, everything decoded must be thrown away.
/// ("Signature calculations for the Authorization header", Amazon S3 API Reference; what malformed bodies are answered
/// with was observed at S3.)
package struct AWSChunkedDecoder: ~Copyable {
    package enum Event: Equatable {
        /// Some bytes of the content, never none.
        case data(ByteBuffer)
        /// The input is used up.
        case needsInput
    }

    /// Every chunk but the last has at least this many bytes.
    package static let smallestChunkByteCount: UInt64 = 8192
    /// Of all trailers together; S3 knows none longer than a signature.
    package static let trailerByteLimit = 4096

    private enum Phase {
        case chunkHeader
        case data(remaining: UInt64)
        case dataEnd
        case trailers
        case end
    }

    private let decodedLength: UInt64
    private var trailers: AWSChunkedTrailers
    private var signatures: ChunkSignatures?
    private var digest = MessageDigest(.sha256)

    private var phase = Phase.chunkHeader
    private var line = PartialLine()
    private var claimedSignature: [UInt8] = []
    private var chunkCount = 0
    private var lastChunkByteCount: UInt64?
    private var decodedCount: UInt64 = 0

    /// - Parameters:
    ///   - decodedLength: What `x-amz-decoded-content-length` says.
    ///   - signatures: What verifies the chunks; nil when they are not signed.
    ///   - announcedTrailers: The names in `x-amz-trailer`, in lower case.
    package init(decodedLength: UInt64, signatures: ChunkSignatures?, announcedTrailers: [String]) {
        self.decodedLength = decodedLength
        self.signatures = signatures
        trailers = AWSChunkedTrailers(announced: announcedTrailers, isSigned: signatures != nil)
    }

    /// Reads `x-amz-decoded-content-length`, which must be there.
    package static func decodedLength(_ headerValue: String?) throws(AWSChunkedError) -> UInt64 {
        guard let headerValue, headerValue.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let length = UInt64(headerValue)
        else { throw .missingDecodedLength }
        return length
    }

    /// Goes on until some content is decoded or the input is used up.
    package mutating func decode(_ input: inout ByteBuffer) throws(AWSChunkedError) -> Event {
        while input.readableBytes > 0 {
            switch phase {
            case .chunkHeader:
                guard let header = try line.read(&input, limit: Self.headerByteLimit) else { continue }
                try startChunk(header)
            case .data(let remaining):
                return .data(try readData(&input, remaining))
            case .dataEnd:
                guard let rest = try line.read(&input, limit: 0) else { continue }
                guard rest.isEmpty else { throw .malformed }
                phase = .chunkHeader
            case .trailers:
                guard let trailer = try line.read(&input, limit: Self.trailerByteLimit, mayHoldLineFeeds: true) else {
                    continue
                }
                try add(trailer)
            case .end:
                throw .malformed
            }
        }
        return .needsInput
    }

    /// To be called when there is no more input: the content is as it was signed and announced.
    ///
    /// - Returns: The trailers but for their signature, names in lower case.
    package consuming func finish() throws(AWSChunkedError) -> [(name: String, value: String)] {
        guard case .end = phase else { throw .malformed }
        return trailers.headers
    }
}

extension AWSChunkedDecoder {
    private static let sizeDigitLimit = 16
    private static let signatureByteCount = 64
    private static let signaturePrefix = Array(";chunk-signature=".utf8)
    private static let headerByteLimit = sizeDigitLimit + signaturePrefix.count + signatureByteCount

    private mutating func startChunk(_ header: [UInt8]) throws(AWSChunkedError) {
        let digits = header.prefix { $0 != UInt8(ascii: ";") }
        guard let byteCount = Self.size(digits) else { throw .malformed }
        let rest = header.dropFirst(digits.count)
        if signatures != nil {
            guard rest.starts(with: Self.signaturePrefix) else { throw .malformed }
            claimedSignature = Array(rest.dropFirst(Self.signaturePrefix.count))
            guard claimedSignature.count == Self.signatureByteCount else { throw .malformed }
        } else {
            guard rest.isEmpty else { throw .malformed }
        }

        chunkCount += 1
        if byteCount == 0 {
            guard decodedCount == decodedLength else {
                throw .lengthMismatch(expected: decodedLength, provided: decodedCount)
            }
            try endChunk()
            phase = .trailers
            return
        }
        if let lastChunkByteCount, lastChunkByteCount < Self.smallestChunkByteCount {
            throw .chunkTooSmall(byteCount: lastChunkByteCount, following: chunkCount)
        }
        guard byteCount <= decodedLength - decodedCount else {
            throw .lengthMismatch(
                expected: decodedLength, provided: decodedCount.addingReportingOverflow(byteCount).partialValue)
        }
        lastChunkByteCount = byteCount
        phase = .data(remaining: byteCount)
    }

    private static func size(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard (1...sizeDigitLimit).contains(digits.count) else { return nil }
        var size: UInt64 = 0
        for digit in digits {
            guard let value = Hex.value(of: digit) else { return nil }
            size = size << 4 | UInt64(value)
        }
        return size
    }

    private mutating func readData(
        _ input: inout ByteBuffer, _ remaining: UInt64
    ) throws(AWSChunkedError) -> ByteBuffer {
        let count = Int(min(UInt64(input.readableBytes), remaining))
        guard let data = input.readSlice(length: count) else { throw .malformed }
        if signatures != nil { digest.update(data) }
        decodedCount += UInt64(count)
        phase = .data(remaining: remaining - UInt64(count))
        if remaining == UInt64(count) {
            try endChunk()
            phase = .dataEnd
        }
        return data
    }

    private mutating func endChunk() throws(AWSChunkedError) {
        guard let expected = signatures?.next(digest: digest.finish()) else { return }
        guard ConstantTime.areEqual(expected, claimedSignature) else { throw .signatureDoesNotMatch }
    }

    private mutating func add(_ line: [UInt8]) throws(AWSChunkedError) {
        if line.isEmpty {
            try trailers.end(&signatures)
            phase = .end
        } else {
            try trailers.add(line)
        }
    }
}
