package import StorageAPI

/// Who may use a bucket, as its owner has set it.
package struct BucketAccess: Sendable {
    package let id: BucketID
    package internal(set) var policy: BucketPolicy?
    /// Nil once it was deleted: then nothing is blocked.
    package internal(set) var publicAccessBlock: PublicAccessBlock? = .all
    /// Nil once they were deleted. ACLs are disabled whatever they say: there are none here.
    package internal(set) var ownership: ObjectOwnership? = .bucketOwnerEnforced
    /// What could not be read: nobody but root is let in until it is set anew.
    var unreadable: Set<BucketSetting> = []

    package init(id: BucketID) {
        self.id = id
    }

    package var isPublic: Bool { policy?.document.isPublic ?? false }
}

package enum ObjectOwnership: String, Hashable, Sendable {
    case bucketOwnerEnforced = "BucketOwnerEnforced"
}

/// A bucket's policy as it was sent, and as it is understood.
package struct BucketPolicy: Hashable, Sendable {
    package let text: [UInt8]
    package let named: NamedPolicy

    package var document: PolicyDocument { named.document }

    /// - Parameter account: whose principals it can name.
    package init(_ text: [UInt8], of bucket: BucketName, account: String) throws(MalformedPolicy) {
        self.text = text
        let document = try PolicyDocument(text, kind: .bucket(name: bucket.text, account: account))
        named = NamedPolicy(name: "the policy of bucket \(bucket)", document: document)
    }
}
