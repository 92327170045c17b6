import Digests

/// What the signature says about the body: the value of `x-amz-content-sha256`.
package enum PayloadMode: Hashable, Sendable {
    /// The body has this SHA-256 digest.
    case digest([UInt8])
    /// Anything goes.
    case unsigned
    /// aws-chunked, each chunk with its signature.
    case signedChunks
    /// The same, with trailers and their signature.
    case signedChunksWithTrailer
    /// aws-chunked with trailers, nothing signed.
    case unsignedChunksWithTrailer

    /// The body must be freed of aws-chunked framing.
    package var isChunked: Bool {
        switch self {
        case .digest, .unsigned: false
        case .signedChunks, .signedChunksWithTrailer, .unsignedChunksWithTrailer: true
        }
    }

    package var hasSignedChunks: Bool {
        self == .signedChunks || self == .signedChunksWithTrailer
    }

    package var hasTrailer: Bool {
        self == .signedChunksWithTrailer || self == .unsignedChunksWithTrailer
    }

    /// - Throws: `NotImplemented` for Signature V4A, `InvalidArgument` for what is neither a mode nor a digest.
    package init(headerValue text: String) throws(SignatureError) {
        switch text {
        case Self.unsigned.headerValue: self = .unsigned
        case Self.signedChunks.headerValue: self = .signedChunks
        case Self.signedChunksWithTrailer.headerValue: self = .signedChunksWithTrailer
        case Self.unsignedChunksWithTrailer.headerValue: self = .unsignedChunksWithTrailer
        case "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER":
            throw .payloadModeNotImplemented
        default:
            guard text.utf8.count == 64, let digest = Hex.decode(text) else { throw .invalidPayloadMode(text) }
            self = .digest(digest)
        }
    }

    package var headerValue: String {
        switch self {
        case .digest(let digest): Hex.encode(digest)
        case .unsigned: "UNSIGNED-PAYLOAD"
        case .signedChunks: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        case .signedChunksWithTrailer: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        case .unsignedChunksWithTrailer: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        }
    }

    /// The digest of a body without a byte.
    package static let empty = PayloadMode.digest(DigestAlgorithm.sha256.digest(of: [UInt8]()))
}
