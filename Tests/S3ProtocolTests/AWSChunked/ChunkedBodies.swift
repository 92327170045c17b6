import Digests
import NIOCore
import S3Protocol
import SigV4

/// A body in aws-chunked form, and what its request says about it.
struct ChunkedBody {
    var bytes: [UInt8]
    var content: [UInt8]
    var decodedLength: UInt64
    var signatures: ChunkSignatures?
    var announced: [String] = []

    /// The content, and the trailers as lines, that a decoder finds when the body arrives in these pieces.
    func decoded(pieces: [ArraySlice<UInt8>]) throws(AWSChunkedError) -> (content: [UInt8], trailers: [String]) {
        var decoder = AWSChunkedDecoder(
            decodedLength: decodedLength, signatures: signatures, announcedTrailers: announced)
        var content: [UInt8] = []
        for piece in pieces {
            var input = ByteBuffer(bytes: piece)
            while case .data(let data) = try decoder.decode(&input) { content += data.readableBytesView }
        }
        return (content, try decoder.finish().map { "\($0.name):\($0.value)" })
    }

    func decoded() throws(AWSChunkedError) -> (content: [UInt8], trailers: [String]) {
        try decoded(pieces: [bytes[...]])
    }

    var refusal: AWSChunkedError? {
        do {
            _ = try decoded()
            return nil
        } catch {
            return error
        }
    }

    /// The body after `change`.
    func with(_ change: (inout ChunkedBody) -> Void) -> ChunkedBody {
        var changed = self
        change(&changed)
        return changed
    }

    func replacing(_ old: String, with new: String) -> ChunkedBody {
        with { $0.bytes.replace(Array(old.utf8), with: Array(new.utf8), maxReplacements: 1) }
    }
}

extension ChunkedBody {
    /// Without signatures.
    init(chunks: [[UInt8]], trailers: [String] = []) {
        bytes = []
        for chunk in chunks + [[]] {
            bytes += "\(String(chunk.count, radix: 16))\r\n".utf8
            bytes += chunk.isEmpty ? [] : chunk + Array("\r\n".utf8)
        }
        bytes += (trailers.map { $0 + "\r\n" }.joined() + "\r\n").utf8
        content = chunks.flatMap { $0 }
        decodedLength = UInt64(content.count)
        announced = Self.names(trailers)
    }

    /// With signatures, as the signer makes them.
    static func signed(chunks: [[UInt8]], trailers: [String] = []) throws -> ChunkedBody {
        var request = SignedRequest(method: "PUT", path: "/b/k", headers: [("Host", "h")])
        let chain = try Signer(accessKeyID: "a", secret: Secret("b")).sign(
            &request, payload: trailers.isEmpty ? .signedChunks : .signedChunksWithTrailer,
            at: UTCTime(secondsSinceEpoch: 1_369_353_600))
        var body = ChunkedBody(chunks: chunks, trailers: trailers)
        body.bytes = []
        body.signatures = chain
        var next = chain
        for chunk in chunks + [[]] {
            let signature = String(decoding: next.next(digest: DigestAlgorithm.sha256.digest(of: chunk)), as: UTF8.self)
            body.bytes += "\(String(chunk.count, radix: 16));chunk-signature=\(signature)\r\n".utf8
            body.bytes += chunk.isEmpty ? [] : chunk + Array("\r\n".utf8)
        }
        if !trailers.isEmpty {
            let text = trailers.map { $0 + "\n" }.joined()
            let signature = next.trailer(digest: DigestAlgorithm.sha256.digest(of: Array(text.utf8)))
            body.bytes += trailers.map { $0 + "\r\n" }.joined().utf8
            body.bytes += "x-amz-trailer-signature:\(String(decoding: signature, as: UTF8.self))\r\n".utf8
        }
        body.bytes += "\r\n".utf8
        return body
    }

    private static func names(_ trailers: [String]) -> [String] {
        trailers.map { String($0.prefix { $0 != ":" }) }
    }
}

/// The examples of "Transferring payload in multiple chunks" and of "Trailing headers", Amazon S3 API Reference: 65 KiB
/// of the letter a in chunks of 64 KiB.
enum PublishedChunks {
    private static let content = [UInt8](repeating: UInt8(ascii: "a"), count: 66_560)

    static func signed() throws -> ChunkedBody {
        try body(
            mode: .signedChunks, headers: [("Content-Length", "66824")],
            signatures: [
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ])
    }

    static func signedWithTrailer() throws -> ChunkedBody {
        try body(
            mode: .signedChunksWithTrailer, headers: [("x-amz-trailer", "x-amz-checksum-crc32c")],
            signatures: [
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ],
            trailer: "x-amz-checksum-crc32c:sOO8/Q==\r\n"
                + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
            announced: ["x-amz-checksum-crc32c"])
    }

    private static func body(
        mode: PayloadMode, headers: [(name: String, value: String)], signatures: [String], trailer: String = "",
        announced: [String] = []
    ) throws -> ChunkedBody {
        var request = SignedRequest(
            method: "PUT", path: "/examplebucket/chunkObject.txt",
            headers: [
                ("Host", "s3.amazonaws.com"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("Content-Encoding", "aws-chunked"), ("x-amz-decoded-content-length", "66560"),
            ] + headers)
        let signer = Signer(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secret: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        let chain = try signer.sign(&request, payload: mode, at: UTCTime(secondsSinceEpoch: 1_369_353_600))

        var bytes: [UInt8] = []
        for (count, signature) in zip([65_536, 1024, 0], signatures) {
            bytes += "\(String(count, radix: 16));chunk-signature=\(signature)\r\n".utf8
            bytes += content.prefix(count)
            bytes += (count == 0 ? trailer : "").utf8
            bytes += "\r\n".utf8
        }
        return ChunkedBody(
            bytes: bytes, content: content, decodedLength: 66_560, signatures: chain, announced: announced)
    }
}
