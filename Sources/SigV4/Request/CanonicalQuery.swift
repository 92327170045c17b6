/// The parameters of a query in the form and order that is signed.
struct CanonicalQuery {
    /// Percent-encoded canonically.
    private struct Parameter {
        let name: [UInt8]
        let value: [UInt8]
    }

    private var parameters: [Parameter] = []

    /// - Throws: `InvalidURI` when the percent-encoding is broken.
    init(_ query: String) throws(SignatureError) {
        let text = query.utf8.span
        var start = 0
        while start < text.count {
            var end = start
            var equals: Int?
            while end < text.count, text[end] != UInt8(ascii: "&") {
                if equals == nil, text[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if end > start {
                let name = try Self.canonical(text.extracting(start..<(equals ?? end)))
                let value = try equals.map { equals throws(SignatureError) in
                    try Self.canonical(text.extracting((equals + 1)..<end))
                }
                parameters.append(Parameter(name: name, value: value ?? []))
            }
            start = end + 1
        }
        if parameters.count > 1 { parameters.sort(by: Self.isOrdered) }
    }

    private static func canonical(_ text: Span<UInt8>) throws(SignatureError) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.count)
        guard URIEncoding.appendCanonical(text, plusIsSpace: true, keepingSlash: false, to: &encoded) else {
            throw .invalidURI
        }
        return encoded
    }

    private static func isOrdered(_ left: Parameter, _ right: Parameter) -> Bool {
        left.name == right.name
            ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
    }

    /// The decoded value of the first parameter of this name, which must consist of unreserved characters.
    func first(_ name: String) -> [UInt8]? {
        parameters.first { $0.name.elementsEqual(name.utf8) }.map { URIEncoding.decode(canonical: $0.value) }
    }

    func text(_ name: String) -> String? {
        first(name).map { String(decoding: $0, as: UTF8.self) }
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
