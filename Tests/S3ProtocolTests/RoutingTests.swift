import NIOHTTP1
import SeededRandom
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct RoutingTests {
    static let digest: HTTPHeaders = ["Content-MD5": HeaderTests.emptyMD5]
    static let copy: HTTPHeaders = ["x-amz-copy-source": "/source/key"]
    static let attributes: HTTPHeaders = ["x-amz-object-attributes": "ETag,ObjectSize"]

    @Test(
        arguments: [
            (.GET, "/", [:], "ListBuckets"),
            (.GET, "/?x-id=ListBuckets&max-buckets=3", [:], "ListBuckets"),
            (.PUT, "/bucket", [:], "CreateBucket"),
            (.PUT, "/bucket/", [:], "CreateBucket"),
            (.HEAD, "/bucket/", [:], "HeadBucket"),
            (.HEAD, "/bucket?acl", [:], "HeadBucket"),
            (.DELETE, "/bucket", [:], "DeleteBucket"),
            (.GET, "/bucket?location", [:], "GetBucketLocation"),
            (.GET, "/bucket/?location=", [:], "GetBucketLocation"),
            (.GET, "/bucket", [:], "ListObjects"),
            (.GET, "/bucket?foo=bar", [:], "ListObjects"),
            (.GET, "/bucket?list-type=2", [:], "ListObjectsV2"),
            (.GET, "/bucket?versions", [:], "ListObjectVersions"),
            (.GET, "/bucket?uploads", [:], "ListMultipartUploads"),
            (.POST, "/bucket?delete", digest, "DeleteObjects"),
            (.POST, "/bucket?delete", ["x-amz-checksum-crc32": "AAAAAA=="], "DeleteObjects"),
            (.GET, "/bucket?policy", [:], "GetBucketPolicy"),
            (.PUT, "/bucket?policy", [:], "PutBucketPolicy"),
            (.DELETE, "/bucket?policy", [:], "DeleteBucketPolicy"),
            (.GET, "/bucket?policyStatus", [:], "GetBucketPolicyStatus"),
            (.GET, "/bucket?publicAccessBlock", [:], "GetPublicAccessBlock"),
            (.PUT, "/bucket?publicAccessBlock", [:], "PutPublicAccessBlock"),
            (.DELETE, "/bucket?publicAccessBlock", [:], "DeletePublicAccessBlock"),
            (.GET, "/bucket?ownershipControls", [:], "GetBucketOwnershipControls"),
            (.PUT, "/bucket?ownershipControls", [:], "PutBucketOwnershipControls"),
            (.DELETE, "/bucket?ownershipControls", [:], "DeleteBucketOwnershipControls"),
            (.GET, "/bucket?acl", [:], "GetBucketAcl"),
            (.GET, "/bucket?metrics", [:], "ListBucketMetricsConfigurations"),
            (.GET, "/bucket?metrics&id=x", [:], "GetBucketMetricsConfiguration"),
            (.PUT, "/bucket?acl", [:], "PutBucketAcl"),
            (.PUT, "/bucket?acl", ["x-amz-acl": "private"], "PutBucketAcl"),
            (.GET, "/bucket/key", [:], "GetObject"),
            (.GET, "/bucket/key?x-id=GetObject", [:], "GetObject"),
            (.GET, "/bucket/key?versionId=null", [:], "GetObject"),
            (.GET, "/bucket/key?partNumber=1", [:], "GetObject"),
            (.HEAD, "/bucket/key", [:], "HeadObject"),
            (.HEAD, "/bucket/key?partNumber=2", [:], "HeadObject"),
            (.PUT, "/bucket/key", [:], "PutObject"),
            (.PUT, "/bucket/key?x-id=PutObject", [:], "PutObject"),
            (.PUT, "/bucket/key", copy, "CopyObject"),
            (.DELETE, "/bucket/key", [:], "DeleteObject"),
            (.GET, "/bucket/key?attributes", attributes, "GetObjectAttributes"),
            (.GET, "/bucket/key?tagging", [:], "GetObjectTagging"),
            (.GET, "/bucket/key?acl", [:], "GetObjectAcl"),
            (.PUT, "/bucket/key?acl", [:], "PutObjectAcl"),
            (.POST, "/bucket/key?uploads", [:], "CreateMultipartUpload"),
            (.PUT, "/bucket/key?partNumber=1&uploadId=u", [:], "UploadPart"),
            (.PUT, "/bucket/key?partNumber=1&uploadId=u", copy, "UploadPartCopy"),
            (.POST, "/bucket/key?uploadId=u", [:], "CompleteMultipartUpload"),
            (.DELETE, "/bucket/key?uploadId=u", [:], "AbortMultipartUpload"),
            (.GET, "/bucket/key?uploadId=u", [:], "ListParts"),
        ] as [(HTTPMethod, String, HTTPHeaders, String)])
    func `Method, sub-resource and headers choose the operation`(
        method: HTTPMethod, target: String, headers: HTTPHeaders, name: String
    ) throws {
        let operation = try operation(method, target, headers)
        #expect(operation.name == name)
        #expect(operation.bucket == (target.hasPrefix("/bucket") ? bucket : nil))
        #expect(operation.key?.description == (target.hasPrefix("/bucket/key") ? "key" : nil))
    }

    @Test(
        arguments: [
            (.PUT, "/bucket?replication", "PutBucketReplication"), (.PUT, "/bucket?versioning", "PutBucketVersioning"),
            (.DELETE, "/bucket?cors", "DeleteBucketCors"), (.POST, "/bucket", "PostObject"),
            (.GET, "/bucket?session", "GetSession"), (.PUT, "/bucket/key?tagging", "PutObjectTagging"),
            (.DELETE, "/bucket/key?tagging", "DeleteObjectTagging"),
            (.PUT, "/bucket/key?retention", "PutObjectRetention"),
            (.POST, "/bucket/key?restore", "RestoreObject"),
            (.POST, "/bucket/key?select&select-type=2", "SelectObjectContent"),
            (.GET, "/bucket/key?torrent", "GetObjectTorrent"),
            (.POST, "/bucket?metadataTable", "CreateBucketMetadataTableConfiguration"),
        ] as [(HTTPMethod, String, String)])
    func `An operation that is not there is 501 by name`(method: HTTPMethod, target: String, name: String) {
        let refusal = failure { try operation(method, target) }
        #expect(refusal.code == .notImplemented)
        #expect(refusal.status.code == 501)
        #expect(refusal["Operation"] == name)
    }

    @Test(
        arguments: [
            (.POST, "/"), (.PUT, "/"), (.HEAD, "/"), (.DELETE, "/"), (.PATCH, "/bucket"),
            (.RAW(value: "FOO"), "/bucket"),
            (.PATCH, "/bucket/key"), (.POST, "/bucket/key"), (.CONNECT, "/bucket/key"), (.TRACE, "/bucket/key"),
        ] as [(HTTPMethod, String)])
    func `A method that a resource does not have is 405`(method: HTTPMethod, target: String) {
        let refusal = failure { try operation(method, target) }
        #expect(refusal.code == .methodNotAllowed)
        #expect(refusal.status.code == 405)
        #expect(refusal.headers.contains(name: "Allow"))
        #expect(refusal["Method"] == method.rawValue)
    }

    @Test func `A preflight is told that there is no CORS configuration`() {
        let origin: HTTPHeaders = ["Origin": "http://x", "Access-Control-Request-Method": "PUT"]
        #expect(failure { try operation(.OPTIONS, "/bucket/key", origin) }.code == .accessForbidden)
        #expect(failure { try operation(.OPTIONS, "/bucket/key") }.code == .badRequest)
    }

    @Test(
        arguments: [
            (.GET, "/bucket?acl&policy", .invalidArgument), (.GET, "/Bucket?acl", .invalidBucketName),
            (.PUT, "/b", .invalidBucketName), (.GET, "/bucket?list-type=3", .invalidArgument),
            (.GET, "/bucket?max-keys=blah", .invalidArgument), (.GET, "/bucket?max-keys=-1", .invalidArgument),
            (.GET, "/bucket?max-keys=99999999999", .invalidArgument),
            (.GET, "/bucket?encoding-type=xml", .invalidArgument),
            (.GET, "/bucket?list-type=2&continuation-token=blah", .invalidArgument),
            (.GET, "/bucket?versions&version-id-marker=x", .invalidArgument),
            (.GET, "/?max-buckets=0", .invalidArgument), (.GET, "/?max-buckets=10001", .invalidArgument),
            (.GET, "/?continuation-token=x", .invalidArgument),
            (.GET, "/bucket/key?versionId=", .invalidArgument), (.GET, "/bucket/key?versionId=x", .invalidArgument),
            (.GET, "/bucket/key?versionId=3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrH", .noSuchVersion),
            (.HEAD, "/bucket/key?versionId=3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrH", .noSuchVersion),
            (.GET, "/bucket/key?acl&versionId=x", .invalidArgument),
            (.PUT, "/bucket/key?versionId=null", .invalidArgument),
            (.GET, "/bucket/key?partNumber=0", .invalidArgument), (.GET, "/bucket/key?partNumber=x", .invalidArgument),
            (.GET, "/bucket/key?attributes", .invalidArgument),
            (.PUT, "/bucket/key?partNumber=10001&uploadId=u", .invalidArgument),
            (.PUT, "/bucket/key?partNumber=1", .invalidArgument), (.PUT, "/bucket/key?uploadId=u", .invalidArgument),
            (.PUT, "/bucket/key?partNumber=1&uploadId=", .noSuchUpload),
            (.POST, "/bucket/key?uploadId=a%2Fb", .noSuchUpload), (.GET, "/bucket/key?uploadId=..", .noSuchUpload),
            (.GET, "/bucket/key?uploadId=u&max-parts=x", .invalidArgument),
            (.GET, "/bucket/key?uploadId=u&part-number-marker=-1", .invalidArgument),
            (.POST, "/bucket?delete", .invalidRequest),
            (.PUT, "/bucket/" + String(repeating: "k", count: 1_025), .keyTooLong),
        ] as [(HTTPMethod, String, S3ErrorCode)])
    func `Bad input has the code that AWS gives`(method: HTTPMethod, target: String, code: S3ErrorCode) {
        #expect(failure { try operation(method, target) }.code == code)
    }

    @Test(
        arguments: [
            (.PUT, "/bucket/key", ["x-amz-decoded-content-length": "x"], .invalidArgument),
            (.PUT, "/bucket/key", ["Content-Length": "5368709121"], .entityTooLarge),
            (.PUT, "/bucket/key", ["x-amz-copy-source": "bucket"], .invalidArgument),
            (
                .PUT, "/bucket/key", ["x-amz-copy-source": "bucket/k", "x-amz-metadata-directive": "MERGE"],
                .invalidArgument
            ),
            (
                .PUT, "/bucket/key?partNumber=1&uploadId=u",
                ["x-amz-copy-source": "bucket/k", "x-amz-copy-source-range": "0-1"], .invalidArgument
            ),
            (.POST, "/bucket/key?uploads", ["x-amz-checksum-algorithm": "MD4"], .invalidRequest),
            (.POST, "/bucket/key?uploads", ["x-amz-checksum-type": "FULL_OBJECT"], .invalidRequest),
            (
                .POST, "/bucket/key?uploads",
                ["x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT"],
                .invalidRequest
            ),
            (
                .POST, "/bucket/key?uploads",
                ["x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "COMPOSITE"], .invalidRequest
            ),
            (.POST, "/bucket/key?uploadId=u", ["x-amz-mp-object-size": "x"], .invalidArgument),
            (.GET, "/bucket/key?attributes", ["x-amz-object-attributes": "Size"], .invalidArgument),
            (
                .GET, "/bucket/key?attributes", ["x-amz-object-attributes": "ETag", "x-amz-max-parts": "x"],
                .invalidArgument
            ),
            (.GET, "/bucket/key?partNumber=1", ["Range": "bytes=0-1"], .invalidRequest),
        ] as [(HTTPMethod, String, HTTPHeaders, S3ErrorCode)])
    func `Bad headers have the code that AWS gives`(
        method: HTTPMethod, target: String, headers: HTTPHeaders, code: S3ErrorCode
    ) {
        #expect(failure { try operation(method, target, headers) }.code == code)
    }

    @Test func `Random methods, queries and headers are answered or refused`() {
        var random = SeededGenerator(seed: 42)
        let names =
            (Subresource.ofBuckets + Subresource.ofObjects).map(\.name) + [
                "uploads", "uploadId", "partNumber", "versions", "versionId", "delete", "list-type", "max-keys",
                "location",
            ]
        let values = ["", "=", "=1", "=2", "=null", "=x", "=%20", "=99999999999999999999"]
        let fields = [
            "Range", "If-Match", "x-amz-copy-source", "x-amz-acl", "x-amz-checksum-crc32", "Content-MD5",
            "x-amz-trailer",
            "x-amz-object-attributes", "x-amz-copy-source-range", "Content-Length", "x-amz-meta-a",
        ]
        let texts = ["", "x", "bytes=0-", "/bucket/key", "private", "AAAAAA==", "*", "\"\"", "-1", ",", "é"]
        for _ in 0..<500 {
            var query = ""
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                query +=
                    (names.randomElement(using: &random) ?? "") + (values.randomElement(using: &random) ?? "") + "&"
            }
            var headers = HTTPHeaders()
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                headers.add(
                    name: fields.randomElement(using: &random) ?? "", value: texts.randomElement(using: &random) ?? "")
            }
            for method in [.GET, .HEAD, .PUT, .POST, .DELETE] as [HTTPMethod] {
                for path in ["/", "/bucket", "/bucket/key"] {
                    _ = try? operation(method, path + "?" + query, headers)
                }
            }
        }
    }
}
