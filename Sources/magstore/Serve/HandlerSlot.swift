import HTTPService
import NIOCore
import NIOHTTP1
import Synchronization

/// Stands in for a service until the store is open, so that the server can listen, and fail to, before it touches a
/// drive.
final class HandlerSlot: HTTPHandler {
    private final class Filling: Sendable {
        let handler: any HTTPHandler

        init(_ handler: any HTTPHandler) {
            self.handler = handler
        }
    }

    private let filling = AtomicLazyReference<Filling>()
    private let notYet: @Sendable (HTTPRequest) -> HTTPResponse

    /// - Parameter notYet: answers while the slot is empty.
    init(notYet: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        self.notYet = notYet
    }

    /// From now on requests go to `handler`. Once.
    func fill(_ handler: any HTTPHandler) {
        _ = filling.storeIfNil(Filling(handler))
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let filling = filling.load() { return await filling.handler.respond(to: request) }
        return notYet(request)
    }

    /// As S3 says it.
    @Sendable static func notYet(_ request: HTTPRequest) -> HTTPResponse {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>ServiceUnavailable</Code><Message>The server is starting. Please try again.</Message>\
            <RequestId>\(request.id)</RequestId></Error>
            """
        return HTTPResponse(
            status: .serviceUnavailable, headers: ["Content-Type": "application/xml", "Retry-After": "1"],
            body: .bytes(ByteBuffer(string: text)))
    }
}
