package import NIOCore

/// What GET answers for a setting of a bucket or object that can not be set here: AWS's code for "not set", or the
/// document that AWS answers for a fresh bucket. Clients such as Terraform and s3cmd read many of them.
package struct SubresourceDefault: Hashable, Sendable {
    package enum Answer: Hashable, Sendable {
        case error(S3ErrorCode, message: String? = nil)
        /// The body's inside after the XML declaration.
        case document(String)
        /// An AccessControlPolicy that gives the owner everything.
        case privateACL
    }

    /// The query item that names it.
    package let name: String
    /// The operation's name in AWS's API reference.
    package let operation: String
    package let action: String
    package let answer: Answer

    /// - Throws: the code for "not set".
    package func document(owner: S3Owner) throws(S3Error) -> ByteBuffer {
        switch answer {
        case .error(let code, let message): throw S3Error(code, message)
        case .document(let text):
            return ByteBuffer(string: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text)
        case .privateACL: return S3Document.accessControlPolicy(owner: owner)
        }
    }
}
