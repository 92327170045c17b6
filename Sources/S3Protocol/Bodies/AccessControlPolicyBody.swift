package import NIOCore

/// AccessControlPolicy: tolerated when it says what holds anyway, that the owner alone may do everything.
package struct AccessControlPolicyBody: Hashable, Sendable {
    /// - Throws: `MalformedACLError`; `NotImplemented` when somebody else is granted something, or the owner less.
    package init(_ bytes: ByteBuffer, owner: S3Owner) throws(S3Error) {
        throw S3Error(.notImplemented)
    }
}
