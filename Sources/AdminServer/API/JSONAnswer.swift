import FoundationEssentials
import HTTPService
import NIOCore
import NIOHTTP1

extension HTTPResponse {
    static func json(_ message: some Encodable, status: HTTPResponseStatus = .ok) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
            body: .bytes(ByteBuffer(json: message)))
    }
}

extension ByteBuffer {
    /// The message in one line, its keys in order, and the end of the line.
    init(json message: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // An estimate that is no number would be the only thing that JSON can not say.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let data = try? encoder.encode(message) else { preconditionFailure("a message of ours is always JSON") }
        self.init(bytes: data)
        writeStaticString("\n")
    }
}
