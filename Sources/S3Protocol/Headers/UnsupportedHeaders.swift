import NIOHTTP1
import StorageAPI

/// A header that asks for something that is not there yet is refused by name: ignoring it would store an object
/// otherwise than its client believes.
enum UnsupportedHeaders {
    private static let prefixes: [StaticString] = [
        "x-amz-server-side-encryption", "x-amz-copy-source-server-side-encryption", "x-amz-object-lock-",
    ]
    /// `x-amz-bypass-governance-retention` is not among them: where nothing can be locked, to pass by locks is what
    /// happens anyway. AWS takes it for buckets without locks too, and SDKs' cleaners send it always.
    private static let names: Set = [
        "x-amz-website-redirect-location", "x-amz-mfa", "x-amz-write-offset-bytes", "x-amz-rename-source",
    ]
    /// What may be asked for because it holds anyway, and what AWS knows beside it. Anything else is a mistake.
    private static let choices = [
        Choice(
            "x-amz-acl", accepted: ["private", "bucket-owner-full-control"],
            known: [
                "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read",
                "log-delivery-write",
            ]),
        Choice(
            "x-amz-storage-class", accepted: ["STANDARD"],
            known: [
                "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
                "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP",
            ],
            mistake: .invalidStorageClass),
        Choice("x-amz-tagging", accepted: [""], known: nil),
        Choice("x-amz-tagging-directive", accepted: ["COPY"], known: ["REPLACE"]),
        Choice("x-amz-bucket-object-lock-enabled", accepted: ["false", "False"], known: nil),
        Choice(
            "x-amz-object-ownership", accepted: ["BucketOwnerEnforced"],
            known: ["BucketOwnerPreferred", "ObjectWriter"]),
    ]

    private struct Choice {
        let name: String
        let accepted: Set<String>
        /// Nil: any other value.
        let known: Set<String>?
        let mistake: S3ErrorCode

        init(_ name: String, accepted: Set<String>, known: Set<String>?, mistake: S3ErrorCode = .invalidArgument) {
            self.name = name
            self.accepted = accepted
            self.known = known
            self.mistake = mistake
        }
    }

    /// - Parameters:
    ///   - headers: with lower-case names, see ``RequestHeaders``.
    ///   - aclRefusal: of ACLs that give others something: they are disabled, as on AWS by default.
    /// - Throws: `NotImplemented`, `InvalidArgument`, `InvalidStorageClass` or `aclRefusal`.
    static func check(
        _ headers: HTTPHeaders, aclRefusal: S3ErrorCode = .accessControlListNotSupported
    ) throws(S3Error) {
        for (field, value) in headers {
            guard field.hasHeaderPrefix("x-amz-"), !field.isHeader("x-amz-date"),
                !field.isHeader("x-amz-content-sha256"), !field.hasHeaderPrefix("x-amz-meta-")
            else { continue }
            let name = field.lowercased()
            if name.hasPrefix("x-amz-grant-") { throw S3Error(aclRefusal).with("Header", name) }
            if names.contains(name) || prefixes.contains(where: name.hasHeaderPrefix) || isUnknownChecksum(name) {
                throw .notImplemented(header: name)
            }
            guard let choice = choices.first(where: { $0.name == name }), !choice.accepted.contains(value) else {
                continue
            }
            guard choice.known?.contains(value) == false else {
                throw name == "x-amz-acl"
                    ? S3Error(aclRefusal).with("Header", name) : .notImplemented(header: name)
            }
            throw S3Error(
                choice.mistake,
                details: [S3Error.Detail("ArgumentName", name), S3Error.Detail("ArgumentValue", value)])
        }
    }

    /// AWS has more algorithms than are here, and gets new ones.
    private static func isUnknownChecksum(_ name: String) -> Bool {
        guard name.hasHeaderPrefix("x-amz-checksum-") else { return false }
        switch name {
        case "x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-checksum-type": return false
        default: return !ChecksumAlgorithm.allCases.contains { $0.headerName == name }
        }
    }
}
