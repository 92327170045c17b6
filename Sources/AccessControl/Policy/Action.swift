/// What a policy can allow: the actions of S3 that are about buckets and their objects ("Actions, resources, and
/// condition keys for Amazon S3", Service Authorization Reference), and those of this server's own administration.
///
/// A policy may name others, of other services or of what does not exist here; it then allows nothing by them.
package enum Action: UInt8, CaseIterable, Hashable, Sendable {
    // of no bucket
    case listAllMyBuckets, getAccountPublicAccessBlock, putAccountPublicAccessBlock

    // of a bucket
    case createBucket, deleteBucket, listBucket, listBucketVersions, listBucketMultipartUploads
    case getBucketLocation, getAccelerateConfiguration, putAccelerateConfiguration, getAnalyticsConfiguration
    case putAnalyticsConfiguration, getBucketAbac, putBucketAbac, getBucketAcl, putBucketAcl, getBucketCORS
    case putBucketCORS, getBucketLogging, putBucketLogging, createBucketMetadataTableConfiguration
    case getBucketMetadataTableConfiguration, deleteBucketMetadataTableConfiguration
    case updateBucketMetadataInventoryTableConfiguration, updateBucketMetadataJournalTableConfiguration
    case getBucketNotification, putBucketNotification, getBucketObjectLockConfiguration
    case putBucketObjectLockConfiguration, getBucketOwnershipControls, putBucketOwnershipControls
    case getBucketPolicy, putBucketPolicy, deleteBucketPolicy, getBucketPolicyStatus, getBucketPublicAccessBlock
    case putBucketPublicAccessBlock, getBucketRequestPayment, putBucketRequestPayment, getBucketTagging
    case putBucketTagging, getBucketVersioning, putBucketVersioning, getBucketWebsite, putBucketWebsite
    case deleteBucketWebsite, getEncryptionConfiguration, putEncryptionConfiguration
    case getIntelligentTieringConfiguration, putIntelligentTieringConfiguration, getInventoryConfiguration
    case putInventoryConfiguration, getLifecycleConfiguration, putLifecycleConfiguration, getMetricsConfiguration
    case putMetricsConfiguration, getReplicationConfiguration, putReplicationConfiguration, listTagsForResource
    case tagResource, untagResource

    // of an object
    case getObject, getObjectVersion, getObjectAcl, getObjectVersionAcl, getObjectAttributes
    case getObjectVersionAttributes, getObjectLegalHold, getObjectRetention, getObjectTagging
    case getObjectVersionTagging, getObjectTorrent, getObjectVersionTorrent, getObjectVersionForReplication
    case putObject, putObjectAcl, putObjectVersionAcl, putObjectLegalHold, putObjectRetention, putObjectTagging
    case putObjectVersionTagging, deleteObject, deleteObjectVersion, deleteObjectTagging
    case deleteObjectVersionTagging, abortMultipartUpload, listMultipartUploadParts, bypassGovernanceRetention
    case restoreObject, initiateReplication, objectOwnerOverrideToBucketOwner, replicateDelete, replicateObject
    case replicateTags

    // of the server
    case adminGetStatus, adminListDrives, adminGetHeal, adminGetScrub, adminStartScrub, adminStopScrub
    case adminListDamagedObjects, adminListPools, adminDrainPool, adminKeepPool, adminExamine
    case stsAssumeRole, stsAssumeRoleWithWebIdentity, stsGetCallerIdentity
}

extension Action {
    /// What an action is done to, as far as policies see it.
    package enum ResourceType: Hashable, Sendable {
        case service, bucket, object
    }

