import NIOCore
import NIOHTTP1
import StorageAPI

extension HTTPConnection {
    /// Writes an answer whose body ends when its stream does, and concludes the exchange.
    func write(_ response: HTTPResponse, unbounded stream: any ByteStream) async {
        guard let exchange, exchange.method != .HEAD, response.status.allowsBody else {
            var whole = response
            whole.body = .none
            return writeWhole(whole)
        }
        guard let context, case .serving = phase else { return conclude(unsent: response) }
        let isChunked = !exchange.isHTTP10
        let keepsAlive = isChunked && keepsAlive(after: exchange, response)
        // At once: the first bytes may be long in coming.
        context.writeAndFlush(
            wrapOutboundOut(head(of: response, isChunked ? .chunked : .connection, keepsAlive: keepsAlive)),
            promise: nil)
        let isComplete = await pump(stream, isChunked: isChunked)
        conclude(
            status: response.status.code, fields: response.logFields, keepsAlive: keepsAlive, isComplete: isComplete)
    }

    /// True when the stream ended as it should and the client was still there.
    private func pump(_ stream: any ByteStream, isChunked: Bool) async -> Bool {
        while true {
            if let context, !context.channel.isWritable { await untilWritable() }
            guard case .serving = phase else { return false }
            let next: ByteBuffer?
            do {
                next = try await stream.next()
            } catch {
                return false
            }
            guard let context, case .serving = phase else { return false }
            guard let chunk = next else {
                // RFC 9112 §7.1: the last chunk is empty, and no trailer follows.
                if isChunked { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "0\r\n\r\n")), promise: nil) }
                return true
            }
            exchange?.bytesOut += chunk.readableBytes
            loop.counters.bodyBytesOut.add(chunk.readableBytes)
            if isChunked {
                var framed = ByteBuffer(string: String(chunk.readableBytes, radix: 16) + "\r\n")
                framed.writeImmutableBuffer(chunk)
                framed.writeStaticString("\r\n")
                context.writeAndFlush(wrapOutboundOut(framed), promise: nil)
            } else {
                context.writeAndFlush(wrapOutboundOut(chunk), promise: nil)
            }
        }
    }
}
