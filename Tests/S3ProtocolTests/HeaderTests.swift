import NIOHTTP1
import SeededRandom
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct HeaderTests {
    // MARK: Digests

    static let emptyMD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="

    @Test func `Promised digests are read`() throws {
        let integrity = try BodyIntegrity(["Content-MD5": Self.emptyMD5, "x-amz-checksum-crc32": "AAAAAA=="])
        #expect(integrity.contentMD5?.count == 16)
        #expect(integrity.checksum == Checksum(algorithm: .crc32, bytes: [0, 0, 0, 0]))
        #expect(integrity.algorithm == .crc32)
        #expect(try BodyIntegrity(["x-amz-trailer": "x-amz-checksum-crc64nvme"]).trailer == .crc64nvme)
        #expect(
            try BodyIntegrity(["x-amz-trailer": "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm": "crc32"])
                .algorithm == .crc32)
        #expect(try BodyIntegrity([:]).isEmpty)
    }

    @Test(arguments: ["", "x", "YWJyYWNhZGFicmE=", "1B2M2Y8AsgTpgAmY7PhCfg", emptyMD5 + emptyMD5])
    func `A Content-MD5 that is none is an invalid digest`(text: String) {
        #expect(failure { try BodyIntegrity(["Content-MD5": text]) }.code == .invalidDigest)
    }

    @Test(
        arguments: [
            ["x-amz-checksum-crc32": "AAAAAA==-2"],
            ["x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA=="],
            ["x-amz-checksum-crc32": "AAAAAA==", "x-amz-trailer": "x-amz-checksum-crc32"],
            ["x-amz-sdk-checksum-algorithm": "CRC32"],
            ["x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-crc32": "AAAAAA=="],
            ["x-amz-trailer": "x-amz-meta-late"], ["x-amz-trailer": "x-amz-checksum-crc32,x-amz-checksum-sha1"],
        ] as [HTTPHeaders])
    func `Checksums that are malformed or contradict each other are refused`(headers: HTTPHeaders) {
        #expect(failure { try BodyIntegrity(headers) }.code == .invalidRequest)
    }

    @Test(arguments: ChecksumAlgorithm.allCases)
    func `An algorithm is known by all its names`(algorithm: ChecksumAlgorithm) {
        #expect(ChecksumAlgorithm(wireName: algorithm.wireName.lowercased()) == algorithm)
        #expect(ChecksumAlgorithm(elementName: algorithm.elementName) == algorithm)
        #expect(algorithm.supports(algorithm.defaultType))
    }

    @Test(arguments: ["", "bad", "AAAA", "AAAAAA", "AAAAAAA="])
    func `A checksum that is none is a bad digest`(text: String) {
        let refusal = failure { try BodyIntegrity(["x-amz-checksum-crc32": text]) }
        #expect(refusal.code == .badDigest)
        #expect(refusal.message == "The CRC32 you specified did not match the calculated checksum.")
    }

    @Test func `A composite checksum tells its number of parts`() throws {
        let composite = try #require(Checksum(algorithm: .crc32, wireValue: "AAAAAQ==-3"))
        #expect(composite == Checksum(algorithm: .crc32, type: .composite, bytes: [0, 0, 0, 1]))
        #expect(composite.wireValue(partCount: 3) == "AAAAAQ==-3")
        #expect(Checksum(algorithm: .crc32, bytes: [0, 0, 0, 1]).wireValue(partCount: 3) == "AAAAAQ==")
        for text in ["AAAAAQ==-", "AAAAAQ==-0", "AAAAAQ==-10001", "AAAAAQ==-x", "-2", ""] {
            #expect(Checksum(algorithm: .crc32, wireValue: text) == nil)
        }
    }

    // MARK: Metadata

    @Test func `Content headers and user metadata are kept`() throws {
        let metadata = try MetadataHeaders.parse([
            "Content-Type": "text/plain", "Content-Encoding": "gzip", "Cache-Control": "no-cache",
            "Content-Disposition": "attachment", "Content-Language": "de", "Expires": "never", "Content-Length": "3",
            "X-Amz-Meta-Ic_Client": "é", "x-amz-meta-b": "1", "x-amz-meta-B": "2", "x-amz-meta-empty": "",
        ])
        #expect(
            metadata.headers.map(\.name) == [
                "content-type", "content-encoding", "cache-control", "content-disposition", "content-language",
                "expires",
            ])
        #expect(
            metadata.user == [
                .init(name: "ic_client", value: "é"), .init(name: "b", value: "1,2"), .init(name: "empty", value: ""),
            ])
    }

    @Test(arguments: [
        ("gzip", "gzip"), ("deflate, gzip", "deflate, gzip"), ("gzip, aws-chunked", "gzip"),
        ("aws-chunked, gzip", "gzip"), ("aws-chunked", ""), ("aws-chunked, aws-chunked", ""), ("AWS-Chunked", ""),
        ("a,aws-chunked,b", "a,b"), ("", ""),
    ])
    func `aws-chunked is no encoding of what is stored`(sent: String, kept: String) {
        #expect(MetadataHeaders.contentEncoding(sent) == kept)
    }

    @Test func `User metadata has 2 KB for names and values together`() throws {
        let value = String(repeating: "v", count: 2_047)
        #expect(try MetadataHeaders.parse(["x-amz-meta-n": value]).user.count == 1)
        let refusal = failure { try MetadataHeaders.parse(["x-amz-meta-nn": value]) }
        #expect(refusal.code == .metadataTooLarge)
        #expect(refusal["Size"] == "2049")
    }

    @Test func `An object is described as it was stored, and as the query overrides`() throws {
        let info = ObjectInfo(
            key: try ObjectKey("k"), size: 3, modified: moment, seal: ContentSeal(etag: ETag("abc")),
            metadata: ObjectMetadata(
                headers: [.init(name: "content-type", value: "text/plain")], user: [.init(name: "a_b", value: "c")]),
            partCount: nil)
        let plain = ObjectHeaders.describing(info)
        #expect(plain.first(name: "ETag") == "\"abc\"")
        #expect(plain.first(name: "Last-Modified") == "Sun, 22 Nov 2026 10:00:00 GMT")
        #expect(plain["Content-Type"] == ["text/plain"])
        #expect(plain.first(name: "x-amz-meta-a_b") == "c")
        let overrides = try ResponseOverrides.parse(try S3Query("response-content-type=a/b&response-expires=x"))
        let checksum = Checksum(algorithm: .crc32, bytes: [0, 0, 0, 0])
        let overridden = ObjectHeaders.describing(info, overrides: overrides, checksums: [checksum])
        #expect(overridden["Content-Type"] == ["a/b"])
        #expect(overridden["Expires"] == ["x"])
        #expect(overridden["x-amz-checksum-crc32"] == ["AAAAAA=="])
        #expect(overridden["x-amz-checksum-type"] == ["FULL_OBJECT"])
    }

    @Test func `A part's checksum is plain, and the type beside it is the object's`() throws {
        let composite = Checksum(algorithm: .crc32, type: .composite, bytes: [1, 2, 3, 4])
        let info = ObjectInfo(
            key: try ObjectKey("k"), size: 3, modified: moment,
            seal: ContentSeal(etag: ETag("abc-2"), checksums: [composite]), metadata: ObjectMetadata(), partCount: 2)
        let part = ObjectHeaders.describing(info, checksums: [Checksum(algorithm: .crc32, bytes: [0, 0, 0, 0])])
        #expect(part["x-amz-checksum-crc32"] == ["AAAAAA=="])
        #expect(part["x-amz-checksum-type"] == ["COMPOSITE"])
        #expect(ObjectHeaders.describing(info, checksums: [composite])["x-amz-checksum-crc32"] == ["AQIDBA==-2"])
    }

    @Test func `An override can not begin another header`() throws {
        let query = try S3Query("response-content-type=a%0d%0aSet-Cookie:x")
        #expect(failure { try ResponseOverrides.parse(query) }.code == .invalidArgument)
    }

    // MARK: Copy sources

    @Test(arguments: [
        ("bucket/key", "key"), ("/bucket/key", "key"), ("bucket/a%20b", "a b"), ("bucket/a+b", "a+b"),
        ("%2Fbucket%2Fdir%2Fkey", "dir/key"), ("bucket/key?versionId=null", "key"), ("bucket//key", "/key"),
        ("bucket/k%3FversionId=x", "k?versionId=x"), ("bucket/dir/", "dir/"),
    ])
    func `A copy's source comes with and without a slash, and percent-encoded`(text: String, key: String) throws {
        let source = try CopySource(text)
        #expect(source.address.bucket == bucket)
        #expect(source.address.key.bytes == Array(key.utf8))
    }

    @Test(
        arguments: [
            ("", .invalidArgument), ("bucket", .invalidArgument), ("/bucket/", .invalidArgument),
            ("bucket/%zz", .invalidArgument), ("bucket/%ff", .invalidArgument), ("B_/key", .invalidBucketName),
            ("bucket/key?versionId=", .invalidArgument), ("bucket/key?versionId=x", .invalidArgument),
            ("bucket/key?versionId=3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrH", .invalidArgument),
            ("bucket/key?versionId=3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrH", .noSuchVersion),
            ("//bucket/key", .invalidArgument),
        ] as [(String, S3ErrorCode)])
    func `A copy's source that names no object is refused`(text: String, code: S3ErrorCode) {
        #expect(failure { try CopySource(text) }.code == code)
    }

    // MARK: Tokens

    @Test func `A continuation token reads back, and only as what it is`() throws {
        for name in ["", "a", "dir/é\u{0}", String(repeating: "ÿ", count: 512)] {
            let token = ContinuationToken.encode(Array(name.utf8), for: .objects)
            let isPlain = token.utf8.allSatisfy { $0 != 0x2B && $0 != 0x2F && $0 != 0x3D }
            #expect(isPlain)
            #expect(try ContinuationToken.decode(token, for: .objects) == Array(name.utf8))
            #expect(failure { try ContinuationToken.decode(token, for: .buckets) }.code == .invalidArgument)
        }
    }

    @Test func `A token that was changed or invented is refused`() throws {
        let token = ContinuationToken.encode(Array("some/key".utf8), for: .objects)
        var random = SeededGenerator(seed: 7)
        var texts = ["", "x", "blah", token + "A", String(token.dropLast()), token + "="]
        for index in token.indices {
            var changed = token
            changed.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            texts.append(changed)
        }
        for _ in 0..<1_000 {
            texts.append(String(decoding: random.bytes(12), as: UTF8.self))
        }
        for text in texts {
            let refusal = failure { try ContinuationToken.decode(text, for: .objects) }
            #expect(refusal.code == .invalidArgument)
            #expect(refusal.message == "The continuation token provided is incorrect")
        }
    }
}
