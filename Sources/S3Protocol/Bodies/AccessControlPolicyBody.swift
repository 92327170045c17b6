package import NIOCore

/// AccessControlPolicy: tolerated when it says what holds anyway, that the owner alone may do everything.
package struct AccessControlPolicyBody: Hashable, Sendable {
    /// - Throws: `MissingSecurityHeader` for an empty body (no ACL came at all); `MalformedACLError`;
    ///   `AccessControlListNotSupported` when somebody else is granted something, or the owner less.
    package init(_ bytes: ByteBuffer, owner: S3Owner) throws(S3Error) {
        guard bytes.readableBytes > 0 else {
            throw S3Error(.missingSecurityHeader).with("MissingHeaderName", "x-amz-acl")
        }
        let root = try XMLReader.parse(bytes)
        guard root.name == "AccessControlPolicy" else { throw S3Error(.malformedACL) }
        var isOwnerGranted = false
        for child in root.children {
            switch child.name {
            case "Owner":
                let id = child["ID"]?.word
                guard id == nil || id == owner.id else { throw S3Error(.accessDenied) }
            case "AccessControlList":
                for grant in child.children {
                    guard let grantee = grant["Grantee"], let permission = grant["Permission"] else {
                        throw S3Error(.malformedACL)
                    }
                    guard grantee["ID"]?.word == owner.id, permission.word == "FULL_CONTROL" else {
                        throw S3Error(.accessControlListNotSupported)
                    }
                    isOwnerGranted = true
                }
            default: throw S3Error(.malformedACL)
            }
        }
        guard isOwnerGranted else { throw S3Error(.accessControlListNotSupported) }
    }
}

extension XMLElement {
    fileprivate subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }
}
