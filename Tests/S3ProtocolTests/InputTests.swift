import NIOHTTP1
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct InputTests {
    @Test func `A listing has its query, decoded`() throws {
        let target = "/bucket?prefix=a%2Fb+c&delimiter=%2F&marker=m&max-keys=7&encoding-type=url"
        guard case .listObjects(let input) = try operation(.GET, target) else { throw S3Error(.internalError) }
        #expect(
            input.query
                == ListQuery(
                    prefix: Array("a/b c".utf8), delimiter: [0x2F], after: [0x6D], limit: 7))
        #expect(input.urlEncoded)
    }

    @Test(arguments: [("", 1_000), ("&max-keys=", 1_000), ("&max-keys=0", 0), ("&max-keys=5000", 1_000)])
    func `A page has at most 1,000 entries`(query: String, size: Int) throws {
        guard case .listObjects(let input) = try operation(.GET, "/bucket?x" + query) else {
            throw S3Error(.internalError)
        }
        #expect(input.maximumKeys == size)
    }

    @Test func `A continuation token wins over start-after, and an empty one is none`() throws {
        let token = ContinuationToken.encode([0x7A], for: .objects)
        let target = "/bucket?list-type=2&start-after=s&fetch-owner=true&continuation-token="
        guard case .listObjectsV2(let resumed) = try operation(.GET, target + token),
            case .listObjectsV2(let first) = try operation(.GET, target)
        else { throw S3Error(.internalError) }
        #expect(resumed.query.after == [0x7A])
        #expect(resumed.continuationToken == token)
        #expect(resumed.fetchOwner)
        #expect(first.query.after == [0x73])
        #expect(first.continuationToken == "")
    }

    @Test func `A PUT has all that its headers say`() throws {
        let put = try operation(
            .PUT, "/bucket/a%2Bb",
            [
                "Content-Type": "text/plain", "Content-Encoding": "aws-chunked", "x-amz-meta-k": "v",
                "If-None-Match": "*",
                "x-amz-decoded-content-length": "11", "Content-Length": "99", "x-amz-trailer": "x-amz-checksum-crc32",
                "x-amz-storage-class": "STANDARD", "x-amz-acl": "bucket-owner-full-control",
                "x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-request-payer": "requester",
            ])
        guard case .putObject(let input) = put else { throw S3Error(.internalError) }
        #expect(input.address == ObjectAddress(bucket: bucket, key: try ObjectKey("a+b")))
        #expect(input.metadata.headers == [.init(name: "content-type", value: "text/plain")])
        #expect(input.metadata.user == [.init(name: "k", value: "v")])
        #expect(input.precondition == Precondition(ifNoneMatch: .any))
        #expect(input.integrity == BodyIntegrity(trailer: .crc32))
        #expect(input.length == 11)
        guard case .putObject(let chunked) = try operation(.PUT, "/bucket/k") else { throw S3Error(.internalError) }
        #expect(chunked.length == nil)
    }

    @Test(arguments: [
        "x-amz-meta-a=b%0D%0AX-Evil:%201", "x-amz-meta-a=%00", "x-amz-meta-a=%7F", "x-amz-meta-a%0D%0AX-Evil:%201=b",
        "x-amz-meta-a%3Ab=c", "x-amz-meta-a%20b=c", "X-AMZ-META-%C3%A9=c",
    ])
    func `What no header can hold is not taken from a query`(query: String) {
        #expect(failure { try operation(.PUT, "/bucket/k?\(query)") }.code == .invalidArgument)
        #expect(failure { try operation(.POST, "/bucket/k?uploads&\(query)") }.code == .invalidArgument)
    }

    @Test func `Headers that a presigned URL carries in its query count`() throws {
        let presigned = "/bucket/k?X-Amz-Signature=s&X-Amz-Expires=60&x-amz-meta-a=b&x-amz-checksum-crc32=AAAAAA%3D%3D"
        guard case .putObject(let input) = try operation(.PUT, presigned) else { throw S3Error(.internalError) }
        #expect(input.metadata.user == [.init(name: "a", value: "b")])
        #expect(input.integrity.checksum?.algorithm == .crc32)
        let refusal = failure { try operation(.PUT, "/bucket/k?X-Amz-Acl=public-read") }
        #expect(refusal.code == .accessControlListNotSupported)
        #expect(refusal["Header"] == "x-amz-acl")
    }

    @Test func `A copy keeps or replaces metadata`() throws {
        var headers: HTTPHeaders = ["x-amz-copy-source": "bucket/k", "x-amz-meta-a": "b"]
        guard case .copyObject(let kept) = try operation(.PUT, "/bucket/k", headers) else {
            throw S3Error(.internalError)
        }
        #expect(kept.metadata == nil)
        #expect(kept.isNoOp)
        headers.add(name: "x-amz-metadata-directive", value: "REPLACE")
        guard case .copyObject(let replaced) = try operation(.PUT, "/bucket/k", headers) else {
            throw S3Error(.internalError)
        }
        #expect(replaced.metadata?.user.count == 1)
        #expect(!replaced.isNoOp)
    }

    @Test func `An upload's checksum has the type that its algorithm defaults to`() throws {
        for (algorithm, type) in [("CRC32", ChecksumType.composite), ("crc64nvme", .fullObject)] {
            let create = try operation(.POST, "/bucket/k?uploads", ["x-amz-checksum-algorithm": algorithm])
            guard case .createMultipartUpload(let input) = create else { throw S3Error(.internalError) }
            #expect(input.checksum?.type == type)
        }
    }

    @Test func `Completing names the object's checksum, type and size`() throws {
        let complete = try operation(
            .POST, "/bucket/k?uploadId=u1",
            [
                "x-amz-checksum-crc32": "AAAAAA==-2", "x-amz-checksum-type": "COMPOSITE", "x-amz-mp-object-size": "12",
                "If-Match": "\"abc\"",
            ])
        guard case .completeMultipartUpload(let input) = complete else { throw S3Error(.internalError) }
        #expect(input.upload == UploadID("u1"))
        #expect(input.checksum?.type == .composite)
        #expect(input.checksumType == .composite)
        #expect(input.objectSize == 12)
        #expect(input.precondition.ifMatch == .oneOf([ETag("abc")]))
        #expect(complete.documentLimit == BodyLimits.large)
        #expect(complete.documentIntegrity.isEmpty)
    }

    @Test func `Deleting a version that can not be there is no error`() throws {
        let version = "3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrH"
        guard case .deleteObject(let missing) = try operation(.DELETE, "/bucket/k?versionId=" + version),
            case .deleteObject(let current) = try operation(.DELETE, "/bucket/k?versionId=null")
        else { throw S3Error(.internalError) }
        #expect(missing.version == .missing(version))
        #expect(current.version == .current)
    }

    @Test func `A GET has range, part, overrides and conditions`() throws {
        let target = "/bucket/k?response-content-type=a%2Fb&versionId=null"
        let headers: HTTPHeaders = ["Range": "bytes=-8", "If-Match": "x", "x-amz-checksum-mode": "ENABLED"]
        guard case .getObject(let input) = try operation(.GET, target, headers),
            case .headObject(let part) = try operation(.HEAD, "/bucket/k?partNumber=3")
        else { throw S3Error(.internalError) }
        #expect(input.range?.text == "bytes=-8")
        #expect(input.overrides == [.init(name: "content-type", value: "a/b")])
        #expect(input.conditions.ifMatch == .oneOf([ETag("x")]))
        #expect(input.wantsChecksum)
        #expect(part.partNumber == 3)
    }

    @Test func `Attributes may be spread over headers and lists`() throws {
        let headers: HTTPHeaders = [
            "x-amz-object-attributes": "ETag, Checksum", "X-Amz-Object-Attributes": "ObjectParts",
            "x-amz-max-parts": "5",
            "x-amz-part-number-marker": "2",
        ]
        guard case .getObjectAttributes(let input) = try operation(.GET, "/bucket/k?attributes", headers) else {
            throw S3Error(.internalError)
        }
        #expect(input.attributes == [.etag, .checksum, .objectParts])
        #expect(input.maximumParts == 5)
        #expect(input.partNumberMarker == 2)
    }

    @Test func `Another account's buckets are not ours`() throws {
        let account = "123456789012"
        let query = S3Query()
        try ExpectedOwners(headers: [:], query: query).check(account: account)
        try ExpectedOwners(headers: ["x-amz-expected-bucket-owner": account], query: query).check(account: account)
        for name in ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"] {
            let owners = ExpectedOwners(headers: [name: account + "foo"], query: query)
            #expect(failure { try owners.check(account: account) }.code == .accessDenied)
        }
    }
}

