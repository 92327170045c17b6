package import NIOHTTP1

/// The headers of a request as S3 reads them: presigned URLs carry some in the query.
enum RequestHeaders {
    /// Those of the signature itself, which say nothing about the operation.
    private static let signature: Set = [
        "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature",
        "x-amz-security-token", "x-amz-content-sha256",
    ]

    /// SDKs that presign move `x-amz-…` headers into the query, and AWS reads them there. A real header wins.
    static func effective(_ headers: HTTPHeaders, _ query: S3Query) -> HTTPHeaders {
        var merged = headers
        for item in query.items {
            guard item.name.hasHeaderPrefix("x-amz-") else { continue }
            let name = item.name.lowercased()
            guard !signature.contains(name), !headers.contains(name: name) else { continue }
            merged.add(name: name, value: item.value ?? "")
        }
        return merged
    }

    /// An escape in a query can stand for a byte that no header has. Stored as metadata, it would come back in the
    /// answers to others: a line feed there begins a header, or an answer, of the sender's own making.
    ///
    /// - Throws: `InvalidArgument`.
    static func check(_ query: S3Query) throws(S3Error) {
        for item in query.items where item.name.hasHeaderPrefix("x-amz-") {
            let value = item.value ?? ""
            guard item.name.utf8.allSatisfy(isToken), value.utf8.allSatisfy(isInValue) else {
                throw .invalidArgument(item.name, value, "Header name or value that no header can have.")
            }
        }
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// RFC 9110, section 5.5, with the bytes of UTF-8.
    private static func isInValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
    }
}

/// Whose buckets a client believes to talk to.
package struct ExpectedOwners: Hashable, Sendable {
    /// `x-amz-expected-bucket-owner`
    package var bucket: String?
    /// `x-amz-source-expected-bucket-owner`
    package var source: String?

    package init(headers: HTTPHeaders, query: S3Query) {
        let headers = RequestHeaders.effective(headers, query)
        bucket = headers.first(name: "x-amz-expected-bucket-owner")
        source = headers.first(name: "x-amz-source-expected-bucket-owner")
    }

    /// - Parameter account: the account that owns every bucket: 12 digits.
    /// - Throws: `AccessDenied`, as AWS, when another account is expected.
    package func check(account: String) throws(S3Error) {
        guard bucket ?? account == account, source ?? account == account else { throw S3Error(.accessDenied) }
    }
}
