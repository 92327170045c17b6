import NIOCore
import NIOHTTP1
import StorageAPI
import Testing

@testable import S3Protocol

/// Golden documents: what clients parse, to the byte.
@Suite struct DocumentTests {
    static let xmlns = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
    static let ownerText = "<Owner><ID>0123abcd</ID><DisplayName>root</DisplayName></Owner>"
    static let time = "2026-11-22T10:00:00.250Z"
    static let address = ObjectAddress(bucket: bucket, key: ObjectKey(trusted: Array("a b&c".utf8)))
    static let crc32 = Checksum(algorithm: .crc32, bytes: [0, 0, 0, 0])

    static func info(_ key: String, checksums: [Checksum] = [], partCount: Int? = nil) -> ObjectInfo {
        ObjectInfo(
            key: ObjectKey(trusted: Array(key.utf8)), size: 3, modified: moment,
            seal: ContentSeal(etag: ETag("abc"), checksums: checksums), metadata: ObjectMetadata(),
            partCount: partCount)
    }

    static func contents(_ key: String, owner: String = "") -> String {
        "<Contents><Key>\(key)</Key><LastModified>\(time)</LastModified><ETag>&quot;abc&quot;</ETag><Size>3</Size>"
            + "\(owner)<StorageClass>STANDARD</StorageClass></Contents>"
    }

