package import NIOCore

extension S3Document {
    package static func policyStatus(isPublic: Bool) -> ByteBuffer {
        write("PolicyStatus") { $0.element("IsPublic", isPublic ? "true" : "false") }
    }

    package static func publicAccessBlock(_ block: PublicAccessBlockBody) -> ByteBuffer {
        write("PublicAccessBlockConfiguration") { writer in
            writer.element("BlockPublicAcls", block.blocksPublicACLs ? "true" : "false")
            writer.element("IgnorePublicAcls", block.ignoresPublicACLs ? "true" : "false")
            writer.element("BlockPublicPolicy", block.blocksPublicPolicy ? "true" : "false")
            writer.element("RestrictPublicBuckets", block.restrictsPublicBuckets ? "true" : "false")
        }
    }

    package static func ownershipControls(_ ownership: String) -> ByteBuffer {
        write("OwnershipControls") { writer in
            writer.element("Rule") { $0.element("ObjectOwnership", ownership) }
        }
    }
}
