import Digests
import NIOCore
import S3Protocol
import StorageAPI

/// What CompleteMultipartUpload decides: whether the parts are those that the client means, and what the whole is
/// called. A value without I/O; the store calls it with what is there.
struct PartAssembly: Sendable {
    let input: CompleteMultipartUploadInput
    let requested: [CompleteMultipartUploadBody.Part]

    /// - Parameter parts: the requested ones that are there, ascending.
    /// - Throws: `InvalidPart`, `EntityTooSmall`, `InvalidRequest` or `BadDigest`.
    func seal(_ upload: UploadInfo, _ parts: [PartInfo]) throws(S3Error) -> ContentSeal {
        try check(parts, of: upload)
        try checkSize(parts)
        let checksum = try checksum(of: parts, promised: upload.checksum)
        var seal = ContentSeal(etag: try etag(of: parts))
        if let checksum { seal.checksums = [checksum] }
        return seal
    }

    private func check(_ parts: [PartInfo], of upload: UploadInfo) throws(S3Error) {
        var stored = parts.makeIterator()
        for (index, part) in requested.enumerated() {
            guard let info = stored.next(), info.number == part.number, info.seal.etag == part.etag else {
                throw invalidPart(part)
            }
            for checksum in part.checksums where !info.seal.checksums.contains(where: { $0.isSame(as: checksum) }) {
                throw invalidPart(part)
            }
            if let promised = upload.checksum, promised.type == .composite,
                !part.checksums.contains(where: { $0.algorithm == promised.algorithm })
            {
                let name = promised.algorithm.wireName.lowercased()
                throw S3Error(
                    .invalidRequest,
                    "The upload was created using a \(name) checksum. The complete request must include the checksum "
                        + "for each part. It was missing for part \(part.number) in the request.")
            }
            if index < requested.count - 1, info.size < UploadLimits.minimumPartByteCount {
                throw tooSmall(info)
            }
        }
    }

    private func checkSize(_ parts: [PartInfo]) throws(S3Error) {
        guard let expected = input.objectSize else { return }
        let size = parts.reduce(0) { $0 + $1.size }
        guard size == expected else {
            throw S3Error(
                .invalidRequest,
                "The provided 'x-amz-mp-object-size' header value \(expected) does not match what was computed: \(size)"
            )
        }
    }

    /// MD5 of the parts' MD5s, and how many there are.
    private func etag(of parts: [PartInfo]) throws(S3Error) -> ETag {
        var digests: [UInt8] = []
        digests.reserveCapacity(16 * parts.count)
        for part in parts {
            guard let digest = Hex.decode(part.seal.etag.text), digest.count == 16 else {
                throw S3Error(.internalError, cause: MalformedRecord.partTag(part.seal.etag))
            }
            digests += digest
        }
        return ETag("\(Hex.encode(DigestAlgorithm.md5.digest(of: digests)))-\(parts.count)")
    }

    private func invalidPart(_ part: CompleteMultipartUploadBody.Part) -> S3Error {
        S3Error(.invalidPart)
            .with("UploadId", input.upload.text).with("PartNumber", String(part.number)).with("ETag", part.etag.text)
    }

    private func tooSmall(_ part: PartInfo) -> S3Error {
        S3Error(.entityTooSmall)
            .with("ProposedSize", String(part.size))
            .with("MinSizeAllowed", String(UploadLimits.minimumPartByteCount))
            .with("PartNumber", String(part.number)).with("ETag", part.seal.etag.text)
    }
}

// MARK: - The checksum of the whole

extension PartAssembly {
    private func checksum(of parts: [PartInfo], promised: UploadChecksum?) throws(S3Error) -> Checksum? {
        guard let promised else {
            guard input.checksum == nil else {
                throw S3Error(.invalidRequest, "The upload was not created with a checksum algorithm.")
            }
            return nil
        }
        if let type = input.checksumType, type != promised.type {
            throw S3Error(
                .invalidRequest,
                "The upload was created using the \(promised.type.wireName) checksum mode. "
                    + "The complete request must use "
                    + "the same checksum mode.")
        }
        let computed = Checksum(
            algorithm: promised.algorithm, type: promised.type, bytes: try bytes(of: parts, promised))
        guard let expected = input.checksum else { return computed }
        guard expected.algorithm == computed.algorithm else {
            throw S3Error(
                .invalidRequest,
                "Checksum Type mismatch occurred, expected checksum Type: \(promised.algorithm.wireName.lowercased()), "
                    + "actual checksum Type: \(expected.algorithm.wireName.lowercased())")
        }
        guard expected.bytes == computed.bytes else { throw .badDigest(promised.algorithm) }
        return computed
    }

    private func bytes(of parts: [PartInfo], _ promised: UploadChecksum) throws(S3Error) -> [UInt8] {
        var checksums: [[UInt8]] = []
        for part in parts {
            guard let checksum = part.seal.checksums.first(where: { $0.algorithm == promised.algorithm }) else {
                throw S3Error(.internalError, cause: MalformedRecord.partChecksum(part.number))
            }
            checksums.append(checksum.bytes)
        }
        switch promised.type {
        case .composite:
            return promised.algorithm.checksum(of: checksums.flatMap(\.self))
        case .fullObject:
            guard var crc = RunningCRC(promised.algorithm) else {
                throw S3Error(.internalError, cause: MalformedRecord.uploadChecksum(promised))
            }
            for (part, checksum) in zip(parts, checksums) { crc.append(checksum, byteCount: part.size) }
            return crc.bytes
        }
    }
}

/// What the front stored itself and can not have stored so.
enum MalformedRecord: Error, Equatable {
    case partTag(ETag)
    case partChecksum(PartNumber)
    case uploadChecksum(UploadChecksum)
    case shortStream
}

extension Checksum {
    /// A client writes a part's checksum without saying of which type it is.
    fileprivate func isSame(as other: Checksum) -> Bool {
        algorithm == other.algorithm && bytes == other.bytes
    }
}
