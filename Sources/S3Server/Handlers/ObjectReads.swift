import AccessControl
import HTTPService
import NIOCore
import NIOHTTP1
import S3Protocol
import StorageAPI

extension S3Exchange {
    /// GetObject and HeadObject: the same answer, but for the body.
    func getObject(_ input: GetObjectInput) async throws -> HTTPResponse {
        if !input.overrides.isEmpty, sender.principal == .anonymous {
            throw S3Error(
                .invalidRequest, "Request specific response headers cannot be used for anonymous GET requests.")
        }
        let object = try await store.object(input.address.bucket, input.address.key)
        let info = object.info
        switch input.conditions.evaluate(etag: info.etag, modified: info.modified) {
        case .proceed: break
        case .notModified: return HTTPResponse(status: .notModified, headers: ObjectHeaders.validators(of: info))
        case .preconditionFailed(let header): throw S3Error(.preconditionFailed).with("Condition", header)
        }
        let slice = try await slice(input, of: object)
        let checksums = input.wantsChecksum ? slice.checksums : []
        var headers = ObjectHeaders.describing(info, overrides: input.overrides, checksums: checksums)
        if let partCount = slice.partCount { headers.add(name: "x-amz-mp-parts-count", value: String(partCount)) }
        if slice.isPartial {
            let (range, size) = (slice.range, info.size)
            headers.add(
                name: "Content-Range", value: "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
        }
        let status: HTTPResponseStatus = slice.isPartial ? .partialContent : .ok
        let length = slice.range.upperBound - slice.range.lowerBound
        guard request.method != .HEAD else { return HTTPResponse(status: status, headers: headers, headLength: length) }
        return HTTPResponse(status: status, headers: headers, body: try await body(of: object, slice.range))
    }

    /// Bodies of at most this many bytes leave in one piece.
    private static let joinedByteCount: UInt64 = 64 << 10

    private func body(of object: any StoredObject, _ range: Range<UInt64>) async throws -> HTTPResponse.Body {
        let length = range.upperBound - range.lowerBound
        guard length > 0 else { return .none }
        let stream = object.read(range)
        // Read before the answer begins, so that what can not be read gets an error of its own.
        guard var bytes = try await stream.next() else { throw MalformedRecord.shortStream }
        guard length <= Self.joinedByteCount else {
            return .stream(BegunStream(bytes, then: stream), length: length)
        }
        while bytes.readableBytes < length {
            guard var more = try await stream.next() else { throw MalformedRecord.shortStream }
            bytes.writeBuffer(&more)
        }
        return .bytes(bytes)
    }
}

// MARK: Ranges and parts

extension S3Exchange {
    /// The bytes of an object that a read is about.
    private struct Slice {
        var range: Range<UInt64>
        var isPartial = false
        /// Of exactly these bytes.
        var checksums: [Checksum] = []
        /// Only where the request names a part of an object that has some.
        var partCount: Int?
    }

    private func slice(_ input: GetObjectInput, of object: any StoredObject) async throws -> Slice {
        let info = object.info
        if let number = input.partNumber { return try await part(number, of: object) }
        guard let range = input.range(of: info) else {
            return Slice(range: 0..<info.size, checksums: info.seal.checksums)
        }
        return Slice(range: try range.resolve(size: info.size), isPartial: true)
    }

    private func part(_ number: PartNumber, of object: any StoredObject) async throws -> Slice {
        let info = object.info
        if let partCount = info.partCount {
            guard let part = try await object.part(number) else { throw S3Error.invalidPart(number, of: partCount) }
            return Slice(
                range: part.range, isPartial: !part.range.isEmpty, checksums: part.info.seal.checksums,
                partCount: partCount)
        }
        // What was not uploaded in parts is its own and only part.
        guard number == 1 else { throw S3Error.invalidPart(number, of: 1) }
        return Slice(range: 0..<info.size, isPartial: info.size > 0, checksums: info.seal.checksums)
    }

    func getObjectAttributes(_ input: GetObjectAttributesInput) async throws -> HTTPResponse {
        let object = try await store.object(input.address.bucket, input.address.key)
        var parts: [StoredPart] = []
        var isTruncated = false
        if input.attributes.contains(.objectParts), object.info.partCount != nil {
            parts = try await object.parts(after: input.partNumberMarker, limit: input.maximumParts + 1)
            isTruncated = parts.count > input.maximumParts
            parts = Array(parts.prefix(input.maximumParts))
        }
        let document = S3Document.objectAttributes(input, object.info, parts: parts, isTruncated: isTruncated)
        return .document(document, headers: ["Last-Modified": object.info.modified.httpDate])
    }
}

extension S3Error {
    fileprivate static func invalidPart(_ number: PartNumber, of count: Int) -> S3Error {
        S3Error(.invalidPartNumber)
            .with("PartNumberRequested", String(number)).with("ActualPartCount", String(count))
    }
}

extension ObjectHeaders {
    /// What a 304 must repeat of the 200 it stands for (RFC 9110, section 15.4.5).
    fileprivate static func validators(of info: ObjectInfo) -> HTTPHeaders {
        var headers: HTTPHeaders = ["ETag": info.etag.quoted, "Last-Modified": info.modified.httpDate]
        for field in info.metadata.headers where ["cache-control", "expires"].contains(field.name) {
            headers.add(name: field.name, value: field.value)
        }
        return headers
    }
}
