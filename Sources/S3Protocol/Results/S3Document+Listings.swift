package import NIOCore
package import StorageAPI

extension S3Document {
    private static func capacity(_ count: Int) -> Int { 1_024 + 320 * count }

    package static func listObjects(_ input: ListObjectsInput, _ page: ObjectPage, owner: S3Owner) -> ByteBuffer {
        write("ListBucketResult", capacity: capacity(page.entries.count)) { writer in
            let encoded = input.urlEncoded
            writer.element("Name", input.bucket.text)
            writer.name("Prefix", input.prefix, urlEncoded: encoded)
            writer.name("Marker", input.marker, urlEncoded: encoded)
            // Without a delimiter the last key is the next marker, and AWS says nothing.
            if page.isTruncated, !input.delimiter.isEmpty, let last = page.lastName {
                writer.name("NextMarker", last, urlEncoded: encoded)
            }
            writer.element("MaxKeys", input.maximumKeys)
            writer.listingTail(input.delimiter, page, urlEncoded: encoded, owner: owner)
        }
    }

    package static func listObjectsV2(_ input: ListObjectsV2Input, _ page: ObjectPage, owner: S3Owner) -> ByteBuffer {
        write("ListBucketResult", capacity: capacity(page.entries.count)) { writer in
            let encoded = input.urlEncoded
            writer.element("Name", input.bucket.text)
            writer.name("Prefix", input.prefix, urlEncoded: encoded)
            if !input.startAfter.isEmpty {
                writer.name("StartAfter", input.startAfter, urlEncoded: encoded)
            }
            if let token = input.continuationToken {
                writer.element("ContinuationToken", token)
            }
            if page.isTruncated, let last = page.lastName {
                writer.element("NextContinuationToken", ContinuationToken.encode(last, for: .objects))
            }
            writer.element("KeyCount", page.entries.count)
            writer.element("MaxKeys", input.maximumKeys)
            writer.listingTail(input.delimiter, page, urlEncoded: encoded, owner: input.fetchOwner ? owner : nil)
        }
    }

    /// In a bucket without versions every object is the latest version of its key, called `null`.
    package static func listObjectVersions(
        _ input: ListObjectVersionsInput, _ page: ObjectPage, owner: S3Owner
    ) -> ByteBuffer {
        write("ListVersionsResult", capacity: capacity(page.entries.count)) { writer in
            let encoded = input.urlEncoded
            writer.element("Name", input.bucket.text)
            writer.name("Prefix", input.prefix, urlEncoded: encoded)
            writer.name("KeyMarker", input.keyMarker, urlEncoded: encoded)
            writer.element("VersionIdMarker", input.versionIDMarker ?? "")
            if page.isTruncated, let last = page.entries.last {
                writer.name("NextKeyMarker", last.name, urlEncoded: encoded)
                if case .item = last {
                    writer.element("NextVersionIdMarker", "null")
                }
            }
            writer.element("MaxKeys", input.maximumKeys)
            writer.listingHead(input.delimiter, isTruncated: page.isTruncated, urlEncoded: encoded)
            for info in page.items {
                writer.element("Version") { writer in
                    writer.name("Key", info.key.bytes, urlEncoded: encoded)
                    writer.element("VersionId", "null")
                    writer.element("IsLatest", true)
                    writer.objectFacts(info)
                    writer.owner(owner)
                    writer.element("StorageClass", storageClass)
                }
            }
            writer.commonPrefixes(page, urlEncoded: encoded)
        }
    }

    package static func listMultipartUploads(
        _ input: ListMultipartUploadsInput, _ page: UploadPage, owner: S3Owner
    ) -> ByteBuffer {
        write("ListMultipartUploadsResult", capacity: capacity(page.entries.count)) { writer in
            let encoded = input.urlEncoded
            writer.element("Bucket", input.bucket.text)
            writer.name("KeyMarker", input.keyMarker, urlEncoded: encoded)
            writer.element("UploadIdMarker", input.uploadIDMarker?.text ?? "")
            if page.isTruncated, let last = page.entries.last {
                writer.name("NextKeyMarker", last.name, urlEncoded: encoded)
                if case .item(let upload) = last {
                    writer.element("NextUploadIdMarker", upload.id.text)
                }
            }
            writer.name("Prefix", input.prefix, urlEncoded: encoded)
            writer.element("MaxUploads", input.maximumUploads)
            writer.listingHead(input.delimiter, isTruncated: page.isTruncated, urlEncoded: encoded)
            for upload in page.items {
                writer.element("Upload") { writer in
                    writer.name("Key", upload.key.bytes, urlEncoded: encoded)
                    writer.element("UploadId", upload.id.text)
                    writer.owner(owner, as: "Initiator")
                    writer.owner(owner)
                    writer.element("StorageClass", storageClass)
                    writer.element("Initiated", upload.initiated.iso8601)
                    if let checksum = upload.checksum {
                        writer.element("ChecksumAlgorithm", checksum.algorithm.wireName)
                        writer.element("ChecksumType", checksum.type.wireName)
                    }
                }
            }
            writer.commonPrefixes(page, urlEncoded: encoded)
        }
    }
}

extension XMLWriter {
    fileprivate mutating func listingHead(_ delimiter: [UInt8], isTruncated: Bool, urlEncoded: Bool) {
        if !delimiter.isEmpty {
            name("Delimiter", delimiter, urlEncoded: urlEncoded)
        }
        if urlEncoded {
            element("EncodingType", "url")
        }
        element("IsTruncated", isTruncated)
    }

    /// What both versions of ListObjects end with.
    fileprivate mutating func listingTail(_ delimiter: [UInt8], _ page: ObjectPage, urlEncoded: Bool, owner: S3Owner?) {
        listingHead(delimiter, isTruncated: page.isTruncated, urlEncoded: urlEncoded)
        for info in page.items {
            element("Contents") { writer in
                writer.name("Key", info.key.bytes, urlEncoded: urlEncoded)
                writer.objectFacts(info)
                if let owner {
                    writer.owner(owner)
                }
                writer.element("StorageClass", S3Document.storageClass)
            }
        }
        commonPrefixes(page, urlEncoded: urlEncoded)
    }

    fileprivate mutating func objectFacts(_ info: ObjectInfo) {
        element("LastModified", info.modified.iso8601)
        etag(info.etag)
        for checksum in info.seal.checksums {
            element("ChecksumAlgorithm", checksum.algorithm.wireName)
        }
        if let type = info.seal.checksums.first?.type {
            element("ChecksumType", type.wireName)
        }
        element("Size", info.size)
    }

    fileprivate mutating func commonPrefixes<Item>(_ page: ListPage<Item>, urlEncoded: Bool) {
        for case .commonPrefix(let prefix) in page.entries {
            element("CommonPrefixes") { $0.name("Prefix", prefix, urlEncoded: urlEncoded) }
        }
    }
}

/// What a listing can be resumed after.
private protocol Keyed {
    var key: ObjectKey { get }
}

extension ObjectInfo: Keyed {}
extension UploadInfo: Keyed {}

extension ListEntry where Item: Keyed {
    fileprivate var name: [UInt8] {
        switch self {
        case .item(let item): item.key.bytes
        case .commonPrefix(let prefix): prefix
        }
    }
}

extension ListPage where Item: Keyed {
    fileprivate var lastName: [UInt8]? { entries.last?.name }

    fileprivate var items: some Sequence<Item> {
        entries.lazy.compactMap { if case .item(let item) = $0 { item } else { nil } }
    }
}