    package var resourceType: ResourceType {
        switch self {
        case .listAllMyBuckets, .getAccountPublicAccessBlock, .putAccountPublicAccessBlock,
            .adminGetStatus, .adminListDrives, .adminGetHeal, .adminGetScrub, .adminStartScrub, .adminStopScrub,
            .adminListDamagedObjects, .adminListPools, .adminDrainPool, .adminKeepPool, .adminExamine,
            .stsAssumeRole, .stsAssumeRoleWithWebIdentity, .stsGetCallerIdentity:
            .service
        case .createBucket, .deleteBucket, .listBucket, .listBucketVersions, .listBucketMultipartUploads,
            .getBucketLocation, .getAccelerateConfiguration, .putAccelerateConfiguration,
            .getAnalyticsConfiguration, .putAnalyticsConfiguration, .getBucketAbac, .putBucketAbac,
            .getBucketAcl, .putBucketAcl, .getBucketCORS, .putBucketCORS, .getBucketLogging, .putBucketLogging,
            .createBucketMetadataTableConfiguration, .getBucketMetadataTableConfiguration,
            .deleteBucketMetadataTableConfiguration, .updateBucketMetadataInventoryTableConfiguration,
            .updateBucketMetadataJournalTableConfiguration, .getBucketNotification, .putBucketNotification,
            .getBucketObjectLockConfiguration, .putBucketObjectLockConfiguration, .getBucketOwnershipControls,
            .putBucketOwnershipControls, .getBucketPolicy, .putBucketPolicy, .deleteBucketPolicy,
            .getBucketPolicyStatus, .getBucketPublicAccessBlock, .putBucketPublicAccessBlock,
            .getBucketRequestPayment, .putBucketRequestPayment, .getBucketTagging, .putBucketTagging,
            .getBucketVersioning, .putBucketVersioning, .getBucketWebsite, .putBucketWebsite,
            .deleteBucketWebsite, .getEncryptionConfiguration, .putEncryptionConfiguration,
            .getIntelligentTieringConfiguration, .putIntelligentTieringConfiguration,
            .getInventoryConfiguration, .putInventoryConfiguration, .getLifecycleConfiguration,
            .putLifecycleConfiguration, .getMetricsConfiguration, .putMetricsConfiguration,
            .getReplicationConfiguration, .putReplicationConfiguration, .listTagsForResource, .tagResource,
            .untagResource:
            .bucket
        case .getObject, .getObjectVersion, .getObjectAcl, .getObjectVersionAcl, .getObjectAttributes,
            .getObjectVersionAttributes, .getObjectLegalHold, .getObjectRetention, .getObjectTagging,
            .getObjectVersionTagging, .getObjectTorrent, .getObjectVersionTorrent,
            .getObjectVersionForReplication, .putObject, .putObjectAcl, .putObjectVersionAcl,
            .putObjectLegalHold, .putObjectRetention, .putObjectTagging, .putObjectVersionTagging,
            .deleteObject, .deleteObjectVersion, .deleteObjectTagging, .deleteObjectVersionTagging,
            .abortMultipartUpload, .listMultipartUploadParts, .bypassGovernanceRetention, .restoreObject,
            .initiateReplication, .objectOwnerOverrideToBucketOwner, .replicateDelete, .replicateObject,
            .replicateTags:
            .object
        }
    }

    package var isOfS3: Bool { name.hasPrefix("s3:") }

    /// As in policies: `s3:GetObject`.
    package var name: String { Self.names[Int(rawValue)] }

    /// - Parameter name: as in policies; case does not count.
    package init?(name: String) {
        guard let action = Self.byFoldedName[name.lowercased()] else { return nil }
        self = action
    }

    /// A case is named for its action, with the vendor before it where that is not S3.
    private static let names: [String] = allCases.map { action in
        var text = Substring(String(describing: action))
        var vendor = "s3"
        for other in ["admin", "sts"] where text.hasPrefix(other) {
            vendor = other
            text = text.dropFirst(other.count)
        }
        return "\(vendor):\(text.prefix(1).uppercased())\(text.dropFirst())"
    }

    private static let byFoldedName = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0.name.lowercased(), $0) })
}

/// Some of all actions: one bit each, so that a statement costs a request an instruction or two.
struct ActionSet: Hashable, Sendable {
    private var words: SIMD4<UInt64> = .zero

    static let all = ActionSet(Action.allCases)

    init(_ actions: some Sequence<Action> = []) {
        for action in actions { words[Self.place(of: action).word] |= Self.place(of: action).bit }
    }

    /// Those whose names match: `s3:Get*`. Case does not count.
    init(matching pattern: String) {
        let pattern = Pattern(pattern.lowercased())
        self.init(Action.allCases.filter { pattern.matches($0.name.lowercased()) })
    }

    func contains(_ action: Action) -> Bool {
        words[Self.place(of: action).word] & Self.place(of: action).bit != 0
    }

    static let wordCount = 4

    static func place(of action: Action) -> (word: Int, bit: UInt64) {
        (Int(action.rawValue >> 6), 1 << UInt64(action.rawValue & 63))
    }

    func word(_ index: Int) -> UInt64 { words[index] }

    var isEmpty: Bool { words == .zero }
    var actions: [Action] { Action.allCases.filter(contains) }
    var complement: ActionSet { ActionSet(Action.allCases.filter { !contains($0) }) }

    mutating func formUnion(_ other: ActionSet) { words |= other.words }
}
