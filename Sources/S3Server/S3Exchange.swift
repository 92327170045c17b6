import AccessControl
import HTTPService
import NIOCore
import NIOHTTP1
import NIOPosix
import S3Protocol
import SigV4
import StorageAPI

/// A request that was admitted, on its way to its answer. The handlers are its extensions, one file for each family of
/// operations; they throw what ``S3Error/init(translating:)`` knows.
struct S3Exchange: Sendable {
    let service: S3Service
    let request: HTTPRequest
    let target: S3Target
    let sender: AuthenticatedRequest
    let operation: S3Operation

    var store: any ObjectStore { service.store }
    var owner: S3Owner { service.settings.owner }

    func respond() async throws -> HTTPResponse {
        switch operation {
        case .listBuckets(let input): try await listBuckets(input)
        case .createBucket(let input): try await createBucket(input)
        case .headBucket(let bucket): try await headBucket(bucket)
        case .deleteBucket(let bucket): try await deleteBucket(bucket)
        case .getBucketLocation(let bucket): try await getBucketLocation(bucket)
        case .listObjects(let input): try await listObjects(input)
        case .listObjectsV2(let input): try await listObjectsV2(input)
        case .listObjectVersions(let input): try await listObjectVersions(input)
        case .listMultipartUploads(let input): try await listMultipartUploads(input)
        case .deleteObjects(let input): try await deleteObjects(input)
        case .getBucketPolicy(let bucket): try await getBucketPolicy(bucket)
        case .putBucketPolicy(let input): try await putBucketPolicy(input)
        case .deleteBucketPolicy(let bucket): try await deleteBucketPolicy(bucket)
        case .getBucketPolicyStatus(let bucket): try await getBucketPolicyStatus(bucket)
        case .getPublicAccessBlock(let bucket): try await getPublicAccessBlock(bucket)
        case .putPublicAccessBlock(let input): try await putPublicAccessBlock(input)
        case .deletePublicAccessBlock(let bucket): try await deletePublicAccessBlock(bucket)
        case .getBucketOwnershipControls(let bucket): try await getBucketOwnershipControls(bucket)
        case .putBucketOwnershipControls(let input): try await putBucketOwnershipControls(input)
        case .deleteBucketOwnershipControls(let bucket): try await deleteBucketOwnershipControls(bucket)
        case .getBucketSubresource(let bucket, let subresource): try await answer(subresource, of: bucket)
        case .getObject(let input), .headObject(let input): try await getObject(input)
        case .putObject(let input): try await putObject(input)
        case .copyObject(let input): try await copyObject(input)
        case .deleteObject(let input): try await deleteObject(input)
        case .getObjectAttributes(let input): try await getObjectAttributes(input)
        case .getObjectSubresource(let address, let subresource): try await answer(subresource, of: address)
        case .putACL(let input): try await putACL(input)
        case .createMultipartUpload(let input): try await createMultipartUpload(input)
        case .uploadPart(let input): try await uploadPart(input)
        case .uploadPartCopy(let input): try await uploadPartCopy(input)
        case .completeMultipartUpload(let input): try await completeMultipartUpload(input)
        case .abortMultipartUpload(let input): try await abortMultipartUpload(input)
        case .listParts(let input): try await listParts(input)
        }
    }
}

// MARK: Bodies

extension S3Exchange {
    /// The body as the store takes it. Nothing of it is read yet.
    ///
    /// - Parameter algorithm: see ``UploadStream``.
    func upload(
        _ integrity: BodyIntegrity, length: UInt64?, algorithm: ChecksumAlgorithm? = nil
    ) throws(S3Error) -> UploadStream {
        // A client that forgot the length would otherwise store nothing over its object.
        guard length != nil || request.body.length == nil else { throw S3Error(.missingContentLength) }
        let promises = BodyPromises(payloadDigest: payloadDigest, integrity: integrity, length: length)
        return UploadStream(
            try content(integrity), promises: promises, namesContent: true, algorithm: algorithm,
            permission: authorize, pool: service.computePool)
    }

    /// The body as a document, checked against what was promised.
    func document(_ integrity: BodyIntegrity) async throws -> ByteBuffer {
        var promises = BodyPromises(payloadDigest: payloadDigest, integrity: integrity)
        promises.limit = UInt64(operation.documentLimit ?? 0)
        let stream = UploadStream(
            try content(integrity), promises: promises, namesContent: false, permission: authorize,
            pool: service.computePool)
        return try await stream.collect()
    }

    /// Without the aws-chunked form, where the body has it.
    private func content(_ integrity: BodyIntegrity) throws(S3Error) -> any ByteStream {
        let payload = sender.authentication.payload
        guard payload.isChunked else { return request.body }
        var chunks: ChunkSignatures?
        if payload.hasSignedChunks, case .signed(let signature) = sender.authentication { chunks = signature.chunks }
        do throws(AWSChunkedError) {
            let length = try AWSChunkedDecoder.decodedLength(
                request.headers.first(name: "x-amz-decoded-content-length"))
            let trailers = request.headers[canonicalForm: "x-amz-trailer"].map { $0.lowercased() }
            return AWSChunkedStream(
                request.body,
                decoder: AWSChunkedDecoder(decodedLength: length, signatures: chunks, announcedTrailers: trailers))
        } catch {
            throw S3Error(error)
        }
    }

    private var payloadDigest: [UInt8]? {
        guard case .digest(let digest) = sender.authentication.payload else { return nil }
        return digest
    }
}

// MARK: Answers

extension HTTPResponse {
    /// 200 with a document.
    static func document(_ document: ByteBuffer, headers: HTTPHeaders = HTTPHeaders()) -> HTTPResponse {
        var headers = headers
        headers.add(name: "Content-Type", value: "application/xml")
        return HTTPResponse(status: .ok, headers: headers, body: .bytes(document))
    }
}
