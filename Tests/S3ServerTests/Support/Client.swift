import Digests
import NIOCore
import NIOHTTP1
import NIOPosix
import SigV4
import StorageAPI
import StorageTestSupport
import Testing

/// How a request of a test is signed.
enum Signing: Hashable, Sendable {
    case none
    /// In the header, with the body's digest.
    case header
    case unsignedPayload
    case presigned(expirySeconds: Int64 = 60)
    /// aws-chunked, with this many bytes in a chunk.
    case signedChunks(_ byteCount: Int = 65_536)
    /// aws-chunked, with a trailer.
    case signedChunksWithTrailer(name: String, value: String)
    case unsignedChunksWithTrailer(name: String, value: String)
}

struct Answer: Sendable {
    var status: UInt
    var headers: HTTPHeaders
    var body: ByteBuffer

    var text: String { String(buffer: body) }
    /// The code of an error document.
    var code: String? { element("Code") }

    func header(_ name: String) -> String? { headers.first(name: name) }

    /// The text of the first element of that name.
    func element(_ name: String) -> String? { elements(name).first }

    func elements(_ name: String) -> [String] {
        text.components(between: "<\(name)>", and: "</\(name)>")
    }
}

extension String {
    fileprivate func components(between start: String, and end: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let opening = rest.firstRange(of: start) {
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstRange(of: end) else { break }
            found.append(String(rest[..<closing.lowerBound]))
            rest = rest[closing.upperBound...]
        }
        return found
    }
}

/// A client of its own words: signs what it is told to, and sends it on a connection of its own.
struct Client: Sendable {
    let server: Server
    var keyID = Server.key.id
    var secret = Server.key.secret
    var host: String?

    var now: UTCTime { UTCTime(secondsSinceEpoch: server.clock.now.seconds) }
    private var signer: Signer { Signer(accessKeyID: keyID, secret: Secret(secret)) }

    /// - Parameters:
    ///   - forge: changes the request once it is signed.
    @discardableResult
    func send(
        _ method: HTTPMethod, _ target: String, headers: [(String, String)] = [], body: ByteBuffer? = nil,
        signing: Signing = .header, forge: (inout SignedRequest, inout ByteBuffer) -> Void = { _, _ in }
    ) async throws -> Answer {
        let host = host ?? "127.0.0.1:\(server.address.port ?? 0)"
        var request = SignedRequest(
            method: method.rawValue, target: target, headers: [("Host", host)] + headers.map { ($0.0, $0.1) })
        var wire = try sign(&request, body ?? ByteBuffer(), signing)
        if body != nil || [.PUT, .POST].contains(method),
            !request.headers.contains(where: { $0.name == "content-length" })
        {
            request.headers.append(("content-length", String(wire.readableBytes)))
        }
        forge(&request, &wire)
        return try await exchange(method, request, wire)
    }

    @discardableResult
    func put(_ target: String, _ text: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.PUT, target, headers: headers, body: ByteBuffer(string: text))
    }

    @discardableResult
    func get(_ target: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.GET, target, headers: headers)
    }

    @discardableResult
    func post(_ target: String, _ text: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.POST, target, headers: headers, body: ByteBuffer(string: text))
    }

    /// Adds the signature, and answers the body as it goes over the wire.
    private func sign(_ request: inout SignedRequest, _ body: ByteBuffer, _ signing: Signing) throws -> ByteBuffer {
        switch signing {
        case .none: break
        case .header:
            try signer.sign(&request, payload: .digest(DigestAlgorithm.sha256.digest(of: body)), at: now)
        case .unsignedPayload:
            try signer.sign(&request, payload: .unsigned, at: now)
        case .presigned(let expirySeconds):
            try signer.presign(&request, expirySeconds: expirySeconds, at: now)
        case .signedChunks(let byteCount):
            announce(body, &request)
            var chunks = try signer.sign(&request, payload: .signedChunks, at: now)
            return Self.chunked(body, byteCount: byteCount, &chunks)
        case .signedChunksWithTrailer(let name, let value):
            announce(body, trailer: name, &request)
            var chunks = try signer.sign(&request, payload: .signedChunksWithTrailer, at: now)
            var wire = Self.chunked(body, byteCount: 65_536, &chunks, endsWithBlankLine: false)
            let trailer = chunks.trailer(digest: DigestAlgorithm.sha256.digest(of: Array("\(name):\(value)\n".utf8)))
            wire.writeString(
                "\(name):\(value)\r\nx-amz-trailer-signature:\(String(decoding: trailer, as: UTF8.self))\r\n\r\n")
            return wire
        case .unsignedChunksWithTrailer(let name, let value):
            announce(body, trailer: name, &request)
            try signer.sign(&request, payload: .unsignedChunksWithTrailer, at: now)
            var wire = ByteBuffer()
            if body.readableBytes > 0 {
                wire.writeString("\(String(body.readableBytes, radix: 16))\r\n\(String(buffer: body))\r\n")
            }
            wire.writeString("0\r\n\(name):\(value)\r\n\r\n")
            return wire
        }
        return body
    }

    private func announce(_ body: ByteBuffer, trailer: String? = nil, _ request: inout SignedRequest) {
        request.headers.append(("x-amz-decoded-content-length", String(body.readableBytes)))
        request.headers.append(("content-encoding", "aws-chunked"))
        if let trailer { request.headers.append(("x-amz-trailer", trailer)) }
    }

    private static func chunked(
        _ body: ByteBuffer, byteCount: Int, _ signatures: inout ChunkSignatures, endsWithBlankLine: Bool = true
    ) -> ByteBuffer {
        var rest = body
        var wire = ByteBuffer()
        while true {
            let chunk = rest.readSlice(length: min(byteCount, rest.readableBytes)) ?? ByteBuffer()
            let signature = signatures.next(digest: DigestAlgorithm.sha256.digest(of: chunk))
            let size = String(chunk.readableBytes, radix: 16)
            wire.writeString("\(size);chunk-signature=\(String(decoding: signature, as: UTF8.self))\r\n")
            wire.writeImmutableBuffer(chunk)
            if chunk.readableBytes == 0 { break }
            wire.writeString("\r\n")
        }
        if endsWithBlankLine { wire.writeString("\r\n") }
        return wire
    }
}

// MARK: The wire

extension Client {
    private func exchange(
        _ method: HTTPMethod, _ request: SignedRequest, _ body: ByteBuffer
    ) async throws -> Answer {
        let target = request.query.isEmpty ? request.path : "\(request.path)?\(request.query)"
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: target)
        head.headers = HTTPHeaders(request.headers)
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Answer.self)
        let sent = head
        // Written on the event loop as soon as the connection stands: on a loaded machine this task may go on so late
        // that the server has closed an idle connection by then.
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(AnswerCollector(promise))
                }
            }
            .connect(to: server.address)
            .map { channel in
                channel.write(HTTPClientRequestPart.head(sent), promise: nil)
                if body.readableBytes > 0 { channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil) }
                channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
                return channel
            }
            .get()
        let answer = try await promise.futureResult.get()
        try? await channel.close()
        return answer
    }
}

private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private var promise: EventLoopPromise<Answer>?
    private var answer = Answer(status: 0, headers: [:], body: ByteBuffer())

    init(_ promise: EventLoopPromise<Answer>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer.status = head.status.code
            answer.headers = head.headers
        case .body(var bytes): answer.body.writeBuffer(&bytes)
        case .end:
            promise?.succeed(answer)
            promise = nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise?.fail(error)
        promise = nil
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise?.fail(ChannelError.eof)
        promise = nil
    }
}
