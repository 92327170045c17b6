import AccessControl
import AdminAPI
import Digests
import Foundation
import HTTPService
import Logging
import NIOCore
import NIOHTTP1
import SigV4
import StorageAPI
import Testing

@testable import AdminServer

/// A body that is at hand.
final class FixedBody: RequestBody, @unchecked Sendable {
    // Sendable: one consumer at a time, as the protocol says.
    private var rest: ByteBuffer?
    let length: UInt64?

    init(_ bytes: ByteBuffer, length: UInt64?) {
        rest = bytes.readableBytes > 0 ? bytes : nil
        self.length = length
    }

    func next() async throws -> ByteBuffer? {
        defer { rest = nil }
        return rest
    }
}

/// A service over a fake store, and requests as its clients sign them.
struct Asking {
    let store: FakeStore
    let service: AdminService
    static let now = Timestamp(milliseconds: 1_790_000_000_000)

    init(_ store: FakeStore = FakeStore(), heartbeat: Duration = .seconds(3600)) {
        self.store = store
        var settings = AdminSettings(version: "1.2.3")
        settings.heartbeat = heartbeat
        service = AdminService(
            store: store, authenticator: RootKeyAuthenticator(accessKeyID: "owner", secret: Secret("the secret")),
            authorizer: RootAuthorizer(), settings: settings, now: { Self.now },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// How a request differs from a good one.
    struct Difference {
        var accessKey = "owner"
        var secret = "the secret"
        var isSigned = true
        var isPresigned = false
        var skewSeconds: Int64 = 0
        var payload: PayloadMode?
        var body = ""
        var lengthIsKnown = true
    }

    func request(
        _ method: String, _ target: String, _ difference: Difference = Difference()
    ) throws -> HTTPRequest {
        let body = ByteBuffer(string: difference.body)
        var signed = SignedRequest(method: method, target: target, headers: [("host", "store.test")])
        let signer = Signer(accessKeyID: difference.accessKey, secret: Secret(difference.secret))
        let time = UTCTime(secondsSinceEpoch: Self.now.seconds + difference.skewSeconds)
        if difference.isPresigned {
            try signer.presign(&signed, expirySeconds: 600, at: time)
        } else if difference.isSigned {
            try signer.sign(&signed, payload: difference.payload ?? .sha256(of: difference.body), at: time)
        }
        return HTTPRequest(
            id: "0123456789ABCDEF", method: HTTPMethod(rawValue: method),
            target: signed.query.isEmpty ? signed.path : "\(signed.path)?\(signed.query)",
            headers: HTTPHeaders(signed.headers.map { ($0.name, $0.value) }), clientAddress: "127.0.0.1",
            isSecure: false,
            body: FixedBody(body, length: difference.lengthIsKnown ? UInt64(body.readableBytes) : nil))
    }

    func ask(
        _ method: String, _ target: String, _ difference: Difference = Difference()
    ) async throws -> HTTPResponse {
        await service.respond(to: try request(method, target, difference))
    }

    func ask(_ operation: AdminOperation, query: String? = nil) async throws -> HTTPResponse {
        try await ask(operation.method, operation.path + (query ?? operation.neededQuery))
    }
}

extension PayloadMode {
    static func sha256(of text: String) -> PayloadMode {
        text.isEmpty ? .empty : .digest(DigestAlgorithm.sha256.digest(of: Array(text.utf8)))
    }
}

extension HTTPResponse {
    var bytes: ByteBuffer {
        if case .bytes(let bytes) = body { bytes } else { ByteBuffer() }
    }

    func message<Message: Decodable>(_ type: Message.Type = Message.self) throws -> Message {
        try JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
    }

    /// All that an unbounded answer has.
    func collected() async throws -> String {
        guard case .unbounded(let stream) = body else { return "" }
        var text = ""
        while let bytes = try await stream.next() { text += String(buffer: bytes) }
        return text
    }
}

extension AdminOperation {
    /// What it is not understood without.
    var neededQuery: String {
        switch self {
        case .drainPool, .keepPool: "?pool=0"
        default: ""
        }
    }
}
