/// The three components of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
struct AuthorizationHeader {
    let credential: ArraySlice<UInt8>
    let signedHeaders: ArraySlice<UInt8>
    let signature: ArraySlice<UInt8>

    /// Takes the components in any order, with or without space after the commas.
    init(_ value: String) throws(SignatureError) {
        let bytes = Array(value.utf8)
        let end = bytes.firstIndex(where: isBlank) ?? bytes.endIndex
        guard bytes[..<end].elementsEqual(SignatureClaim.algorithm.utf8) else {
            let scheme = String(decoding: bytes[..<end], as: UTF8.self)
            throw scheme == "AWS" || scheme.hasPrefix("AWS4-")
                ? .mechanismNotSupported : .unknownMechanism(authorization: value)
        }

        var credential: ArraySlice<UInt8>?
        var signedHeaders: ArraySlice<UInt8>?
        var signature: ArraySlice<UInt8>?
        var rest = bytes[end...]
        while !rest.isEmpty {
            let component = trimmed(cut(&rest, at: UInt8(ascii: ",")))
            guard let equals = component.firstIndex(of: UInt8(ascii: "=")) else { throw Self.malformed(component) }
            let name = component[..<equals]
            let text = component[(equals + 1)...]
            if credential == nil, name.elementsEqual("Credential".utf8) {
                credential = text
            } else if signedHeaders == nil, name.elementsEqual("SignedHeaders".utf8) {
                signedHeaders = text
            } else if signature == nil, name.elementsEqual("Signature".utf8) {
                signature = text
            } else {
                throw Self.malformed(component)
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

    private static func malformed(_ component: ArraySlice<UInt8>) -> SignatureError {
        let text = String(decoding: component, as: UTF8.self)
        return SignaturePlace.header.malformed("the authorization component \"\(text)\" is malformed.")
    }
}

/// `<access key id>/YYYYMMDD/REGION/SERVICE/aws4_request`.
struct CredentialText {
    let accessKeyID: String
    let scope: CredentialScope

    /// Read from the end: an access key ID may contain slashes.
    init(_ text: ArraySlice<UInt8>, in place: SignaturePlace) throws(SignatureError) {
        var rest = text
        let terminator = try Self.cutLast(&rest, in: place)
        let service = try Self.cutLast(&rest, in: place)
        let region = try Self.cutLast(&rest, in: place)
        let day = try Self.cutLast(&rest, in: place)
        guard !rest.isEmpty else { throw place.credentialForm }
        guard terminator == CredentialScope.terminator else { throw place.terminator(terminator) }
        guard service == "s3" else { throw place.service(service) }
        guard day.utf8.count == 8, decimal(day.utf8) != nil else { throw place.credentialDay(day) }
        accessKeyID = String(decoding: rest, as: UTF8.self)
        scope = CredentialScope(day: day, region: region, service: service)
    }

    private static func cutLast(
        _ text: inout ArraySlice<UInt8>, in place: SignaturePlace
    ) throws(SignatureError) -> String {
        guard let slash = text.lastIndex(of: UInt8(ascii: "/")) else { throw place.credentialForm }
        defer { text = text[..<slash] }
        return String(decoding: text[(slash + 1)...], as: UTF8.self)
    }
}

/// Takes off what stands before the first separator, or everything when there is none. The separator goes, too.
func cut(_ text: inout ArraySlice<UInt8>, at separator: UInt8) -> ArraySlice<UInt8> {
    guard let end = text.firstIndex(of: separator) else {
        defer { text = [] }
        return text
    }
    defer { text = text[(end + 1)...] }
    return text[..<end]
}
