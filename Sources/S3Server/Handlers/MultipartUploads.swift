import HTTPService
import NIOHTTP1
import S3Protocol
import StorageAPI

extension S3Exchange {
    func createMultipartUpload(_ input: CreateMultipartUploadInput) async throws -> HTTPResponse {
        let address = input.address
        let upload = try await store.createUpload(
            address.bucket, address.key, metadata: input.metadata, checksum: input.checksum)
        var headers = HTTPHeaders()
        if let checksum = input.checksum {
            headers.add(name: "x-amz-checksum-algorithm", value: checksum.algorithm.wireName)
            headers.add(name: "x-amz-checksum-type", value: checksum.type.wireName)
        }
        return .document(S3Document.createMultipartUpload(address, upload.id), headers: headers)
    }

    func uploadPart(_ input: UploadPartInput) async throws -> HTTPResponse {
        let address = input.address
        let promised = try await store.upload(address.bucket, address.key, input.upload).checksum
        if let expected = promised?.algorithm, let actual = input.integrity.algorithm, expected != actual {
            throw S3Error(
                .invalidRequest,
                "Checksum Type mismatch occurred, expected checksum Type: \(expected.wireName.lowercased()), "
                    + "actual checksum Type: \(actual.wireName.lowercased())")
        }
        let part = try await store.putPart(
            PartRequest(
                bucket: address.bucket, key: address.key, upload: input.upload, number: input.number,
                length: input.length),
            body: try upload(input.integrity, length: input.length, algorithm: promised?.algorithm))
        var headers: HTTPHeaders = ["ETag": part.seal.etag.quoted]
        for checksum in part.seal.checksums {
            headers.add(name: checksum.algorithm.headerName, value: checksum.wireValue(partCount: nil))
        }
        return HTTPResponse(status: .ok, headers: headers)
    }

    /// How often an upload that changes while it is completed is looked at again.
    private static let completeAttempts = 3

    func completeMultipartUpload(_ input: CompleteMultipartUploadInput) async throws -> HTTPResponse {
        // The checksum header is about the object: the body has none of its own.
        let integrity = BodyIntegrity(contentMD5: input.contentMD5)
        let body = try CompleteMultipartUploadBody(try await document(integrity))
        let assembly = PartAssembly(input: input, requested: body.parts)
        let request = CompleteRequest(
            bucket: input.address.bucket, key: input.address.key, upload: input.upload,
            parts: body.parts.map(\.number), precondition: input.precondition)
        for attempt in 1...Self.completeAttempts {
            do throws(StoreError) {
                let info = try await store.completeUpload(request) { upload, parts in
                    try authorize()
                    return try assembly.seal(upload, parts)
                }
                let location = location(of: input.address)
                return .document(S3Document.completeMultipartUpload(input.address, info, location: location))
            } catch {
                guard error.code == .conflict, attempt < Self.completeAttempts else { throw error }
            }
        }
        throw StoreError(.conflict)
    }

    func abortMultipartUpload(_ input: AbortMultipartUploadInput) async throws -> HTTPResponse {
        try await store.abortUpload(input.address.bucket, input.address.key, input.upload)
        return HTTPResponse(status: .noContent)
    }

    /// The object's URL, as the client addressed it.
    private func location(of address: ObjectAddress) -> String {
        let scheme = request.isSecure ? "https" : "http"
        let host = request.forwardedHost ?? request.headers.first(name: "Host") ?? ""
        let key = PercentCoding.encode(address.key.bytes)
        return target.isVirtualHosted ? "\(scheme)://\(host)/\(key)" : "\(scheme)://\(host)/\(address.bucket)/\(key)"
    }
}
