/// The sub-resources that S3 knows and that no operation of ours takes: what their GET answers, and what their other
/// methods are called, for the 501.
struct Subresource {
    /// The query item.
    let name: String
    /// The operation's noun in AWS's API reference: `BucketPolicy` of GetBucketPolicy.
    let noun: String
    /// The noun in the names of policy actions, where it differs.
    let actionNoun: String
    /// Nil: 501 for GET too.
    let answer: SubresourceDefault.Answer?
    /// The answer without an `id` item, of settings that are many; nil where that makes no difference.
    let list: SubresourceDefault.Answer?

    init(
        _ name: String, _ noun: String, action: String? = nil, _ answer: SubresourceDefault.Answer?,
        list: SubresourceDefault.Answer? = nil
    ) {
        self.name = name
        self.noun = noun
        actionNoun = action ?? noun
        self.answer = answer
        self.list = list
    }

    func get(hasID: Bool) -> SubresourceDefault? {
        let isList = list != nil && !hasID
        guard let answer = isList ? list : answer else { return nil }
        return SubresourceDefault(
            name: name, operation: isList ? "List\(noun)s" : "Get\(noun)", action: "s3:Get\(actionNoun)",
            answer: answer)
    }
}

extension S3Operation {
    /// All that ``getBucketSubresource(_:_:)`` and ``getObjectSubresource(_:_:)`` can answer.
    package static var unsettableSubresources: [SubresourceDefault] {
        (Subresource.ofBuckets + Subresource.ofObjects).flatMap { subresource in
            [subresource.get(hasID: true), subresource.get(hasID: false)].compactMap(\.self)
        }
    }
}

extension Subresource {
    private static func document(_ root: String, _ content: String = "") -> SubresourceDefault.Answer {
        content.isEmpty
            ? .document("<\(root) \(S3Document.namespace)/>")
            : .document("<\(root) \(S3Document.namespace)>\(content)</\(root)>")
    }

    private static func emptyList(_ root: String) -> SubresourceDefault.Answer {
        document(root, "<IsTruncated>false</IsTruncated>")
    }

    static let ofBuckets: [Subresource] = [
        Subresource("abac", "BucketAbac", document("AbacStatus", "<Status>Disabled</Status>")),
        Subresource(
            "accelerate", "BucketAccelerateConfiguration", action: "AccelerateConfiguration",
            document("AccelerateConfiguration")),
        Subresource("acl", "BucketAcl", .privateACL),
        Subresource(
            "analytics", "BucketAnalyticsConfiguration", action: "AnalyticsConfiguration", .error(.noSuchConfiguration),
            list: emptyList("ListBucketAnalyticsConfigurationsResult")),
        Subresource("cors", "BucketCors", action: "BucketCORS", .error(.noSuchCORSConfiguration)),
        Subresource(
            "encryption", "BucketEncryption", action: "EncryptionConfiguration",
            .error(.serverSideEncryptionConfigurationNotFound)),
        Subresource(
            "intelligent-tiering", "BucketIntelligentTieringConfiguration", action: "IntelligentTieringConfiguration",
            .error(.noSuchConfiguration), list: emptyList("ListBucketIntelligentTieringConfigurationsOutput")),
        Subresource(
            "inventory", "BucketInventoryConfiguration", action: "InventoryConfiguration", .error(.noSuchConfiguration),
            list: emptyList("ListInventoryConfigurationsResult")),
        Subresource(
            "lifecycle", "BucketLifecycleConfiguration", action: "LifecycleConfiguration",
            .error(.noSuchLifecycleConfiguration)),
        Subresource(
            "logging", "BucketLogging",
            .document("<BucketLoggingStatus xmlns=\"http://doc.s3.amazonaws.com/2006-03-01\"/>")),
        Subresource(
            "metadataConfiguration", "BucketMetadataConfiguration", action: "BucketMetadataTableConfiguration",
            .error(.metadataConfigurationNotFound)),
        Subresource("metadataInventoryTable", "BucketMetadataInventoryTableConfiguration", nil),
        Subresource("metadataJournalTable", "BucketMetadataJournalTableConfiguration", nil),
        Subresource("metadataTable", "BucketMetadataTableConfiguration", .error(.metadataConfigurationNotFound)),
        Subresource(
            "metrics", "BucketMetricsConfiguration", action: "MetricsConfiguration", .error(.noSuchConfiguration),
            list: emptyList("ListMetricsConfigurationsResult")),
        Subresource(
            "notification", "BucketNotificationConfiguration", action: "BucketNotification",
            document("NotificationConfiguration")),
        Subresource(
            "object-lock", "ObjectLockConfiguration", action: "BucketObjectLockConfiguration",
            .error(.objectLockConfigurationNotFound)),
        Subresource("ownershipControls", "BucketOwnershipControls", nil),
        Subresource("policy", "BucketPolicy", nil),
        Subresource("policyStatus", "BucketPolicyStatus", nil),
        Subresource("publicAccessBlock", "PublicAccessBlock", nil),
        Subresource(
            "replication", "BucketReplication", action: "ReplicationConfiguration",
            .error(.replicationConfigurationNotFound)),
        Subresource(
            "requestPayment", "BucketRequestPayment",
            document("RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>")),
        Subresource("session", "Session", nil),
        Subresource("tagging", "BucketTagging", .error(.noSuchTagSet)),
        Subresource("versioning", "BucketVersioning", document("VersioningConfiguration")),
        Subresource("website", "BucketWebsite", .error(.noSuchWebsiteConfiguration)),
    ]

    static let ofObjects: [Subresource] = [
        Subresource("acl", "ObjectAcl", .privateACL),
        Subresource("annotation", "ObjectAnnotation", nil),
        Subresource("annotations", "ObjectAnnotations", nil),
        Subresource("encryption", "ObjectEncryption", nil),
        // AWS asks whether the bucket has locks at all before it looks at the object.
        Subresource(
            "legal-hold", "ObjectLegalHold",
            .error(.invalidRequest, message: "Bucket is missing Object Lock Configuration")),
        Subresource("renameObject", "RenameObject", nil),
        Subresource("restore", "RestoreObject", nil),
        Subresource(
            "retention", "ObjectRetention",
            .error(.invalidRequest, message: "Bucket is missing Object Lock Configuration")),
        Subresource("select", "SelectObjectContent", nil),
        Subresource("tagging", "ObjectTagging", document("Tagging", "<TagSet/>")),
        Subresource("torrent", "ObjectTorrent", nil),
    ]
}
