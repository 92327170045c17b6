import Digests
import SigV4
import Testing

@Suite("The examples that AWS publishes")
struct PublishedExampleTests {
    @Test(
        "verify, and sign to the same",
        arguments: [
            Published.getObject, Published.putObject, Published.getLifecycle, Published.listObjects,
            Published.signedChunks, Published.signedChunksWithTrailer,
        ])
    func header(request: SignedRequest) throws {
        let signature = try #require(try Published.verifier.signature(of: request))
        #expect(signature.accessKeyID == Published.accessKeyID)
        #expect(signature.scope == CredentialScope(day: "20130524", region: "us-east-1"))
        #expect(signature.signedAt == Published.time)
        #expect(signature.expiry == nil)

        // The examples leave some headers unsigned, which the signer would not.
        let authorization = try #require(request[header: "authorization"])
        var bare = request.with { bare in
            for name in ["authorization", "x-amz-date", "x-amz-content-sha256"] { bare[header: name] = nil }
            if !authorization.contains(";content-length;") { bare[header: "content-length"] = nil }
        }
        try Published.signer.sign(&bare, payload: signature.payload, at: Published.time)
        #expect(bare[header: "authorization"] == authorization.replacing(",", with: ", "))
    }

    @Test("verify, and sign to the same, in a query")
    func query() throws {
        let signature = try #require(try Published.verifier.signature(of: Published.presigned))
        #expect(signature.payload == .unsigned)
        #expect(signature.expiry == Published.time.advanced(bySeconds: 86_400))

        var bare = Published.presigned.with { $0.query = "" }
        try Published.signer.presign(&bare, expirySeconds: 86_400, at: Published.time)
        #expect(bare.query == Published.presigned.query)
    }

    @Test("chain the signatures of chunks")
    func chunks() throws {
        var chain = try #require(try Published.verifier.signature(of: Published.signedChunks)).chunks
        #expect(
            signature(&chain, 65_536) == "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
        #expect(signature(&chain, 1024) == "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
        #expect(signature(&chain, 0) == "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")
    }

    @Test("chain the signatures of chunks and a trailer")
    func trailer() throws {
        var chain = try #require(try Published.verifier.signature(of: Published.signedChunksWithTrailer)).chunks
        #expect(
            signature(&chain, 65_536) == "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")
        #expect(signature(&chain, 1024) == "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")
        #expect(signature(&chain, 0) == "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")
        let digest = DigestAlgorithm.sha256.digest(of: Array("x-amz-checksum-crc32c:sOO8/Q==\n".utf8))
        #expect(
            String(decoding: chain.trailer(digest: digest), as: UTF8.self)
                == "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435")
    }

    private func signature(_ chain: inout ChunkSignatures, _ count: Int) -> String {
        let chunk = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        return String(decoding: chain.next(digest: DigestAlgorithm.sha256.digest(of: chunk)), as: UTF8.self)
    }
}
