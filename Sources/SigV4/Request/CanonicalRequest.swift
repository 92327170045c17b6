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
        guard let path = URIEncoding.decode(request.path.utf8, plusIsSpace: false) else { throw .invalidURI }

        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text += request.method.utf8
        text.append(newline)
        URIEncoding.append(path.isEmpty ? [UInt8(ascii: "/")] : path, keepingSlash: true, to: &text)
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
        for header in headers.headers where header.name == name {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            let start = text.count
            var isPendingBlank = false
            for byte in header.value.utf8 {
                if isBlank(byte) {
                    isPendingBlank = text.count > start
                } else {
                    if isPendingBlank { text.append(UInt8(ascii: " ")) }
                    isPendingBlank = false
                    text.append(byte)
                }
            }
        }
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
