/// Takes out of a request target what would let a reader of the log act as the client.
package enum TargetRedaction {
    private static let replacement = "REDACTED"
    /// Lower case: names of query parameters whose values are secret, in Signature V4 and V2.
    private static let secrets: Set<String> = [
        "x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature", "awsaccesskeyid",
    ]

    /// The target with the values of secret parameters replaced. Names are compared without regard to case and with
    /// percent-encoding taken off, as a lenient reader would.
    package static func redact(_ target: String) -> String {
        // Bytes, not characters: a combining character after `&` must not hide the parameter behind it.
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
        let queryStart = target.utf8.index(after: mark)
        var result = String(target[..<queryStart])
        var isFirst = true
        for parameter in target.utf8[queryStart...].split(
            separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        {
            if !isFirst { result += "&" }
            isFirst = false
            if let equals = parameter.firstIndex(of: UInt8(ascii: "=")), isSecret(Substring(parameter[..<equals])) {
                result += Substring(parameter[..<equals])
                result += "="
                result += replacement
            } else {
                result += Substring(parameter)
            }
        }
        return result
    }

    private static func isSecret(_ name: Substring) -> Bool {
        secrets.contains(decode(name).lowercased())
    }

    private static func decode(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
