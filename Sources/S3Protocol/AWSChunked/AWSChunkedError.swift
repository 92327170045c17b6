import SigV4

/// Why a body in aws-chunked form is refused.
package enum AWSChunkedError: Error, Equatable, Sendable {
    /// `x-amz-decoded-content-length` is missing or no number.
    case missingDecodedLength
    /// The framing is broken, or the body ended early.
    case malformed
    /// The chunks hold more or fewer bytes than `x-amz-decoded-content-length` says.
    case lengthMismatch(expected: UInt64, provided: UInt64)
    /// A chunk before the last has fewer bytes than S3 allows. `following` counts from 1.
    case chunkTooSmall(byteCount: UInt64, following: Int)
    /// A chunk's signature, or the trailers', is not the one expected here.
    case signatureDoesNotMatch
    /// The trailers are not headers, or not those that `x-amz-trailer` announced.
    case malformedTrailer
}

extension S3Error {
    package init(_ error: AWSChunkedError) {
        switch error {
        case .missingDecodedLength:
            self.init(S3ErrorCode.missingContentLength)
        case .malformed:
            self.init(.incompleteBody, "The request body terminated unexpectedly")
        case .lengthMismatch(let expected, let provided):
            self.init(
                .incompleteBody,
                details: [
                    Detail("NumberBytesExpected", String(expected)), Detail("NumberBytesProvided", String(provided)),
                ])
        case .chunkTooSmall(let byteCount, let following):
            self.init(
                .invalidChunkSize,
                // S3 notices when the next chunk begins, and names that one.
                details: [Detail("Chunk", String(following)), Detail("BadChunkSize", String(byteCount))])
        case .signatureDoesNotMatch:
            self.init(SignatureError.chunkSignatureDoesNotMatch)
        case .malformedTrailer:
            self.init(S3ErrorCode.malformedTrailer)
        }
    }
}
