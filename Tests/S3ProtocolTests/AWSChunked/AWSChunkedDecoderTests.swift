import Digests
import NIOCore
import S3Protocol
import SigV4
import Testing

@Suite("aws-chunked bodies")
struct AWSChunkedDecoderTests {
    private static let big = [UInt8](repeating: 0x2a, count: 8192)
    private static let crc = "x-amz-checksum-crc32:AAAAAA=="

    @Test("decode to what AWS's examples hold")
    func published() throws {
        let signed = try PublishedChunks.signed()
        #expect(signed.bytes.count == 66_824)
        #expect(try signed.decoded() == (signed.content, []))

        let trailing = try PublishedChunks.signedWithTrailer()
        let (content, trailers) = try trailing.decoded()
        #expect(content == trailing.content)
        #expect(trailers == ["x-amz-checksum-crc32c:" + Base64.encode(CRC32C(value: CRC32C.value(of: content)).bytes)])
    }

    @Test("decode to the same wherever they are cut")
    func cuts() throws {
        for body in try [PublishedChunks.signedWithTrailer(), .signed(chunks: [Self.big, [1, 2]])] {
            // Everywhere around the framing, and here and there within the content.
            let ends = body.bytes.indices.filter { body.bytes[$0] != UInt8(ascii: "a") && body.bytes[$0] != 0x2a }
            for cut in ends + Array(stride(from: 0, to: body.bytes.count, by: 4099)) {
                let (content, _) = try body.decoded(pieces: [body.bytes[..<cut], body.bytes[cut...]])
                #expect(content == body.content)
            }
        }
    }

    @Test("decode to the same when every byte comes alone")
    func singleBytes() throws {
        let body = try ChunkedBody.signed(chunks: [Self.big, [1, 2]], trailers: [Self.crc])
        let (content, trailers) = try body.decoded(pieces: body.bytes.indices.map { body.bytes[$0...$0] })
        #expect(content == body.content)
        #expect(trailers == [Self.crc])
    }

    @Test("are refused when they end at any earlier byte")
    func truncated() throws {
        for body in try [
            ChunkedBody.signed(chunks: [[1, 2, 3]], trailers: [Self.crc]), ChunkedBody.signed(chunks: [[1]]),
            ChunkedBody(chunks: [[1, 2, 3]], trailers: [Self.crc]), ChunkedBody(chunks: []),
        ] {
            for count in body.bytes.indices {
                let refusal = body.with { $0.bytes.removeLast(body.bytes.count - count) }.refusal
                #expect(refusal == .malformed, "after \(count) bytes")
            }
            #expect(body.refusal == nil)
            #expect(body.with { $0.bytes.append(0) }.refusal == .malformed)
        }
    }

    @Test("with signatures are refused when any bit was flipped")
    func flipped() throws {
        let body = try ChunkedBody.signed(chunks: [[1, 2, 3, 4]], trailers: [Self.crc])
        for index in body.bytes.indices {
            for bit in 0..<8 {
                let changed = body.with { $0.bytes[index] ^= 1 << bit }
                guard changed.refusal == nil else { continue }
                // The trailers' names may be in either case, and white space before a line feed is not signed.
                #expect(try changed.decoded() == body.decoded())
                let isInTrailer = index > body.bytes.count - 140
                #expect(isInTrailer && (1 << bit == 0x20 || body.bytes[index] == UInt8(ascii: "\r")))
            }
        }
    }

