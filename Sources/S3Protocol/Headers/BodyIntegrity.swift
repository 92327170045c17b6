import Digests
import NIOHTTP1
package import StorageAPI

/// The digests that a client promised for a body, beside the one in its signature.
package struct BodyIntegrity: Hashable, Sendable {
    /// `Content-MD5`, 16 bytes.
    package var contentMD5: [UInt8]?
    /// An `x-amz-checksum-…` header.
    package var checksum: Checksum?
    /// The `x-amz-checksum-…` header that `x-amz-trailer` announces. Never beside `checksum`.
    package var trailer: ChecksumAlgorithm?

    package init(contentMD5: [UInt8]? = nil, checksum: Checksum? = nil, trailer: ChecksumAlgorithm? = nil) {
        self.contentMD5 = contentMD5
        self.checksum = checksum
        self.trailer = trailer
    }

    package var isEmpty: Bool { contentMD5 == nil && checksum == nil && trailer == nil }
    package var algorithm: ChecksumAlgorithm? { checksum?.algorithm ?? trailer }

    /// - Throws: `InvalidDigest` for a malformed Content-MD5, `BadDigest` for a malformed checksum, `InvalidRequest`
    ///   for checksums that contradict each other.
    init(_ headers: HTTPHeaders) throws(S3Error) {
        contentMD5 = try Self.contentMD5(headers)
        checksum = try Self.checksum(headers)
        trailer = try Self.trailer(headers)
        if let checksum, checksum.type == .composite {
            throw Self.invalid(checksum.algorithm.headerName)
        }
        if checksum != nil, trailer != nil {
            throw S3Error(.invalidRequest, "Expecting a single x-amz-checksum- header")
        }
        guard let name = headers.first(name: "x-amz-sdk-checksum-algorithm") else { return }
        guard let promised = algorithm else {
            throw S3Error(
                .invalidRequest,
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                    + "headers were found.")
        }
        guard ChecksumAlgorithm(wireName: name) == promised else { throw Self.invalid("x-amz-sdk-checksum-algorithm") }
    }

    static func contentMD5(_ headers: HTTPHeaders) throws(S3Error) -> [UInt8]? {
        guard let text = headers.first(name: "Content-MD5") else { return nil }
        guard let digest = Base64.decode(text), digest.count == 16 else {
            throw S3Error(.invalidDigest).with("Content-MD5", text)
        }
        return digest
    }

    /// The one `x-amz-checksum-…` header, also with the `-N` of a composite checksum.
    static func checksum(_ headers: HTTPHeaders) throws(S3Error) -> Checksum? {
        let sent = ChecksumAlgorithm.allCases.filter { headers.contains(name: $0.headerName) }
        guard let algorithm = sent.first else { return nil }
        guard sent.count == 1, headers[algorithm.headerName].count == 1 else {
            throw S3Error(
                .invalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
        guard let checksum = Checksum(algorithm: algorithm, wireValue: headers[algorithm.headerName][0]) else {
            // What is no digest is the digest of no body.
            throw .badDigest(algorithm)
        }
        return checksum
    }

    private static func trailer(_ headers: HTTPHeaders) throws(S3Error) -> ChecksumAlgorithm? {
        let names = headers[canonicalForm: "x-amz-trailer"].map { $0.lowercased() }
        guard let name = names.first else { return nil }
        guard names.count == 1, let algorithm = ChecksumAlgorithm.allCases.first(where: { $0.headerName == name })
        else {
            throw S3Error(.invalidRequest, "The value specified in the x-amz-trailer header is not supported")
        }
        return algorithm
    }

    static func invalid(_ header: String) -> S3Error {
        S3Error(.invalidRequest, "Value for \(header) header is invalid.")
    }
}
