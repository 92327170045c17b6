import AdminAPI
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import SigV4
import Synchronization

/// Why a command could not do its work: one line that says what to do.
struct ClientError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Asks the admin API of a server. Blocks; only for commands.
struct AdminClient {
    /// An answer, and the bytes that it came as.
    struct Answer<Message: Decodable> {
        let message: Message
        let json: String
    }

    let server: ServerReference

    /// What a server may answer in one piece; only the lines of an examination go on for longer.
    private static let answerLimit = 64 << 20

    func ask<Message: Decodable>(
        _ operation: AdminOperation, query: String = "", for type: Message.Type
    ) throws(ClientError) -> Answer<Message> {
        let bytes = Mutex(ByteBuffer())
        let head = try send(operation, query: query) { _, piece in
            bytes.withLock { if $0.readableBytes < Self.answerLimit { $0.writeImmutableBuffer(piece) } }
        }
        let text = bytes.withLock { String(buffer: $0) }
        guard head.status == .ok else { throw refusal(head.status, text) }
        do {
            let message = try JSONDecoder().decode(type, from: Data(text.utf8))
            return Answer(message: message, json: text.split(separator: "\n").joined())
        } catch {
            throw ClientError("\(server.url) does not answer as this program expects: is it of another version?")
        }
    }

    /// Has the store examined. Lines are passed on as they come.
    ///
    /// - Returns: the last line.
    /// - Throws: also when the answer ends without a summary.
    func examine(line: @escaping @Sendable (ExaminationLine, String) -> Void) throws(ClientError) -> ExaminationReport {
        let state = Mutex((rest: ByteBuffer(), last: ExaminationLine?.none, refusal: ByteBuffer()))
        let head = try send(.examine, query: "") { status, piece in
            guard status == .ok else {
                state.withLock {
                    if $0.refusal.readableBytes < Self.answerLimit { $0.refusal.writeImmutableBuffer(piece) }
                }
                return
            }
            let lines = state.withLock { state in
                state.rest.writeImmutableBuffer(piece)
                return Self.takeLines(&state.rest)
            }
            for text in lines where !text.isEmpty {
                guard let message = try? JSONDecoder().decode(ExaminationLine.self, from: Data(text.utf8)) else {
                    continue
                }
                state.withLock { $0.last = message }
                line(message, text)
            }
        }
        guard head.status == .ok else { throw refusal(head.status, state.withLock { String(buffer: $0.refusal) }) }
        let last = state.withLock { $0.last }
        if let error = last?.error { throw ClientError("the examination could not go on: \(error.message)") }
        guard let summary = last?.summary else {
            throw ClientError("\(server.url) ended the examination without a result: see its log")
        }
        return summary
    }

    private static func takeLines(_ bytes: inout ByteBuffer) -> [String] {
        var lines: [String] = []
        while let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(bytes.readString(length: end - bytes.readerIndex) ?? "")
            bytes.moveReaderIndex(forwardBy: 1)
        }
        return lines
    }

    private func send(
        _ operation: AdminOperation, query: String, take: @escaping @Sendable (HTTPResponseStatus, ByteBuffer) -> Void
    ) throws(ClientError) -> HTTPResponseHead {
        var request = SignedRequest(
            method: operation.method, path: operation.path, query: query, headers: [("host", server.url.hostHeader)])
        do throws(SignatureError) {
            try Signer(accessKeyID: server.accessKey, secret: server.secret, region: server.region)
                .sign(&request, payload: .empty, at: UTCTime(secondsSinceEpoch: Int64(time(nil))))
        } catch {
            throw ClientError(error.message)
        }
        var headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        headers.add(name: "connection", value: "close")
        headers.add(name: "content-length", value: "0")
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: operation.method),
            uri: query.isEmpty ? operation.path : "\(operation.path)?\(query)", headers: headers)
        do throws(ConnectionFailure) {
            return try HTTPExchange(address: server.address, trust: server.trust).send(head, take: take)
        } catch {
            throw ClientError(error.description)
        }
    }

    /// What the server said, and what its reader can do about it.
    private func refusal(_ status: HTTPResponseStatus, _ body: String) -> ClientError {
        guard let error = try? JSONDecoder().decode(ErrorReport.self, from: Data(body.utf8)) else {
            return ClientError(
                "\(server.url) does not answer as a magstore does (\(status.code)): is the address right?")
        }
        let advice =
            switch error.code {
            case "InvalidAccessKeyId", "SignatureDoesNotMatch":
                "the key is not one of this server's: check --access-key and --secret-key, or the profile"
            case "AccessDenied": "this key may not do that"
            case "RequestTimeTooSkewed": "set the clock of this machine or of the server"
            case "AuthorizationHeaderMalformed": "name the server's --region"
            case "NoSuchOperation": "the server is older than this program"
            case "ServiceUnavailable": "try again later"
            default: "the server's log has request \(error.requestID)"
            }
        return ClientError("\(server.url): \(error.message) (\(error.code)): \(advice)")
    }
}
