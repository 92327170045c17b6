import HTTPService
import S3Protocol
import StorageAPI

extension S3Exchange {
    func listObjects(_ input: ListObjectsInput) async throws -> HTTPResponse {
        let page = try await objects(input.bucket, input.query)
        return .document(S3Document.listObjects(input, page, owner: owner))
    }

    func listObjectsV2(_ input: ListObjectsV2Input) async throws -> HTTPResponse {
        let page = try await objects(input.bucket, input.query)
        return .document(S3Document.listObjectsV2(input, page, owner: owner))
    }

    func listObjectVersions(_ input: ListObjectVersionsInput) async throws -> HTTPResponse {
        let page = try await objects(input.bucket, input.query)
        return .document(S3Document.listObjectVersions(input, page, owner: owner))
    }

    func listMultipartUploads(_ input: ListMultipartUploadsInput) async throws -> HTTPResponse {
        guard input.maximumUploads > 0 else {
            let empty = try await emptyPage(of: UploadInfo.self, in: input.bucket)
            return .document(S3Document.listMultipartUploads(input, empty, owner: owner))
        }
        let page = try await store.listUploads(input.bucket, input.query, afterUpload: input.uploadIDMarker)
        return .document(S3Document.listMultipartUploads(input, page, owner: owner))
    }

    func listParts(_ input: ListPartsInput) async throws -> HTTPResponse {
        let (address, limit) = (input.address, input.maximumParts)
        let page: PartPage
        if limit > 0 {
            page = try await store.listParts(
                address.bucket, address.key, input.upload, after: input.partNumberMarker, limit: limit)
        } else {
            let upload = try await store.upload(address.bucket, address.key, input.upload)
            page = PartPage(upload: upload, parts: [], isTruncated: false)
        }
        return .document(S3Document.listParts(input, page, owner: owner))
    }

    /// As AWS: a page of no entries is empty and the last.
    private func objects(_ bucket: BucketName, _ query: ListQuery) async throws -> ObjectPage {
        query.limit > 0 ? try await store.list(bucket, query) : try await emptyPage(of: ObjectInfo.self, in: bucket)
    }

    private func emptyPage<Item>(of _: Item.Type, in bucket: BucketName) async throws -> ListPage<Item> {
        _ = try await store.bucket(bucket)
        return ListPage(entries: [], isTruncated: false)
    }
}