    @Test("are refused when chunks are swapped, repeated, dropped or signed by another")
    func chain() throws {
        let one = [UInt8](repeating: 1, count: 8192)
        let two = [UInt8](repeating: 2, count: 8192)
        let body = try ChunkedBody.signed(chunks: [one, two])
        let size = 4 + ";chunk-signature=".utf8.count + 64 + 2 + 8192 + 2
        let (first, second, last) = (body.bytes[..<size], body.bytes[size..<2 * size], body.bytes[(2 * size)...])
        for bytes in [second + first + last, first + first + last, second + second + last] {
            #expect(body.with { $0.bytes = Array(bytes) }.refusal == .signatureDoesNotMatch)
        }
        #expect(
            body.with { $0.bytes = Array(first + last) }.refusal == .lengthMismatch(expected: 16_384, provided: 8192))
        let shorter = body.with {
            $0.bytes = Array(first + last)
            $0.decodedLength = 8192
        }
        #expect(shorter.refusal == .signatureDoesNotMatch)
        let foreign = try PublishedChunks.signed().signatures
        #expect(body.with { $0.signatures = foreign }.refusal == .signatureDoesNotMatch)
    }

    @Test("must hold as many bytes as promised", arguments: [true, false])
    func length(isSigned: Bool) throws {
        let body = try isSigned ? ChunkedBody.signed(chunks: [[1, 2, 3]]) : ChunkedBody(chunks: [[1, 2, 3]])
        for length: UInt64 in [0, 2, 4, 3000] {
            let refusal = body.with { $0.decodedLength = length }.refusal
            #expect(refusal == .lengthMismatch(expected: length, provided: 3))
        }
        let huge = body.replacing("3", with: "ffffffffffffffff")
        #expect(huge.refusal == .lengthMismatch(expected: 3, provided: .max))
    }

    @Test("have no small chunk but the last", arguments: [true, false])
    func smallChunks(isSigned: Bool) throws {
        func refusal(_ counts: [Int]) throws -> AWSChunkedError? {
            let chunks = counts.map { [UInt8](repeating: 7, count: $0) }
            return try (isSigned ? ChunkedBody.signed(chunks: chunks) : ChunkedBody(chunks: chunks)).refusal
        }
        #expect(try refusal([8192, 8192, 1]) == nil)
        #expect(try refusal([]) == nil)
        #expect(try refusal([8191, 1]) == .chunkTooSmall(byteCount: 8191, following: 2))
        #expect(try refusal([8192, 3, 8192]) == .chunkTooSmall(byteCount: 3, following: 3))
    }

    @Test(
        "without signatures are refused when the framing is broken",
        arguments: [
            "", "\r\n", "3", "3\r\n", "3\r\nabc", "3\r\nabc0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\n0\n\n",
            "3\r\nabc\r\n0\r\n", "3\r\nabc\r\n\r\n", "x\r\nabc\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n",
            " 3\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3;\r\nabc\r\n0\r\n\r\n",
            "3;chunk-signature=00\r\nabc\r\n0\r\n\r\n", "00000000000000003\r\nabc\r\n0\r\n\r\n",
            "3\r\nabc\r\n0\r\n\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\r\n\r\n",
            "3\r\nabc\r\n\n0\r\n\r\n",
        ])
    func broken(text: String) {
        let body = ChunkedBody(bytes: Array(text.utf8), content: [], decodedLength: 3)
        #expect(body.refusal == .malformed)
    }

    @Test("with signatures are refused when the framing is broken")
    func brokenSigned() throws {
        let body = try ChunkedBody.signed(chunks: [[1]])
        for (old, new) in [
            (";chunk-signature=", ";chunk-signatura="), (";chunk-signature=", "; chunk-signature="),
            (";chunk-signature=", ";chunk-signature=0"), (";chunk-signature=", ""), ("1;", "1;a=b;"),
        ] {
            #expect(body.replacing(old, with: new).refusal == .malformed)
        }
    }

    @Test("may write sizes in upper case and with zeros in front")
    func spellings() throws {
        let content = [UInt8](repeating: 9, count: 0xabc)
        for size in ["abc", "ABC", "0000000000000abc"] {
            let bytes = Array("\(size)\r\n".utf8) + content + Array("\r\n0\r\n\r\n".utf8)
            let body = ChunkedBody(bytes: bytes, content: content, decodedLength: 0xabc)
            #expect(try body.decoded().content == content)
        }
    }

    @Test("hold no line that grows without end")
    func endlessLines() {
        for start in ["", "0\r\n", "0\r\nx-amz-checksum-crc32:"] {
            let bytes = Array(start.utf8) + [UInt8](repeating: UInt8(ascii: "0"), count: 100_000)
            let body = ChunkedBody(bytes: bytes, content: [], decodedLength: 0, announced: ["x-amz-checksum-crc32"])
            #expect(body.refusal == .malformed)
        }
        let lines = String(repeating: "x-amz-checksum-crc32:AAAAAA==\r\n", count: 1000)
        let body = ChunkedBody(bytes: Array("0\r\n\(lines)".utf8), content: [], decodedLength: 0)
        #expect(body.refusal == .malformedTrailer)
    }

    @Test(
        "need to say how long the content is",
        arguments: [nil, "", "abc", "-1", "+1", " 1", "1.0", "0x1", "18446744073709551616", "١"])
    func missingLength(value: String?) {
        #expect(throws: AWSChunkedError.missingDecodedLength) { try AWSChunkedDecoder.decodedLength(value) }
    }

    @Test("may write that length with zeros in front")
    func paddedLength() throws {
        #expect(try AWSChunkedDecoder.decodedLength("00012") == 12)
    }
}
