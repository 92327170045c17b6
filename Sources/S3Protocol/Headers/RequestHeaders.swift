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
