import NIOCore
import StorageAPI
import Testing

@testable import S3Protocol

@Suite struct BodyTests {
    static let namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

    // MARK: CreateBucket

    @Test(
        arguments: [
            ("", nil), ("<CreateBucketConfiguration/>", nil),
            (
                "<CreateBucketConfiguration \(namespace)><LocationConstraint>eu-west-1</LocationConstraint>"
                    + "</CreateBucketConfiguration>", "eu-west-1"
            ),
            ("<CreateBucketConfiguration><LocationConstraint/></CreateBucketConfiguration>", nil),
        ] as [(String, String?)])
    func `A bucket's region may be there`(text: String, region: String?) throws {
        #expect(try CreateBucketBody(ByteBuffer(string: text)).region == region)
    }

    @Test(
        arguments: [
            ("<Other/>", .malformedXML), ("x", .malformedXML),
            ("<CreateBucketConfiguration><Foo/></CreateBucketConfiguration>", .malformedXML),
            ("<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>", .notImplemented),
            (
                "<CreateBucketConfiguration><LocationConstraint>a b</LocationConstraint></CreateBucketConfiguration>",
                .invalidLocationConstraint
            ),
        ] as [(String, S3ErrorCode)])
    func `A bucket's configuration is refused when it is none`(text: String, code: S3ErrorCode) {
        #expect(failure { try CreateBucketBody(ByteBuffer(string: text)) }.code == code)
    }

    // MARK: DeleteObjects

    @Test func `Keys to delete are verbatim and may have conditions`() throws {
        let body = try DeleteObjectsBody(
            ByteBuffer(
                string: """
                    <Delete \(Self.namespace)>
                      <Object><Key> a&amp;b/é </Key><VersionId>null</VersionId></Object>
                      <Object><Key>c</Key><ETag>"abc"</ETag>
                        <LastModifiedTime>Sun, 22 Nov 2026 10:00:00 GMT</LastModifiedTime>
                        <Size>3</Size></Object>
                      <Quiet>true</Quiet>
                    </Delete>
                    """))
        #expect(body.isQuiet)
        #expect(body.objects[0] == DeleteObjectsBody.Object(key: Array(" a&b/é ".utf8), versionID: "null"))
        #expect(try body.objects[0].version() == .current)
        let condition = body.objects[1].precondition
        #expect(condition.ifMatch == .oneOf([ETag("abc")]))
        #expect(condition.ifModifiedAt?.seconds == moment.seconds)
        #expect(condition.ifSize == 3)
    }

    @Test func `One request deletes 1 to 1,000 keys`() throws {
        func text(_ count: Int) -> ByteBuffer {
            let objects = (0..<count).map { "<Object><Key>k\($0)</Key></Object>" }.joined()
            return ByteBuffer(string: "<Delete>\(objects)</Delete>")
        }
        #expect(try DeleteObjectsBody(text(1_000)).objects.count == 1_000)
        for count in [0, 1_001] {
            #expect(failure { try DeleteObjectsBody(text(count)) }.code == .malformedXML)
        }
    }

    @Test(arguments: [
        "<Remove/>", "<Delete><Object/></Delete>", "<Delete><Object><Key/></Object></Delete>",
        "<Delete><Object><Key>a</Key><Foo/></Object></Delete>", "<Delete><Foo/></Delete>",
        "<Delete><Object><Key>a</Key><Size>x</Size></Object></Delete>",
        "<Delete><Object><Key>a</Key><LastModifiedTime>x</LastModifiedTime></Object></Delete>",
        "<Delete><Quiet>maybe</Quiet><Object><Key>a</Key></Object></Delete>",
    ])
    func `A list of keys that is none is malformed`(text: String) {
        #expect(failure { try DeleteObjectsBody(ByteBuffer(string: text)) }.code == .malformedXML)
    }

    @Test func `A key that is too long fails alone`() throws {
        let key = String(repeating: "k", count: 1_025)
        let body = try DeleteObjectsBody(ByteBuffer(string: "<Delete><Object><Key>\(key)</Key></Object></Delete>"))
        #expect(failure { try body.objects[0].objectKey() }.code == .keyTooLong)
    }

    // MARK: CompleteMultipartUpload

    static func complete(_ parts: String) throws(S3Error) -> CompleteMultipartUploadBody {
        try CompleteMultipartUploadBody(
            ByteBuffer(string: "<CompleteMultipartUpload \(namespace)>\(parts)</CompleteMultipartUpload>"))
    }

