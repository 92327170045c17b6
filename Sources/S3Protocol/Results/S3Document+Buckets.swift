package import NIOCore
package import StorageAPI

extension S3Document {
    package static func listBuckets(_ input: ListBucketsInput, _ page: BucketPage, owner: S3Owner) -> ByteBuffer {
        write("ListAllMyBucketsResult", capacity: 512 + 160 * page.buckets.count) { writer in
            writer.owner(owner)
            writer.element("Buckets") { writer in
                for bucket in page.buckets {
                    writer.element("Bucket") { writer in
                        writer.element("Name", bucket.name.text)
                        writer.element("CreationDate", bucket.created.iso8601)
                        // As AWS: only an answer to a paged request names the regions.
                        if input.maximum != nil || input.region != nil, !bucket.region.isEmpty {
                            writer.element("BucketRegion", bucket.region)
                        }
                    }
                }
            }
            if page.isTruncated, let last = page.buckets.last {
                writer.element(
                    "ContinuationToken", ContinuationToken.encode(Array(last.name.text.utf8), for: .buckets))
            }
            if !input.prefix.isEmpty {
                writer.element("Prefix", input.prefix)
            }
        }
    }

    /// AWS answers an empty element for us-east-1, its first region.
    package static func locationConstraint(region: String) -> ByteBuffer {
        XMLWriter.document { writer in
            if region.isEmpty || region == "us-east-1" {
                writer.emptyElement("LocationConstraint", attributes: namespace)
            } else {
                writer.element("LocationConstraint", attributes: namespace) { $0.text(region) }
            }
        }
    }

    /// The owner may do everything and nobody else anything.
    package static func accessControlPolicy(owner: S3Owner) -> ByteBuffer {
        write("AccessControlPolicy") { writer in
            writer.owner(owner)
            writer.element("AccessControlList") { writer in
                writer.element("Grant") { writer in
                    let type = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\""
                    writer.element("Grantee", attributes: type) { writer in
                        writer.element("ID", owner.id)
                        writer.element("DisplayName", owner.displayName)
                    }
                    writer.element("Permission", "FULL_CONTROL")
                }
            }
        }
    }
}
