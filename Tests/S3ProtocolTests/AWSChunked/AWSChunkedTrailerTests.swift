import Digests
import NIOCore
import S3Protocol
import SigV4
import Testing

@Suite("Trailers of aws-chunked bodies")
struct AWSChunkedTrailerTests {
    private static let name = "x-amz-checksum-crc32"
    private static let crc = "x-amz-checksum-crc32:AAAAAA=="

    @Test("are given with names in lower case and without the white space around their values")
    func normalised() throws {
        let body = ChunkedBody(chunks: [[1]], trailers: [Self.crc])
            .replacing(Self.crc, with: "X-Amz-Checksum-CRC32: \tAAAAAA==  ")
        #expect(try body.decoded().trailers == [Self.crc])
    }

    @Test("may end with a line feed of their own, as minio-go sends them")
    func extraLineFeeds() throws {
        let unsigned = ChunkedBody(chunks: [[1]], trailers: [Self.crc]).replacing("==", with: "==\n")
        #expect(try unsigned.decoded().trailers == [Self.crc])

        let other = "x-amz-meta-other:1"
        let signed = try ChunkedBody.signed(chunks: [[1]], trailers: [Self.crc, other])
            .replacing("\(Self.crc)\r\n\(other)\r\n", with: "\(Self.crc)\n\(other)\n\r\n")
        #expect(try signed.decoded().trailers == [Self.crc, other])
    }

    @Test("must be those that were announced", arguments: [true, false])
    func announced(isSigned: Bool) throws {
        let body =
            try isSigned
            ? ChunkedBody.signed(chunks: [[1]], trailers: [Self.crc])
            : ChunkedBody(chunks: [[1]], trailers: [Self.crc])
        #expect(body.refusal == nil)
        for names in [[], ["x-amz-checksum-crc32c"], [Self.name, "x-amz-checksum-sha1"], [Self.name, Self.name]] {
            #expect(body.with { $0.announced = names }.refusal == .malformedTrailer)
        }
    }

    @Test("must be there when they were announced")
    func missing() throws {
        let unsigned = ChunkedBody(chunks: [[1]]).with { $0.announced = [Self.name] }
        #expect(unsigned.refusal == .malformedTrailer)
        let signed = try ChunkedBody.signed(chunks: [[1]]).with { $0.announced = [Self.name] }
        #expect(signed.refusal == .malformed)
    }

    @Test("must be signed when the chunks are")
    func signature() throws {
        let body = try ChunkedBody.signed(chunks: [[1]], trailers: [Self.crc])
        #expect(body.replacing("AAAAAA==", with: "AAAAAQ==").refusal == .signatureDoesNotMatch)
        #expect(
            body.replacing("x-amz-trailer-signature:", with: "x-amz-trailer-signature:0").refusal
                == .signatureDoesNotMatch)
        #expect(body.replacing("x-amz-trailer-signature", with: "x-amz-trailer-signatura").refusal == .malformed)
        #expect(body.replacing(Self.crc + "\r\n", with: "").refusal == .signatureDoesNotMatch)
        let unsigned = ChunkedBody(chunks: [[1]], trailers: [Self.crc, "x-amz-trailer-signature:00"])
        #expect(unsigned.with { $0.announced = [Self.name] }.refusal == .malformedTrailer)
    }

    @Test("must be headers", arguments: ["nonsense", ":AAAAAA==", "x-amz-checksum-crc32", "\n", "a:b\nc"])
    func malformed(line: String) {
        let body = ChunkedBody(chunks: [[1]], trailers: [Self.crc]).replacing(Self.crc, with: line)
        #expect(body.refusal == .malformedTrailer)
    }

    @Test("may come again only when announced so often, and not after their signature")
    func repeated() throws {
        let twice = ChunkedBody(chunks: [[1]], trailers: [Self.crc, Self.crc]).with { $0.announced = [Self.name] }
        #expect(twice.refusal == .malformedTrailer)
        let late = try ChunkedBody.signed(chunks: [[1]], trailers: [Self.crc]).with {
            $0.bytes.removeLast(2)
            $0.bytes += "\(Self.crc)\r\n\r\n".utf8
        }
        #expect(late.refusal == .malformedTrailer)
    }
}