@Suite struct UnsupportedHeaderTests {
    @Test(arguments: [
        ("x-amz-server-side-encryption", "AES256"), ("X-Amz-Server-Side-Encryption-Customer-Algorithm", "AES256"),
        ("x-amz-copy-source-server-side-encryption-customer-key", "k"), ("x-amz-object-lock-mode", "GOVERNANCE"),
        ("x-amz-object-lock-legal-hold", "OFF"), ("x-amz-storage-class", "STANDARD_IA"), ("x-amz-tagging", "a=b"),
        ("x-amz-tagging-directive", "REPLACE"), ("x-amz-website-redirect-location", "/x"), ("x-amz-mfa", "1 2"),
        ("x-amz-bucket-object-lock-enabled", "true"), ("x-amz-object-ownership", "ObjectWriter"),
        ("x-amz-checksum-sha512", "x"), ("x-amz-checksum-xxhash64", "x"),
        ("x-amz-write-offset-bytes", "5"),
    ])
    func `A header that asks for what is not there is 501 by name`(name: String, value: String) {
        for target in ["/bucket/key", "/bucket"] {
            let refusal = failure { try operation(.PUT, target, [name: value]) }
            #expect(refusal.code == .notImplemented)
            #expect(refusal["Header"] == name.lowercased())
        }
    }

