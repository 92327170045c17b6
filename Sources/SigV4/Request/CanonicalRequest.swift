import Digests

/// The one text of a request that client and server both sign ("Create a canonical request", Amazon S3 API Reference).
struct CanonicalRequest {
    let text: [UInt8]

    /// - Parameters:
    ///   - signedHeaders: Lower-case names, sorted.
    ///   - host: Stands in for the Host header, for clients that know this server under another name.
    /// - Throws: `InvalidURI` when the path's percent-encoding is broken.
    init(
        _ request: SignedRequest, query: CanonicalQuery, headers: HeaderTable, signedHeaders: [String],
        payloadHash: String, host: String? = nil
    ) throws(SignatureError) {
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text += request.method.utf8
        text.append(newline)
        if request.path.isEmpty { text.append(UInt8(ascii: "/")) }
        let path = request.path.utf8.span
        guard URIEncoding.appendCanonical(path, plusIsSpace: false, keepingSlash: true, to: &text) else {
            throw .invalidURI
        }
        text.append(newline)
        query.append(to: &text)
        text.append(newline)
        for name in signedHeaders {
            text += name.utf8
            text.append(UInt8(ascii: ":"))
            if let host, name == "host" {
                text += host.utf8
            } else {
                Self.appendValues(of: name, in: headers, to: &text)
            }
            text.append(newline)
        }
        text.append(newline)
        for (index, name) in signedHeaders.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ";")) }
            text += name.utf8
        }
        text.append(newline)
        text += payloadHash.utf8
        self.text = text
    }

    /// All values of the name, joined by commas, each without white space around it and with one space for several.
    private static func appendValues(of name: String, in headers: HeaderTable, to text: inout [UInt8]) {
        var isFirst = true
        for header in headers.headers where header.isNamed(name) {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            append(header.value, to: &text)
        }
    }

    private static func append(_ value: String, to text: inout [UInt8]) {
        guard !isCollapsed(value.utf8.span) else {
            text += value.utf8
            return
        }
        let start = text.count
        var isPendingBlank = false
        for byte in value.utf8 {
            if isBlank(byte) {
                isPendingBlank = text.count > start
            } else {
                if isPendingBlank { text.append(UInt8(ascii: " ")) }
                isPendingBlank = false
                text.append(byte)
            }
        }
    }

    /// Almost every value is, and can be appended at once.
    private static func isCollapsed(_ value: Span<UInt8>) -> Bool {
        var isAfterBlank = true
        for index in value.indices {
            let byte = value[index]
            if byte == UInt8(ascii: "\t") || byte == UInt8(ascii: " ") && isAfterBlank { return false }
            isAfterBlank = byte == UInt8(ascii: " ")
        }
        return !isAfterBlank || value.isEmpty
    }

    /// What is signed with the signing key.
    func stringToSign(at timestamp: String, scope: CredentialScope) -> [UInt8] {
        var string: [UInt8] = []
        string.reserveCapacity(192)
        string += "AWS4-HMAC-SHA256\n".utf8
        string += timestamp.utf8
        string.append(newline)
        scope.append(to: &string)
        string.append(newline)
        Hex.append(DigestAlgorithm.sha256.digest(of: text), to: &string)
        return string
    }
}

let newline = UInt8(ascii: "\n")
