package import S3Protocol

/// What a service says about itself, and under which names it is reached.
package struct S3Settings: Sendable {
    /// Of buckets that name none, and of the service.
    package var region = "us-east-1"
    /// Everything here has one owner.
    package var owner = S3Owner(id: String(repeating: "0", count: 63) + "1", displayName: "magstore")
    /// The account that owns every bucket: 12 digits.
    package var account = "000000000001"
    /// Base domains of virtual-host style: `s3.example.org` for `bucket.s3.example.org`.
    package var domains: [String] = []
    /// Names, with their ports where these are not the scheme's own, that clients sign although a proxy sends another
    /// Host header: the hosts of `--public-url`.
    package var hosts: [String] = []

    package init() {}
}