    @Test(arguments: [("x-amz-grant-read", "id=x"), ("x-amz-acl", "public-read"), ("x-amz-acl", "authenticated-read")])
    func `ACLs for others are disabled`(name: String, value: String) {
        for target in ["/bucket/key", "/bucket/key?acl", "/bucket?acl"] {
            let refusal = failure { try operation(.PUT, target, [name: value]) }
            #expect(refusal.code == .accessControlListNotSupported)
            #expect(refusal["Header"] == name)
        }
        let refusal = failure { try operation(.PUT, "/bucket", [name: value]) }
        #expect(refusal.code == .invalidBucketACLWithObjectOwnership)
    }

    @Test(arguments: [
        ("x-amz-acl", "private"), ("x-amz-acl", "bucket-owner-full-control"), ("x-amz-storage-class", "STANDARD"),
        ("x-amz-tagging", ""), ("x-amz-tagging-directive", "COPY"), ("x-amz-bucket-object-lock-enabled", "false"),
        ("x-amz-object-ownership", "BucketOwnerEnforced"), ("x-amz-request-payer", "requester"),
        ("x-amz-expected-bucket-owner", "123456789012"), ("x-amz-checksum-mode", "ENABLED"),
        ("x-amz-optional-object-attributes", "RestoreStatus"), ("x-amz-bypass-governance-retention", "true"),
        ("x-amz-meta-server-side-encryption", "x"),
        ("x-amz-date", "20261122T100000Z"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    ])
    func `A header that asks for what holds anyway is accepted`(name: String, value: String) throws {
        _ = try operation(.PUT, "/bucket/key", [name: value])
    }

    @Test func `What AWS does not know either is a mistake`() {
        #expect(failure { try operation(.PUT, "/bucket/key", ["x-amz-acl": "secret"]) }.code == .invalidArgument)
        let storageClass: HTTPHeaders = ["x-amz-storage-class": "COLD"]
        #expect(failure { try operation(.PUT, "/bucket/key", storageClass) }.code == .invalidStorageClass)
    }
}
