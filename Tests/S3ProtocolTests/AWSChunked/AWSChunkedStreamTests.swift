import NIOCore
import S3Protocol
import StorageAPI
import Synchronization
import Testing

@Suite("Streams of aws-chunked bodies")
struct AWSChunkedStreamTests {
    private static let crc = "x-amz-checksum-crc32:AAAAAA=="

    private func stream(_ body: ChunkedBody, pieceByteCount: Int) -> AWSChunkedStream {
        let pieces = stride(from: 0, to: body.bytes.count, by: pieceByteCount).map {
            ByteBuffer(bytes: body.bytes[$0..<min($0 + pieceByteCount, body.bytes.count)])
        }
        return AWSChunkedStream(
            Pieces(pieces),
            decoder: AWSChunkedDecoder(
                decodedLength: body.decodedLength, signatures: body.signatures, announcedTrailers: body.announced))
    }

    @Test("give the content, never an empty piece, then the trailers", arguments: [1, 7, 1000, 100_000])
    func content(pieceByteCount: Int) async throws {
        let body = try ChunkedBody.signed(
            chunks: [[UInt8](repeating: 1, count: 9000), [1, 2]], trailers: [Self.crc])
        let stream = stream(body, pieceByteCount: pieceByteCount)
        var content: [UInt8] = []
        while let piece = try await stream.next() {
            #expect(piece.readableBytes > 0)
            content += piece.readableBytesView
        }
        #expect(content == body.content)
        #expect(stream.trailers.map { "\($0.name):\($0.value)" } == [Self.crc])
    }

    @Test("end with S3's error when the body is not what was signed")
    func tampered() async throws {
        let body = try ChunkedBody.signed(chunks: [[1, 2]]).with { $0.bytes[$0.bytes.firstIndex(of: 2)!] = 3 }
        let stream = stream(body, pieceByteCount: 10)
        let error = await #expect(throws: S3Error.self) { while try await stream.next() != nil {} }
        #expect(error?.code == .signatureDoesNotMatch)
        #expect(error?.message.hasPrefix("The request signature we calculated does not match") == true)
    }

    @Test("end with S3's error when the body ends early")
    func truncated() async throws {
        let body = ChunkedBody(chunks: [[1, 2]]).with { $0.bytes.removeLast() }
        let stream = stream(body, pieceByteCount: 10)
        let error = await #expect(throws: S3Error.self) { while try await stream.next() != nil {} }
        #expect(error?.code == .incompleteBody)
        #expect(error?.message == "The request body terminated unexpectedly")
    }

    @Test("pass on what the body itself throws")
    func broken() async {
        struct Lost: Error {}
        let stream = AWSChunkedStream(
            Pieces([ByteBuffer(string: "3\r\na")], error: Lost()),
            decoder: AWSChunkedDecoder(decodedLength: 3, signatures: nil, announcedTrailers: []))
        await #expect(throws: Lost.self) { while try await stream.next() != nil {} }
    }

    @Test(
        "say in AWS's words what is wrong",
        arguments: [
            (.missingDecodedLength, .missingContentLength, []),
            (.malformed, .incompleteBody, []),
            (.lengthMismatch(expected: 3, provided: 5), .incompleteBody, ["3", "5"]),
            (.chunkTooSmall(byteCount: 3, following: 2), .invalidChunkSize, ["2", "3"]),
            (.signatureDoesNotMatch, .signatureDoesNotMatch, []),
            (.malformedTrailer, .malformedTrailer, []),
        ] as [(AWSChunkedError, S3ErrorCode, [String])])
    func errors(error: AWSChunkedError, code: S3ErrorCode, details: [String]) {
        #expect(S3Error(error).code == code)
        #expect(S3Error(error).details.map(\.value) == details)
    }
}

/// A body that arrives in pieces.
private final class Pieces: ByteStream {
    private let rest: Mutex<ArraySlice<ByteBuffer>>
    private let error: (any Error)?

    init(_ pieces: [ByteBuffer], error: (any Error)? = nil) {
        rest = Mutex(pieces[...])
        self.error = error
    }

    func next() async throws -> ByteBuffer? {
        if let piece = rest.withLock({ $0.popFirst() }) { return piece }
        if let error { throw error }
        return nil
    }
}
