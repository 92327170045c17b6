package import NIOCore

/// PublicAccessBlockConfiguration. What is left out is off.
package struct PublicAccessBlockBody: Hashable, Sendable {
    package var blocksPublicACLs = false
    package var ignoresPublicACLs = false
    package var blocksPublicPolicy = false
    package var restrictsPublicBuckets = false

    package init(
        blocksPublicACLs: Bool, ignoresPublicACLs: Bool, blocksPublicPolicy: Bool, restrictsPublicBuckets: Bool
    ) {
        self.blocksPublicACLs = blocksPublicACLs
        self.ignoresPublicACLs = ignoresPublicACLs
        self.blocksPublicPolicy = blocksPublicPolicy
        self.restrictsPublicBuckets = restrictsPublicBuckets
    }

    /// - Throws: `MalformedXML`.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        let root = try XMLReader.parse(bytes)
        guard root.name == "PublicAccessBlockConfiguration" else { throw .malformedXML() }
        var names: Set<String> = []
        for child in root.children {
            guard names.insert(child.name).inserted else { throw .malformedXML() }
            switch child.name {
            case "BlockPublicAcls": blocksPublicACLs = try child.flag()
            case "IgnorePublicAcls": ignoresPublicACLs = try child.flag()
            case "BlockPublicPolicy": blocksPublicPolicy = try child.flag()
            case "RestrictPublicBuckets": restrictsPublicBuckets = try child.flag()
            default: throw .malformedXML()
            }
        }
    }
}

/// OwnershipControls: one rule.
package struct OwnershipControlsBody: Hashable, Sendable {
    package var ownership: String

    private static let known: Set = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]

    /// - Throws: `MalformedXML`.
    package init(_ bytes: ByteBuffer) throws(S3Error) {
        let root = try XMLReader.parse(bytes)
        guard root.name == "OwnershipControls", root.children.count == 1, root.children[0].name == "Rule",
            root.children[0].children.count == 1, root.children[0].children[0].name == "ObjectOwnership"
        else { throw .malformedXML() }
        ownership = root.children[0].children[0].word
        guard Self.known.contains(ownership) else { throw .malformedXML() }
    }
}
