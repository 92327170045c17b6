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

        /// Lengths differ mostly, and are cheaper to compare.
        func isNamed(_ other: String) -> Bool {
            name.utf8.count == other.utf8.count && name == other
        }
    }

    let headers: [Header]

    init(_ headers: [(name: String, value: String)]) {
        self.headers = headers.map { Header(name: $0.name.lowercased(), value: $0.value) }
    }

    /// The value of the first header of this name, without the white space around it.
    func first(_ name: String) -> String? {
        headers.first { $0.isNamed(name) }.map { trimmed($0.value) }
    }

    func count(of name: String) -> Int {
        headers.count { $0.isNamed(name) }
    }
}

private func trimmed(_ value: String) -> String {
    guard let first = value.utf8.first, let last = value.utf8.last else { return value }
    guard isBlank(first) || isBlank(last) else { return value }
    return String(decoding: trimmed(Array(value.utf8)[...]), as: UTF8.self)
}

/// Without the white space around it.
func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes.drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return rest
}

/// The white space that a header's value may hold.
func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
