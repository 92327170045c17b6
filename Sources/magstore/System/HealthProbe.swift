import HTTPService
import NIOCore
import NIOHTTP1
import Synchronization

/// One GET to a server, for the exit code of `magstore health`.
struct HealthProbe {
    struct Answer: Hashable {
        var status: Int
        var text: String
    }

    let address: HTTPAddress
    let trust: ServerTrust

    private static let silence = TimeAmount.seconds(4)
    private static let textLimit = 4096

    /// Blocks; only for a command.
    func get(_ path: String) throws(ConnectionFailure) -> Answer {
        let text = Mutex("")
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: path,
            headers: ["Host": address.description, "Connection": "close"])
        let answer = try HTTPExchange(address: address, trust: trust, silence: Self.silence).send(head) { _, bytes in
            text.withLock { text in
                if text.utf8.count < Self.textLimit { text += String(buffer: bytes) }
            }
        }
        let status = Int(answer.status.code)
        let line = text.withLock { $0.prefix { !$0.isNewline } }
        return Answer(status: status, text: line.isEmpty ? "\(status)" : String(line))
    }
}
