/// A request as far as a signature covers it, exactly as it arrived.
package struct SignedRequest: Sendable {
    package var method: String
    /// Still percent-encoded, without the query.
    package var path: String
    /// Still percent-encoded, without the question mark; empty when there is none.
    package var query: String
    /// In the order of arrival; a name may occur several times.
    package var headers: [(name: String, value: String)]

    package init(method: String, path: String, query: String = "", headers: [(name: String, value: String)]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// - Parameter target: The request target in origin form: path and query.
    package init(method: String, target: String, headers: [(name: String, value: String)]) {
        let end = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        self.init(
            method: method,
            path: String(target[..<(end ?? target.endIndex)]),
            query: end.map { String(target[target.utf8.index(after: $0)...]) } ?? "",
            headers: headers)
    }
}

/// Headers under their lower-case names, as signatures know them.
struct HeaderTable {
    struct Header {
        let name: String
        let value: String
    }

    let headers: [Header]

    init(_ headers: [(name: String, value: String)]) {
        self.headers = headers.map { Header(name: $0.name.lowercased(), value: $0.value) }
    }

    /// The value of the first header of this name, without the white space around it.
    func first(_ name: String) -> String? {
        headers.first { $0.name == name }.map { trimmed($0.value) }
    }

    func count(of name: String) -> Int {
        headers.count { $0.name == name }
    }
}

private func trimmed(_ value: String) -> String {
    guard let first = value.utf8.first, let last = value.utf8.last else { return value }
    guard isBlank(first) || isBlank(last) else { return value }
    let bytes = Array(value.utf8.drop(while: isBlank))
    let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0
    return String(decoding: bytes[..<end], as: UTF8.self)
}

/// The white space that a header's value may hold.
func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