    @Test func `ListBuckets`() throws {
        let info = BucketInfo(name: bucket, id: BucketID(1), created: moment, region: "eu-west-1")
        let page = BucketPage(buckets: [info], isTruncated: true)
        let row = "<Name>bucket</Name><CreationDate>\(Self.time)</CreationDate>"
        guard case .listBuckets(let plain) = try operation(.GET, "/"),
            case .listBuckets(let paged) = try operation(.GET, "/?max-buckets=1&prefix=b")
        else { throw S3Error(.internalError) }
        #expect(
            S3Document.listBuckets(plain, BucketPage(buckets: [info], isTruncated: false), owner: owner).documentText
                == "<ListAllMyBucketsResult \(Self.xmlns)>\(Self.ownerText)<Buckets><Bucket>\(row)</Bucket></Buckets>"
                + "</ListAllMyBucketsResult>")
        let text = S3Document.listBuckets(paged, page, owner: owner).documentText
        let token = ContinuationToken.encode(Array("bucket".utf8), for: .buckets)
        #expect(
            text.hasSuffix(
                "<BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets>"
                    + "<ContinuationToken>\(token)</ContinuationToken>"
                    + "<Prefix>b</Prefix></ListAllMyBucketsResult>"))
        guard case .listBuckets(let next) = try operation(.GET, "/?continuation-token=\(token)") else {
            throw S3Error(.internalError)
        }
        #expect(next.after == "bucket")
    }

    @Test func `ListObjects`() throws {
        let page = ObjectPage(entries: [.item(Self.info("a b")), .commonPrefix(Array("d/".utf8))], isTruncated: true)
        guard case .listObjects(let input) = try operation(.GET, "/bucket?delimiter=/&max-keys=2&prefix=&marker=A")
        else {
            throw S3Error(.internalError)
        }
        #expect(
            S3Document.listObjects(input, page, owner: owner).documentText
                == "<ListBucketResult \(Self.xmlns)><Name>bucket</Name><Prefix></Prefix><Marker>A</Marker>"
                + "<NextMarker>d/</NextMarker><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter>"
                + "<IsTruncated>true</IsTruncated>" + Self.contents("a b", owner: Self.ownerText)
                + "<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes></ListBucketResult>")
    }

    @Test func `ListObjectsV2, percent-encoded, and its token goes on where it ended`() throws {
        let page = ObjectPage(entries: [.item(Self.info("a b+c/é"))], isTruncated: true)
        let target = "/bucket?list-type=2&encoding-type=url&prefix=a+b&start-after=a+&delimiter=%25"
        guard case .listObjectsV2(let input) = try operation(.GET, target) else { throw S3Error(.internalError) }
        let token = ContinuationToken.encode(Array("a b+c/é".utf8), for: .objects)
        #expect(
            S3Document.listObjectsV2(input, page, owner: owner).documentText
                == "<ListBucketResult \(Self.xmlns)><Name>bucket</Name><Prefix>a%20b</Prefix>"
                + "<StartAfter>a%20</StartAfter><NextContinuationToken>\(token)</NextContinuationToken>"
                + "<KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><Delimiter>%25</Delimiter>"
                + "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
                + Self.contents("a%20b%2Bc/%C3%A9") + "</ListBucketResult>")
        guard case .listObjectsV2(let next) = try operation(.GET, target + "&continuation-token=" + token) else {
            throw S3Error(.internalError)
        }
        #expect(next.query.after == Array("a b+c/é".utf8))
        #expect(
            S3Document.listObjectsV2(next, page, owner: owner).documentText
                .contains("<ContinuationToken>\(token)</ContinuationToken>"))
    }

    @Test func `A listing shows checksums, and the owner where it is asked for`() throws {
        let page = ObjectPage(entries: [.item(Self.info("k", checksums: [Self.crc32]))], isTruncated: false)
        guard case .listObjectsV2(let input) = try operation(.GET, "/bucket?list-type=2&fetch-owner=true") else {
            throw S3Error(.internalError)
        }
        let text = S3Document.listObjectsV2(input, page, owner: owner).documentText
        #expect(
            text.contains(
                "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>3</Size>"
                    + Self.ownerText))
        #expect(!text.contains("NextContinuationToken"))
    }

    @Test func `ListObjectVersions`() throws {
        let page = ObjectPage(entries: [.item(Self.info("k"))], isTruncated: true)
        guard case .listObjectVersions(let input) = try operation(.GET, "/bucket?versions") else {
            throw S3Error(.internalError)
        }
        #expect(
            S3Document.listObjectVersions(input, page, owner: owner).documentText
                == "<ListVersionsResult \(Self.xmlns)><Name>bucket</Name><Prefix></Prefix><KeyMarker></KeyMarker>"
                + "<VersionIdMarker></VersionIdMarker><NextKeyMarker>k</NextKeyMarker>"
                + "<NextVersionIdMarker>null</NextVersionIdMarker><MaxKeys>1000</MaxKeys>"
                + "<IsTruncated>true</IsTruncated><Version><Key>k</Key><VersionId>null</VersionId>"
                + "<IsLatest>true</IsLatest><LastModified>\(Self.time)</LastModified><ETag>&quot;abc&quot;</ETag>"
                + "<Size>3</Size>\(Self.ownerText)<StorageClass>STANDARD</StorageClass></Version></ListVersionsResult>")
    }

    @Test func `ListMultipartUploads`() throws {
        let upload = UploadInfo(
            key: ObjectKey(trusted: [0x6B]), id: UploadID("u1"), initiated: moment, metadata: ObjectMetadata(),
            checksum: UploadChecksum(algorithm: .sha256, type: .composite))
        let page = UploadPage(entries: [.item(upload)], isTruncated: true)
        guard
            case .listMultipartUploads(let input) = try operation(
                .GET, "/bucket?uploads&key-marker=j&upload-id-marker=u0&max-uploads=1")
        else { throw S3Error(.internalError) }
        let initiator = Self.ownerText.replacing("Owner>", with: "Initiator>")
        #expect(
            S3Document.listMultipartUploads(input, page, owner: owner).documentText
                == "<ListMultipartUploadsResult \(Self.xmlns)><Bucket>bucket</Bucket><KeyMarker>j</KeyMarker>"
                + "<UploadIdMarker>u0</UploadIdMarker><NextKeyMarker>k</NextKeyMarker>"
                + "<NextUploadIdMarker>u1</NextUploadIdMarker><Prefix></Prefix><MaxUploads>1</MaxUploads>"
                + "<IsTruncated>true</IsTruncated><Upload><Key>k</Key><UploadId>u1</UploadId>\(initiator)"
                + "\(Self.ownerText)<StorageClass>STANDARD</StorageClass><Initiated>\(Self.time)</Initiated>"
                + "<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType></Upload>"
                + "</ListMultipartUploadsResult>")
    }

    @Test func `ListParts`() throws {
        let upload = UploadInfo(
            key: Self.address.key, id: UploadID("u1"), initiated: moment, metadata: ObjectMetadata(), checksum: nil)
        let part = PartInfo(
            number: 2, size: 5, modified: moment, seal: ContentSeal(etag: ETag("p"), checksums: [Self.crc32]))
        guard case .listParts(let input) = try operation(.GET, "/bucket/a%20b%26c?uploadId=u1&max-parts=1") else {
            throw S3Error(.internalError)
        }
        let initiator = Self.ownerText.replacing("Owner>", with: "Initiator>")
        let page = PartPage(upload: upload, parts: [part], isTruncated: true)
        #expect(
            S3Document.listParts(input, page, owner: owner).documentText
                == "<ListPartsResult \(Self.xmlns)><Bucket>bucket</Bucket><Key>a b&amp;c</Key><UploadId>u1</UploadId>"
                + "\(initiator)\(Self.ownerText)<StorageClass>STANDARD</StorageClass>"
                + "<PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>2</NextPartNumberMarker>"
                + "<MaxParts>1</MaxParts><IsTruncated>true</IsTruncated><Part><PartNumber>2</PartNumber>"
                + "<LastModified>\(Self.time)</LastModified><ETag>&quot;p&quot;</ETag><Size>5</Size>"
                + "<ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></ListPartsResult>")
    }

    @Test func `Answers to multipart uploads and copies`() {
        #expect(
            S3Document.createMultipartUpload(Self.address, UploadID("u1")).documentText
                == "<InitiateMultipartUploadResult \(Self.xmlns)><Bucket>bucket</Bucket><Key>a b&amp;c</Key>"
                + "<UploadId>u1</UploadId></InitiateMultipartUploadResult>")
        let composite = Checksum(algorithm: .crc32, type: .composite, bytes: [0, 0, 0, 0])
        let whole = Self.info("a b&c", checksums: [composite], partCount: 2)
        #expect(
            S3Document.completeMultipartUpload(Self.address, whole, location: "http://h/bucket/a%20b&c").documentText
                == "<CompleteMultipartUploadResult \(Self.xmlns)><Location>http://h/bucket/a%20b&amp;c</Location>"
                + "<Bucket>bucket</Bucket><Key>a b&amp;c</Key><ETag>&quot;abc&quot;</ETag>"
                + "<ChecksumCRC32>AAAAAA==-2</ChecksumCRC32><ChecksumType>COMPOSITE</ChecksumType>"
                + "</CompleteMultipartUploadResult>")
        #expect(
            S3Document.copyObject(Self.info("k")).documentText
                == "<CopyObjectResult \(Self.xmlns)><ETag>&quot;abc&quot;</ETag>"
                + "<LastModified>\(Self.time)</LastModified></CopyObjectResult>")
        let part = PartInfo(number: 1, size: 3, modified: moment, seal: ContentSeal(etag: ETag("abc")))
        #expect(
            S3Document.copyPart(part).documentText
                == "<CopyPartResult \(Self.xmlns)><ETag>&quot;abc&quot;</ETag>"
                + "<LastModified>\(Self.time)</LastModified></CopyPartResult>")
    }

    @Test func `DeleteObjects answers successes unless it is to be quiet, and failures always`() {
        let outcomes = [
            DeleteOutcome(object: .init(key: Array("a".utf8), versionID: "null")),
            DeleteOutcome(object: .init(key: Array("b".utf8)), error: S3Error(.accessDenied)),
        ]
        let failures = "<Error><Key>b</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        #expect(
            S3Document.deleteObjects(outcomes, isQuiet: true).documentText
                == "<DeleteResult \(Self.xmlns)>\(failures)</DeleteResult>")
        #expect(
            S3Document.deleteObjects(outcomes, isQuiet: false).documentText
                == "<DeleteResult \(Self.xmlns)><Deleted><Key>a</Key><VersionId>null</VersionId></Deleted>\(failures)"
                + "</DeleteResult>")
    }

    @Test func `GetObjectAttributes answers what was asked for`() throws {
        let headers = ["ETag,Checksum,ObjectParts,StorageClass,ObjectSize", "ETag"].map { attributes in
            ["x-amz-object-attributes": attributes, "x-amz-max-parts": "1", "x-amz-part-number-marker": "3"]
        }
        let part = PartInfo(number: 4, size: 3, modified: moment, seal: ContentSeal(etag: ETag("p")))
        let info = Self.info("k", checksums: [Self.crc32], partCount: 6)
        var texts: [String] = []
        for fields in headers {
            let read = try operation(.GET, "/bucket/k?attributes", .init(fields.map { ($0.key, $0.value) }))
            guard case .getObjectAttributes(let input) = read else { throw S3Error(.internalError) }
            let document = S3Document.objectAttributes(
                input, info, parts: [StoredPart(info: part, range: 0..<3)], isTruncated: true)
            texts.append(document.documentText)
        }
        #expect(
            texts[0]
                == "<GetObjectAttributesResponse \(Self.xmlns)><ETag>abc</ETag><Checksum>"
                + "<ChecksumCRC32>AAAAAA==</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType></Checksum>"
                + "<ObjectParts><PartsCount>6</PartsCount><PartNumberMarker>3</PartNumberMarker>"
                + "<NextPartNumberMarker>4</NextPartNumberMarker><MaxParts>1</MaxParts>"
                + "<IsTruncated>true</IsTruncated><Part><PartNumber>4</PartNumber><Size>3</Size></Part></ObjectParts>"
                + "<StorageClass>STANDARD</StorageClass><ObjectSize>3</ObjectSize></GetObjectAttributesResponse>")
        #expect(
            texts[1] == "<GetObjectAttributesResponse \(Self.xmlns)><ETag>abc</ETag></GetObjectAttributesResponse>")
    }

    @Test func `A location is empty for the first region`() {
        for region in ["", "us-east-1"] {
            #expect(
                S3Document.locationConstraint(region: region).documentText == "<LocationConstraint \(Self.xmlns)/>")
        }
        #expect(
            S3Document.locationConstraint(region: "eu-west-1").documentText
                == "<LocationConstraint \(Self.xmlns)>eu-west-1</LocationConstraint>")
    }

    @Test(
        arguments: [
            ("/bucket?cors", .noSuchCORSConfiguration), ("/bucket?lifecycle", .noSuchLifecycleConfiguration),
            ("/bucket?website", .noSuchWebsiteConfiguration), ("/bucket?tagging", .noSuchTagSet),
            ("/bucket?replication", .replicationConfigurationNotFound),
            ("/bucket?encryption", .serverSideEncryptionConfigurationNotFound),
            ("/bucket?object-lock", .objectLockConfigurationNotFound),
            ("/bucket?analytics&id=x", .noSuchConfiguration), ("/bucket/k?retention", .invalidRequest),
        ] as [(String, S3ErrorCode)])
    func `A setting that is not set has AWS's code`(target: String, code: S3ErrorCode) throws {
        #expect(failure { try Self.settings(target).document(owner: owner) }.code == code)
    }

    @Test(arguments: [
        ("/bucket?versioning", "<VersioningConfiguration \(xmlns)/>"),
        ("/bucket?notification", "<NotificationConfiguration \(xmlns)/>"),
        ("/bucket?logging", "<BucketLoggingStatus xmlns=\"http://doc.s3.amazonaws.com/2006-03-01\"/>"),
        ("/bucket?accelerate", "<AccelerateConfiguration \(xmlns)/>"),
        (
            "/bucket?requestPayment",
            "<RequestPaymentConfiguration \(xmlns)><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"
        ),
        (
            "/bucket?inventory",
            "<ListInventoryConfigurationsResult \(xmlns)><IsTruncated>false</IsTruncated>"
                + "</ListInventoryConfigurationsResult>"
        ),
        ("/bucket/k?tagging", "<Tagging \(xmlns)><TagSet/></Tagging>"),
        (
            "/bucket/k?acl",
            "<AccessControlPolicy \(xmlns)>\(ownerText)<AccessControlList><Grant>"
                + "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">"
                + "<ID>0123abcd</ID><DisplayName>root</DisplayName></Grantee><Permission>FULL_CONTROL</Permission>"
                + "</Grant></AccessControlList></AccessControlPolicy>"
        ),
    ])
    func `A setting with a default answers it`(target: String, text: String) throws {
        #expect(try Self.settings(target).document(owner: owner).documentText == text)
    }

    static func settings(_ target: String) throws -> SubresourceDefault {
        switch try operation(.GET, target) {
        case .getBucketSubresource(_, let settings), .getObjectSubresource(_, let settings): settings
        case let other: throw S3Error(.internalError, other.name)
        }
    }
}