    @Test func `Parts have numbers, tags and checksums`() throws {
        let body = try Self.complete(
            "<Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>"
                + "<Part><ETag>&quot;b&quot;</ETag><PartNumber> 3 </PartNumber></Part>")
        #expect(
            body.parts == [
                .init(number: 1, etag: ETag("a"), checksums: [Checksum(algorithm: .crc32, bytes: [0, 0, 0, 0])]),
                .init(number: 3, etag: ETag("b")),
            ])
    }

    @Test func `10,000 parts with checksums fit`() throws {
        let digest = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        let parts = (1...10_000).map {
            "<Part><ChecksumCRC32>AAAAAA==</ChecksumCRC32><ChecksumSHA256>\(digest)</ChecksumSHA256>"
                + "<ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><PartNumber>\($0)</PartNumber></Part>"
        }
        #expect(try Self.complete(parts.joined()).parts.count == 10_000)
        let surplus = (1...10_001).map { _ in "<Part/>" }.joined()
        #expect(failure { try Self.complete(surplus) }.code == .malformedXML)
    }

    @Test(
        arguments: [
            ("", .malformedXML), ("<Foo/>", .malformedXML), ("<Part><PartNumber>1</PartNumber></Part>", .malformedXML),
            ("<Part><ETag>a</ETag></Part>", .malformedXML),
            ("<Part><ETag>a</ETag><PartNumber>0</PartNumber></Part>", .invalidArgument),
            ("<Part><ETag>a</ETag><PartNumber>x</PartNumber></Part>", .invalidArgument),
            ("<Part><ETag>a</ETag><PartNumber>10001</PartNumber></Part>", .invalidArgument),
            ("<Part><ETag>a</ETag><PartNumber>1</PartNumber><ChecksumCRC32>x</ChecksumCRC32></Part>", .malformedXML),
            (
                "<Part><ETag>a</ETag><PartNumber>1</PartNumber><ChecksumSHA512>x</ChecksumSHA512></Part>",
                .notImplemented
            ),
            (
                "<Part><ETag>a</ETag><PartNumber>2</PartNumber></Part>"
                    + "<Part><ETag>a</ETag><PartNumber>1</PartNumber></Part>",
                .invalidPartOrder
            ),
            (
                "<Part><ETag>a</ETag><PartNumber>2</PartNumber></Part>"
                    + "<Part><ETag>a</ETag><PartNumber>2</PartNumber></Part>",
                .invalidPartOrder
            ),
        ] as [(String, S3ErrorCode)])
    func `Parts that can not be joined are refused`(parts: String, code: S3ErrorCode) {
        #expect(failure { try Self.complete(parts) }.code == code)
    }

    // MARK: ACLs

    static func grant(_ id: String, _ permission: String) -> String {
        "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">"
            + "<ID>\(id)</ID></Grantee><Permission>\(permission)</Permission></Grant>"
    }

    static func policy(_ grants: String, owner id: String = owner.id) throws(S3Error) -> AccessControlPolicyBody {
        try AccessControlPolicyBody(
            ByteBuffer(
                string: "<AccessControlPolicy \(namespace)><Owner><ID>\(id)</ID></Owner>"
                    + "<AccessControlList>\(grants)</AccessControlList></AccessControlPolicy>"),
            owner: owner)
    }

    @Test func `An ACL that says what holds anyway is accepted`() throws {
        _ = try Self.policy(Self.grant(owner.id, "FULL_CONTROL"))
        _ = try AccessControlPolicyBody(S3Document.accessControlPolicy(owner: owner), owner: owner)
    }

    @Test func `An ACL that grants anything else is not`() {
        let full = Self.grant(owner.id, "FULL_CONTROL")
        for grants in ["", Self.grant(owner.id, "READ"), full + Self.grant("other", "READ")] {
            #expect(failure { try Self.policy(grants) }.code == .accessControlListNotSupported)
        }
        #expect(failure { try Self.policy(full, owner: "other") }.code == .accessDenied)
        #expect(failure { try Self.policy("<Grant/>") }.code == .malformedACL)
        let empty = failure { try AccessControlPolicyBody(ByteBuffer(), owner: owner) }
        #expect(empty.code == .missingSecurityHeader)
    }
}
