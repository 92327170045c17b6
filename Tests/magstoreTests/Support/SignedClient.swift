import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import SigV4

/// Sends one signed request on a connection of its own.
struct SignedClient {
    struct Answer: Sendable {
        var status: UInt
        var body: String
    }

    let url: URL
    let user: String
    let password: String

    /// The head of a request, signed with the time of this machine.
    func head(_ method: HTTPMethod, _ target: String, byteCount: Int, isSigned: Bool = true) throws -> HTTPRequestHead {
        var request = SignedRequest(
            method: method.rawValue, target: target,
            headers: [("Host", "\(url.host ?? ""):\(url.port ?? 80)"), ("content-length", "\(byteCount)")])
        if isSigned {
            let signer = Signer(accessKeyID: user, secret: Secret(password))
            let now = UTCTime(secondsSinceEpoch: Int64(Date.now.timeIntervalSince1970))
            try signer.sign(&request, payload: .unsigned, at: now)
        }
        let headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        return HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
    }

    func send(_ method: HTTPMethod, _ target: String, body: String = "", isSigned: Bool = true) async throws -> Answer {
        let head = try head(method, target, byteCount: body.utf8.count, isSigned: isSigned)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: url.host ?? "", port: url.port ?? 80) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(.head(head))
            try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body))))
            try await outbound.write(.end(nil))
            var answer = Answer(status: 0, body: "")
            for try await part in inbound {
                switch part {
                case .head(let head): answer.status = head.status.code
                case .body(let bytes): answer.body += String(buffer: bytes)
                case .end: return answer
                }
            }
            return answer
        }
    }
}

/// An upload whose body does not come.
final class StalledUpload: Sendable {
    private let channel: any Channel

    init(_ client: SignedClient, _ target: String) async throws {
        let head = try client.head(.PUT, target, byteCount: 1 << 20)
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHTTPClientHandlers() }
            }
            .connect(host: client.url.host ?? "", port: client.url.port ?? 80).get()
        try await channel.writeAndFlush(HTTPClientRequestPart.head(head))
        try await channel.writeAndFlush(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: "a beginning"))))
    }

    func close() async throws {
        try? await channel.close()
    }
}
