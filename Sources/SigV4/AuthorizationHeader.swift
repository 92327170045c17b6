/// The three components of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
struct AuthorizationHeader {
    let credential: String
    let signedHeaders: String
    let signature: String

    /// Takes the components in any order, with or without space after the commas.
    init(_ value: String) throws(SignatureError) {
        let end = value.utf8.firstIndex(where: isBlank) ?? value.endIndex
        switch value[..<end] {
        case "AWS4-HMAC-SHA256": break
        case "AWS", "AWS4-ECDSA-P256-SHA256": throw .mechanismNotSupported
        default: throw .unknownMechanism(authorization: value)
        }

        var credential: String?
        var signedHeaders: String?
        var signature: String?
        for component in value[end...].utf8.split(separator: UInt8(ascii: ",")) {
            let component = component.drop(while: isBlank)
            guard let equals = component.firstIndex(of: UInt8(ascii: "=")) else {
                throw Self.malformed(component)
            }
            var rest = component[component.index(after: equals)...]
            while let last = rest.last, isBlank(last) { rest.removeLast() }
            let text = String(Substring(rest))
            switch String(Substring(component[..<equals])) {
            case "Credential" where credential == nil: credential = text
            case "SignedHeaders" where signedHeaders == nil: signedHeaders = text
            case "Signature" where signature == nil: signature = text
            default: throw Self.malformed(component)
            }
        }
        guard let credential, let signedHeaders, let signature else {
            throw SignaturePlace.header.malformed(
                "the authorization header requires three components: Credential, SignedHeaders, and Signature.")
        }
        self.credential = credential
        self.signedHeaders = signedHeaders
        self.signature = signature
    }

    private static func malformed(_ component: Substring.UTF8View) -> SignatureError {
        SignaturePlace.header.malformed("the authorization component \"\(Substring(component))\" is malformed.")
    }
}

/// `<access key id>/YYYYMMDD/REGION/SERVICE/aws4_request`.
struct CredentialText {
    let accessKeyID: String
    let scope: CredentialScope

    /// Read from the end: an access key ID may contain slashes.
    init(_ text: String, in place: SignaturePlace) throws(SignatureError) {
        var rest = Substring(text)
        var parts: [String] = []
        for _ in 0..<4 {
            guard let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) else { throw place.credentialForm }
            parts.append(String(rest[rest.utf8.index(after: slash)...]))
            rest = rest[..<slash]
        }
        guard !rest.isEmpty else { throw place.credentialForm }
        let (terminator, service, region, day) = (parts[0], parts[1], parts[2], parts[3])
        guard terminator == CredentialScope.terminator else { throw place.terminator(terminator) }
        guard service == "s3" else { throw place.service(service) }
        guard day.utf8.count == 8, decimal(day.utf8) != nil else { throw place.credentialDay(day) }
        accessKeyID = String(rest)
        scope = CredentialScope(day: day, region: region, service: service)
    }
}
