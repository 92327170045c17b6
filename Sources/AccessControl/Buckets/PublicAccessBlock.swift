/// What keeps a bucket from being opened to everybody by mistake ("Blocking public access to your Amazon S3 storage").
package struct PublicAccessBlock: Hashable, Sendable {
    package var blocksPublicACLs: Bool
    package var ignoresPublicACLs: Bool
    /// A policy that is public is refused.
    package var blocksPublicPolicy: Bool
    /// A policy that is public lets in nobody from outside the account.
    package var restrictsPublicBuckets: Bool

    /// Of a new bucket.
    package static let all = PublicAccessBlock(
        blocksPublicACLs: true, ignoresPublicACLs: true, blocksPublicPolicy: true, restrictsPublicBuckets: true)
    package static let none = PublicAccessBlock(
        blocksPublicACLs: false, ignoresPublicACLs: false, blocksPublicPolicy: false, restrictsPublicBuckets: false)

    package init(
        blocksPublicACLs: Bool, ignoresPublicACLs: Bool, blocksPublicPolicy: Bool, restrictsPublicBuckets: Bool
    ) {
        self.blocksPublicACLs = blocksPublicACLs
        self.ignoresPublicACLs = ignoresPublicACLs
        self.blocksPublicPolicy = blocksPublicPolicy
        self.restrictsPublicBuckets = restrictsPublicBuckets
    }
}

// MARK: As it is stored

extension PublicAccessBlock {
    /// Four digits, 1 for what is on, in the order of the properties.
    var text: String {
        [blocksPublicACLs, ignoresPublicACLs, blocksPublicPolicy, restrictsPublicBuckets]
            .map { $0 ? "1" : "0" }.joined()
    }

    init?(text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 4, digits.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }) else {
            return nil
        }
        let flags = digits.map { $0 == UInt8(ascii: "1") }
        self.init(
            blocksPublicACLs: flags[0], ignoresPublicACLs: flags[1], blocksPublicPolicy: flags[2],
            restrictsPublicBuckets: flags[3])
    }
}
