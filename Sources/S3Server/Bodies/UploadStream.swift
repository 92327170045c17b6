import Digests
import NIOCore
import NIOPosix
import S3Protocol
import SigV4
import StorageAPI
import Synchronization

/// What a client promised about the bytes of a body, beside its framing.
struct BodyPromises: Sendable {
    /// SHA-256 of the body, where the signature covers it.
    var payloadDigest: [UInt8]?
    var integrity = BodyIntegrity()
    /// Bytes; nil: up to the end.
    var length: UInt64?
    /// Bytes; more are refused as `EntityTooLarge`.
    var limit = UploadLimits.maximumRequestByteCount
}

/// A body on its way into the store: passes bytes on while they are digested, and at the end holds them to everything
/// that was promised. What it throws means that nothing may be committed.
final class UploadStream: UploadBody {
    private struct State: Sendable {
        var byteCount: UInt64 = 0
        var crc: RunningCRC?
    }

    /// Bytes that may wait for their digest: what one upload can hold in memory beyond the store's own share.
    private static let backlogLimit = 1 << 20

    private let source: any ByteStream
    /// The same as `source`, where the body is in aws-chunked form.
    private let chunked: AWSChunkedStream?
    private let promises: BodyPromises
    /// The checksum to seal with.
    private let algorithm: ChecksumAlgorithm?
    private let lanes: [DigestAlgorithm: DigestLane]
    private let permission: @Sendable () throws(S3Error) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - permission: asked at the end, before anything is committed; throws when it is no longer given.
    ///   - namesContent: whether the bytes become an object or part, which is called by its MD5.
    ///   - algorithm: computed even if the client promised nothing of this kind; never another than the promised one.
    init(
        _ source: any ByteStream, promises: BodyPromises, namesContent: Bool, algorithm: ChecksumAlgorithm? = nil,
        permission: @escaping @Sendable () throws(S3Error) -> Void, pool: NIOThreadPool
    ) {
        self.source = source
        self.permission = permission
        chunked = source as? AWSChunkedStream
        self.promises = promises
        let algorithm = promises.integrity.algorithm ?? algorithm
        self.algorithm = algorithm
        // Each digest is computed once, and none that nobody asked for.
        var digests: Set<DigestAlgorithm> = []
        if namesContent || promises.integrity.contentMD5 != nil { digests.insert(.md5) }
        if promises.payloadDigest != nil { digests.insert(.sha256) }
        if let digest = algorithm?.digest { digests.insert(digest) }
        lanes = Dictionary(uniqueKeysWithValues: digests.map { ($0, DigestLane($0, pool: pool)) })
        state = Mutex(State(crc: algorithm.flatMap(RunningCRC.init)))
    }

    func next() async throws -> ByteBuffer? {
        guard let bytes = try await source.next() else {
            try checkEnd()
            return nil
        }
        let byteCount = state.withLock { state in
            state.byteCount += UInt64(bytes.readableBytes)
            state.crc?.update(bytes)
            return state.byteCount
        }
        guard byteCount <= promises.limit else { throw S3Error(.entityTooLarge) }
        if let length = promises.length, byteCount > length { throw incomplete(byteCount) }
        for lane in lanes.values { lane.update(bytes) }
        for lane in lanes.values { await lane.catchUp(to: Self.backlogLimit) }
        return bytes
    }

    func seal() async throws -> ContentSeal {
        try permission()
        if let expected = promises.payloadDigest {
            let computed = await digest(.sha256)
            guard computed == expected else {
                throw SignatureError.payloadDigestMismatch(
                    claimed: Hex.encode(expected), computed: Hex.encode(computed))
            }
        }
        let md5 = lanes[.md5] == nil ? [] : await digest(.md5)
        if let expected = promises.integrity.contentMD5, expected != md5 {
            throw S3Error(.badDigest)
                .with("ExpectedDigest", Base64.encode(expected)).with("CalculatedDigest", Base64.encode(md5))
        }
        let checksum = try await checksum()
        return ContentSeal(etag: ETag(Hex.encode(md5)), checksums: checksum.map { [$0] } ?? [])
    }

    /// The whole body, checked; for documents.
    ///
    /// - Throws: also `MaxMessageLengthExceeded` when it is longer than the promises' limit.
    func collect() async throws -> ByteBuffer {
        var document = ByteBuffer()
        do {
            while var bytes = try await next() { document.writeBuffer(&bytes) }
        } catch let error as S3Error where error.code == .entityTooLarge {
            throw S3Error(.maxMessageLengthExceeded).with("MaxMessageLengthBytes", String(promises.limit))
        }
        _ = try await seal()
        return document
    }

    private func checkEnd() throws(S3Error) {
        let byteCount = state.withLock { $0.byteCount }
        if let length = promises.length, byteCount != length { throw incomplete(byteCount) }
    }

    private func incomplete(_ byteCount: UInt64) -> S3Error {
        S3Error(.incompleteBody)
            .with("NumberBytesExpected", String(promises.length ?? 0))
            .with("NumberBytesProvided", String(byteCount))
    }

    /// Several promises may be about one digest: it is finished once.
    private let finished = Mutex<[DigestAlgorithm: [UInt8]]>([:])

    private func digest(_ algorithm: DigestAlgorithm) async -> [UInt8] {
        if let digest = finished.withLock({ $0[algorithm] }) { return digest }
        guard let lane = lanes[algorithm] else { preconditionFailure("a digest that was not computed") }
        let digest = await lane.finish()
        finished.withLock { $0[algorithm] = digest }
        return digest
    }

    private func checksum() async throws -> Checksum? {
        guard let algorithm else { return nil }
        let bytes: [UInt8]
        if let digest = algorithm.digest {
            bytes = await self.digest(digest)
        } else {
            bytes = state.withLock { $0.crc?.bytes } ?? []
        }
        if let expected = try promisedChecksum(), expected != bytes { throw S3Error.badDigest(algorithm) }
        return Checksum(algorithm: algorithm, bytes: bytes)
    }

    /// In a header, or in the trailer that a header announced.
    private func promisedChecksum() throws(S3Error) -> [UInt8]? {
        if let checksum = promises.integrity.checksum { return checksum.bytes }
        guard let algorithm = promises.integrity.trailer else { return nil }
        guard let text = chunked?.trailers.first(where: { $0.name == algorithm.headerName })?.value else {
            throw S3Error(.malformedTrailer)
        }
        guard let checksum = Checksum(algorithm: algorithm, wireValue: text) else {
            throw S3Error(.invalidRequest, "Value for \(algorithm.headerName) trailing header is invalid.")
        }
        return checksum.bytes
    }
}
