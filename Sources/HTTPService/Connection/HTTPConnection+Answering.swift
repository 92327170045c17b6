import NIOCore
import NIOHTTP1
import StorageAPI
import Synchronization

extension HTTPConnection {
    /// Smaller bodies are copied behind their head: one buffer, one system call, one TLS record.
    private static let joinedBodyBytes = 8 * 1024

    /// Writes an answer whose body is at hand, and concludes the exchange.
    func writeWhole(_ response: HTTPResponse) {
        guard let exchange, let context, case .serving = phase else { return conclude(unsent: response) }
        let keepsAlive = keepsAlive(after: exchange, response)
        let body: ByteBuffer? = if case .bytes(let bytes) = response.body { bytes } else { nil }
        let sends = exchange.method != .HEAD && response.status.allowsBody
        let length = response.headLength ?? UInt64(body?.readableBytes ?? 0)
        var buffer = head(
            of: response, .length(sends ? UInt64(body?.readableBytes ?? 0) : length), keepsAlive: keepsAlive)
        if sends, let body {
            exchange.bytesOut = body.readableBytes
            loop.counters.bodyBytesOut.add(body.readableBytes)
            if body.readableBytes <= Self.joinedBodyBytes {
                buffer.writeImmutableBuffer(body)
                context.write(wrapOutboundOut(buffer), promise: nil)
            } else {
                context.write(wrapOutboundOut(buffer), promise: nil)
                context.write(wrapOutboundOut(body), promise: nil)
            }
        } else {
            context.write(wrapOutboundOut(buffer), promise: nil)
        }
        context.flush()
        conclude(status: response.status.code, fields: response.logFields, keepsAlive: keepsAlive, isComplete: true)
    }

    /// Writes an answer whose body is pulled while the client takes it, and concludes the exchange.
    func write(_ response: HTTPResponse, stream: any ByteStream, length: UInt64) async {
        guard let exchange, exchange.method != .HEAD, response.status.allowsBody, length > 0 else {
            var whole = response
            whole.body = .none
            whole.headLength = response.headLength ?? length
            return writeWhole(whole)
        }
        // Before its first byte is there nothing was promised: the answer can still become an error.
        let first: ByteBuffer
        do {
            guard let chunk = try await stream.next(), UInt64(chunk.readableBytes) <= length else {
                return refuse(.responseFailed)
            }
            first = chunk
        } catch {
            return refuse(.responseFailed)
        }
        guard let context, case .serving = phase else { return conclude(unsent: response) }
        let keepsAlive = keepsAlive(after: exchange, response)
        var start = head(of: response, .length(length), keepsAlive: keepsAlive)
        if first.readableBytes <= Self.joinedBodyBytes {
            start.writeImmutableBuffer(first)
        } else {
            context.write(wrapOutboundOut(start), promise: nil)
            start = first
        }
        let isComplete = await pump(stream, start: start, firstCount: first.readableBytes, length: length)
        conclude(
            status: response.status.code, fields: response.logFields, keepsAlive: keepsAlive, isComplete: isComplete)
    }

    /// True when exactly `length` bytes were written.
    ///
    /// - Parameter start: the first chunk, `firstCount` bytes of the body, perhaps behind the head.
    private func pump(_ stream: any ByteStream, start: ByteBuffer, firstCount: Int, length: UInt64) async -> Bool {
        var remaining = length
        var chunk = start
        var count = firstCount
        while true {
            // More than was promised would be read as the next answer.
            guard let context, case .serving = phase, UInt64(count) <= remaining else { return false }
            remaining -= UInt64(count)
            exchange?.bytesOut += count
            loop.counters.bodyBytesOut.add(count)
            context.writeAndFlush(wrapOutboundOut(chunk), promise: nil)
            if remaining == 0 { return true }
            if !context.channel.isWritable { await untilWritable() }
            guard case .serving = phase, let next = try? await stream.next() else { return false }
            chunk = next
            count = next.readableBytes
        }
    }

    func untilWritable() async {
        await withCheckedContinuation { continuation in
            unsentBytes = .max
            deadline = .now() + limits.writeTimeout
            writableWaiter = continuation
        }
    }

    func writeContinue() {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 32)
        buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    func head(of response: HTTPResponse, _ framing: ResponseHead.Framing, keepsAlive: Bool) -> ByteBuffer {
        let head = ResponseHead(
            requestID: exchange?.requestID ?? "", commonLines: loop.commonLines(),
            keepsAlive: keepsAlive, confirmsKeepAlive: exchange?.isHTTP10 ?? false,
            framing: response.status.allowsBody ? framing : .none)
        let joined =
            if case .bytes(let bytes) = response.body { min(bytes.readableBytes, Self.joinedBodyBytes) } else { 0 }
        var buffer = ByteBufferAllocator().buffer(capacity: 384 + response.headers.count * 48 + joined)
        head.write(status: response.status, headers: response.headers, into: &buffer)
        return buffer
    }

    func keepsAlive(after exchange: Exchange, _ response: HTTPResponse) -> Bool {
        guard let framing = exchange.framing, framing.keepsAlive, !isRefused,
            !loop.service.isDraining.load(ordering: .relaxed),
            exchange.leavesConnectionUsable(drainedBodyBytes: limits.drainedBodyBytes)
        else { return false }
        return !response.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
    }

    /// The client was gone before the answer.
    func conclude(unsent response: HTTPResponse) {
        conclude(status: response.status.code, fields: response.logFields, keepsAlive: false, isComplete: false)
    }
}

extension HTTPResponseStatus {
    var allowsBody: Bool {
        code >= 200 && code != 204 && code != 304
    }
}
