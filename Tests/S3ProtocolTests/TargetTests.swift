import NIOHTTP1
import SeededRandom
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct TargetTests {
    @Test(
        arguments: [
            ("/", nil, ""), ("/bucket", "bucket", ""), ("/bucket/", "bucket", ""), ("/bucket/key", "bucket", "key"),
            ("/bucket//key", "bucket", "/key"), ("/bucket/a//b/", "bucket", "a//b/"),
            ("/bucket/../x", "bucket", "../x"),
            ("/bucket/.", "bucket", "."), ("/bucket/a+b", "bucket", "a+b"), ("/bucket/a%2Bb", "bucket", "a+b"),
            ("/bucket/a%20b", "bucket", "a b"), ("/bucket/a%2Fb", "bucket", "a/b"), ("/bucket/%2e%2E", "bucket", ".."),
            ("/bucket/e%CC%81", "bucket", "e\u{301}"), ("/bucket/%C3%A9", "bucket", "\u{e9}"),
            ("/bucket/é", "bucket", "é"), ("/bucket/a%00b", "bucket", "a\0b"), ("/bucket/a%3Fb?x", "bucket", "a?b"),
            ("/BUCKET/k", "BUCKET", "k"), ("/bucket%2Fkey", "bucket/key", ""),
            ("http://host:9000/bucket/key?acl", "bucket", "key"), ("HTTPS://host/", nil, ""),
        ] as [(String, String?, String)])
    func `A path names a bucket and a key, verbatim`(target: String, bucket: String?, key: String) throws {
        let parsed = try S3Target(target: target, host: "host:9000", domains: [])
        #expect(parsed.bucket == bucket)
        #expect(parsed.key == Array(key.utf8))
        #expect(!parsed.isVirtualHosted)
    }

    @Test(arguments: [
        "", "bucket/key", "*", "host:443", "http://host", "/bucket/%", "/bucket/%4", "/bucket/%zz", "/bucket/%ff",
        "/bucket/%C3",
        "/%ff/key", "/bucket?prefix=%ff", "/bucket?%zz=1", "/bucket?a=%", "/bucket/%ED%A0%80",
    ])
    func `A target that does not decode is an invalid URI`(target: String) {
        let refusal = failure { try S3Target(target: target, host: nil, domains: []) }
        #expect(refusal.code == .invalidURI)
        #expect(refusal.status.code == 400)
    }

    @Test(
        arguments: [
            ("bucket.s3.example.org", "bucket"), ("bucket.s3.example.org:9000", "bucket"),
            ("BUCKET.S3.Example.org", "bucket"), ("a.b.s3.example.org", "a.b"), ("s3.example.org", nil),
            ("other.org", nil), ("10.0.0.1:9000", nil), ("[::1]:9000", nil), ("xs3.example.org", nil),
            ("bucket.minio.local", "bucket"), (".s3.example.org", nil),
        ] as [(String, String?)])
    func `A host below a base domain names the bucket`(host: String, bucket: String?) throws {
        let target = try S3Target(target: "/a/b", host: host, domains: ["s3.example.org", "minio.local"])
        #expect(target.bucket == bucket ?? "a")
        #expect(target.key == Array((bucket == nil ? "b" : "a/b").utf8))
        #expect(target.isVirtualHosted == (bucket != nil))
    }

    @Test func `Queries decode plus as space, keep order and know items without a value`() throws {
        let query = try S3Query("prefix=a+b%2Bc&acl&empty=&&prefix=second&%70ath=x=y")
        #expect(
            query.items == [
                .init(name: "prefix", value: "a b+c"), .init(name: "acl", value: nil), .init(name: "empty", value: ""),
                .init(name: "prefix", value: "second"), .init(name: "path", value: "x=y"),
            ])
        #expect(query["prefix"] == "a b+c")
        #expect(query["acl"] == "")
        #expect(query["absent"] == nil)
        #expect(query.contains("acl"))
    }

    @Test func `A bucket's name is checked when it is asked for`() throws {
        let target = try S3Target(target: "/No_Bucket/key", host: nil, domains: [])
        let refusal = failure { try target.bucketName() }
        #expect(refusal.code == .invalidBucketName)
        #expect(refusal["BucketName"] == "No_Bucket")
    }

    @Test func `A key of 1,024 bytes is the longest`() throws {
        let longest = String(repeating: "é", count: 512)
        #expect(try S3Target(target: "/bucket/" + longest, host: nil, domains: []).objectKey().bytes.count == 1_024)
        let target = try S3Target(target: "/bucket/" + longest + "x", host: nil, domains: [])
        let refusal = failure { try target.objectKey() }
        #expect(refusal.code == .keyTooLong)
        #expect(refusal["Size"] == "1025")
        #expect(refusal["MaxSizeAllowed"] == "1024")
    }

    @Test func `Percent-encoding leaves unreserved characters and slashes`() {
        #expect(PercentCoding.encode("a/b c+d*~-._é&\r".utf8) == "a/b%20c%2Bd%2A~-._%C3%A9%26%0D")
        #expect(PercentCoding.decode("%41%6a+".utf8) == Array("Aj+".utf8))
    }

    @Test func `Random targets are parsed or refused, and what decodes encodes back`() throws {
        var random = SeededGenerator(seed: 20_261_122)
        let alphabet = Array("%%%%/?&=+0Af.é\u{0}".utf8)
        for _ in 0..<4_000 {
            let count = Int.random(in: 0..<24, using: &random)
            let bytes = [UInt8(ascii: "/")] + (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let target = try? S3Target(target: text, host: "x.y", domains: ["y"]) else { continue }
            if PercentCoding.decode(PercentCoding.encode(target.key).utf8) != target.key { Issue.record("\(text)") }
            _ = try? S3Operation(method: .GET, target: target, headers: [:])
            _ = try? S3Operation(method: .POST, target: target, headers: [:])
        }
    }
}
