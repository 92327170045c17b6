import Glibc
import SigV4

/// A request that is signed before the clock runs, so that signing is not what is measured.
struct PreparedRequest {
    let head: [UInt8]
    let object: Int
    /// The part of the object that is sent or expected.
    let range: Range<Int>
    /// What is a success: some servers answer ranges, rightly otherwise, with 200.
    let statuses: ClosedRange<Int>
    let sendsBody: Bool
}

/// Makes and signs requests for one bucket.
struct RequestFactory {
    let signer: Signer
    let host: String
    let bucket: String
    let corpus: Corpus
    /// Otherwise a PUT says UNSIGNED-PAYLOAD.
    let signsPayloads: Bool

    func put(_ object: Int) throws -> PreparedRequest {
        let head = try head(
            "PUT", path: path(object), payload: signsPayloads ? .digest(corpus.digest(of: object)) : .unsigned,
            more: ["Content-Length: \(corpus.objectByteCount)"])
        let range = 0..<corpus.objectByteCount
        return PreparedRequest(head: head, object: object, range: range, statuses: 200...200, sendsBody: true)
    }

    func get(_ object: Int) throws -> PreparedRequest {
        let head = try head("GET", path: path(object), payload: .unsigned)
        let range = 0..<corpus.objectByteCount
        return PreparedRequest(head: head, object: object, range: range, statuses: 200...200, sendsBody: false)
    }

    func get(_ object: Int, range: Range<Int>) throws -> PreparedRequest {
        let field = "Range: bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        let head = try head("GET", path: path(object), payload: .unsigned, more: [field])
        return PreparedRequest(head: head, object: object, range: range, statuses: 200...206, sendsBody: false)
    }

    func list(after token: String?) throws -> PreparedRequest {
        let query = "list-type=2" + (token.map { "&continuation-token=" + Self.escape($0) } ?? "")
        let head = try head("GET", path: "/\(bucket)", query: query, payload: .unsigned)
        return PreparedRequest(head: head, object: 0, range: 0..<0, statuses: 200...200, sendsBody: false)
    }

    func createBucket() throws -> PreparedRequest {
        let head = try head("PUT", path: "/\(bucket)", payload: .unsigned, more: ["Content-Length: 0"])
        return PreparedRequest(head: head, object: 0, range: 0..<0, statuses: 200...200, sendsBody: false)
    }

    /// Spread over prefixes, in byte order of their numbers.
    func path(_ object: Int) -> String {
        let digits = String(object)
        return "/\(bucket)/objects/" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    private func head(
        _ method: String, path: String, query: String = "", payload: PayloadMode, more: [String] = []
    ) throws -> [UInt8] {
        var request = SignedRequest(method: method, path: path, query: query, headers: [("host", host)])
        try signer.sign(&request, payload: payload, at: UTCTime(secondsSinceEpoch: Int64(time(nil))))
        var text = "\(method) \(path)\(query.isEmpty ? "" : "?" + query) HTTP/1.1\r\n"
        for (name, value) in request.headers { text += "\(name): \(value)\r\n" }
        for field in more { text += field + "\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { escaped, byte in
            let scalar = UnicodeScalar(byte)
            if scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
                || "-._~".utf8.contains(byte)
            {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
