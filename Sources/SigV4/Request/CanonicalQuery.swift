/// The parameters of a query in the form and order that is signed.
struct CanonicalQuery {
    /// Percent-encoded canonically.
    private struct Parameter {
        let name: [UInt8]
        let value: [UInt8]
    }

    private let parameters: [Parameter]

    /// - Throws: `InvalidURI` when the percent-encoding is broken.
    init(_ query: String) throws(SignatureError) {
        var parameters: [Parameter] = []
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = end == part.endIndex ? part[end...] : part[part.index(after: end)...]
            parameters.append(Parameter(name: try Self.canonical(part[..<end]), value: try Self.canonical(value)))
        }
        parameters.sort {
            $0.name == $1.name
                ? $0.value.lexicographicallyPrecedes($1.value) : $0.name.lexicographicallyPrecedes($1.name)
        }
        self.parameters = parameters
    }

    private static func canonical(_ text: Substring.UTF8View) throws(SignatureError) -> [UInt8] {
        guard let bytes = URIEncoding.decode(text, plusIsSpace: true) else { throw .invalidURI }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.count)
        URIEncoding.append(bytes, keepingSlash: false, to: &encoded)
        return encoded
    }

    /// The decoded value of the first parameter of this name, which must consist of unreserved characters.
    func first(_ name: String) -> String? {
        guard !parameters.isEmpty, let parameter = parameters.first(where: { $0.name.elementsEqual(name.utf8) }),
            let value = URIEncoding.decode(parameter.value, plusIsSpace: false)
        else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    func contains(_ name: String) -> Bool {
        parameters.contains { $0.name.elementsEqual(name.utf8) }
    }

    /// Appends all but the signature itself, which cannot be part of what it signs.
    func append(to text: inout [UInt8]) {
        var isFirst = true
        for parameter in parameters where !parameter.name.elementsEqual("X-Amz-Signature".utf8) {
            if !isFirst { text.append(UInt8(ascii: "&")) }
            isFirst = false
            text += parameter.name
            text.append(UInt8(ascii: "="))
            text += parameter.value
        }
    }
}
