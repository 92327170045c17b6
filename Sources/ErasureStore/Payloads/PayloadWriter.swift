import DriveIO
import ErasureCoding
import MetadataIndex
import NIOCore
import StorageAPI
import Synchronization

/// Receives a body and makes it durable as a payload that nothing names yet: a row to be committed with its record
/// when it is small, shard files when it is not (rule 2).
struct PayloadWriter {
    let set: ErasureSet
    let newID: @Sendable () -> DataID
    let limits: PayloadLimits
    let budget: TransferBudget

    private var code: ErasureCode { self.set.code }

    struct Received {
        var size: UInt64
        var seal: ContentSeal
        /// Nil for an empty body.
        var payload: NewPayload?
    }

    /// - Parameter length: The promised number of bytes, or nil: up to the body's end.
    func receive(_ body: any UploadBody, length: UInt64?) async throws(StoreError) -> Received {
        // Before the first byte is asked for: the client waits in its socket. What is tiny the connections bound.
        let inlineLimit = limits.inlineByteCount(dataShards: set.shape.dataShards)
        var allotment: TransferBudget.Allotment?
        if length ?? .max > limits.tinyByteCount {
            let isInline = length ?? .max <= inlineLimit
            allotment = try await budget.take(
                isInline ? 3 * inlineLimit : limits.uploadByteCount(set.shape), leaving: budget.downloadShare)
        }
        defer { withExtendedLifetime(allotment) {} }
        var input = BodyReader(body: body, length: length)
        let head = try await input.read(upTo: inlineLimit + 1)
        if head.readableBytes <= inlineLimit {
            let seal = try await input.finish()
            return Received(size: UInt64(head.readableBytes), seal: seal, payload: inlinePayload(head))
        }
        return try await stripe(head, &input)
    }

    private func inlinePayload(_ bytes: ByteBuffer) -> NewPayload? {
        guard bytes.readableBytes > 0 else { return nil }
        let id = newID()
        let size = UInt64(bytes.readableBytes)
        guard bytes.readableBytes > limits.tinyByteCount, set.shape.driveCount > 1 else {
            return NewPayload(id: id, size: size, content: .tiny(PayloadRecord(shard: 0, bytes: bytes).encoded()))
        }
        let rows = code.units(ofStripe: bytes).enumerated().map { shard, unit in
            PayloadRecord(shard: UInt32(shard), bytes: unit).encoded()
        }
        return NewPayload(id: id, size: size, content: .inline(rows))
    }

    /// Reads stripe after stripe; while one is being written, the next is read. Memory: two stripes.
    private func stripe(_ head: ByteBuffer, _ input: inout BodyReader) async throws(StoreError) -> Received {
        let id = newID()
        let stripeByteCount = set.shape.dataShards * set.shape.unitByteCount
        let shards = ShardFiles(set: set, id: id)
        do throws(StoreError) {
            var size: UInt64 = 0
            var carry = head
            while true {
                let stripe = try await input.read(upTo: stripeByteCount, after: &carry)
                guard stripe.readableBytes > 0 else { break }
                size += UInt64(stripe.readableBytes)
                try await shards.append(code.units(ofStripe: stripe))
                if stripe.readableBytes < stripeByteCount { break }
            }
            let seal = try await input.finish()
            let slots = try await shards.finish(size: size)
            return Received(size: size, seal: seal, payload: NewPayload(id: id, size: size, content: .striped(slots)))
        } catch {
            shards.discard()
            throw error
        }
    }
}

/// Where one layout ends and the next begins. Bytes.
package struct PayloadLimits: Hashable, Sendable {
    /// Up to here, whole copies on m + 1 drives: a read is one lookup.
    package var tinyByteCount = 16 * 1024
    /// Up to here per shard, rows of the index instead of files.
    package var inlineShardByteCount = 32 * 1024
    /// What uploads and downloads in flight may hold together.
    package var transferByteCount = 1 << 30

    /// Stripes that an upload holds: one being received, one being written, and what a digest has still to read.
    private static let stripesPerUpload = 3
    /// What the connection and the digests hold of an upload beside its stripes.
    private static let bytesBeforeStripes = 1 << 20

    package init() {}

    /// What a striped upload holds, whatever its size.
    func uploadByteCount(_ shape: SetShape) -> Int {
        Self.bytesBeforeStripes + Self.stripesPerUpload * shape.driveCount * shape.unitByteCount
    }

    func inlineByteCount(dataShards: Int) -> Int {
        max(tinyByteCount, dataShards * inlineShardByteCount)
    }
}

extension PayloadRecord {
    init(shard: UInt32, bytes: ByteBuffer) {
        self.init()
        self.shard = shard
        self.bytes = Array(bytes.readableBytesView)
        checksum = Self.checksum(of: self.bytes)
    }
}

/// Pulls a body and holds it to its promised length.
private struct BodyReader {
    let body: any UploadBody
    let length: UInt64?
    private var received: UInt64 = 0
    private var surplus = ByteBuffer()
    private var isAtEnd = false

    init(body: any UploadBody, length: UInt64?) {
        self.body = body
        self.length = length
    }

    /// Up to `count` bytes; fewer only at the end.
    mutating func read(upTo count: Int) async throws(StoreError) -> ByteBuffer {
        var none = ByteBuffer()
        return try await read(upTo: count, after: &none)
    }

    /// The same, with bytes that were read before in front.
    mutating func read(upTo count: Int, after carry: inout ByteBuffer) async throws(StoreError) -> ByteBuffer {
        var result = ByteBuffer()
        while result.readableBytes < count {
            if carry.readableBytes > 0 {
                take(from: &carry, into: &result, upTo: count)
            } else if surplus.readableBytes > 0 {
                take(from: &surplus, into: &result, upTo: count)
            } else {
                guard let chunk = try await pull() else { break }
                surplus = chunk
            }
        }
        return result
    }

    private func take(from source: inout ByteBuffer, into result: inout ByteBuffer, upTo count: Int) {
        let wanted = min(count - result.readableBytes, source.readableBytes)
        guard var slice = source.readSlice(length: wanted) else { return }
        if result.readableBytes == 0, slice.readableBytes == count || source.readableBytes == 0, result.capacity == 0 {
            // A chunk that is all we have so far is kept as it is; copied only when more comes.
            result = slice
        } else {
            if result.capacity < count { result.reserveCapacity(count) }
            result.writeBuffer(&slice)
        }
    }

    private mutating func pull() async throws(StoreError) -> ByteBuffer? {
        guard !isAtEnd else { return nil }
        do {
            guard let chunk = try await body.next() else {
                isAtEnd = true
                if let length, received != length { throw StoreError(.lengthMismatch, "the body ended early") }
                return nil
            }
            received += UInt64(chunk.readableBytes)
            if let length, received > length { throw StoreError(.lengthMismatch, "the body is longer than promised") }
            return chunk
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.bodyFailed, "the body failed", cause: error)
        }
    }

    /// Takes the body to its end and asks what it was.
    mutating func finish() async throws(StoreError) -> ContentSeal {
        while !isAtEnd {
            guard try await pull() == nil else { throw StoreError(.lengthMismatch, "the body is longer than promised") }
        }
        do {
            let seal = try await body.seal()
            // The last moment at which a client that is gone leaves nothing behind.
            try Task.checkCancellation()
            return seal
        } catch {
            throw StoreError(.bodyFailed, "the body was refused", cause: error)
        }
    }
}
