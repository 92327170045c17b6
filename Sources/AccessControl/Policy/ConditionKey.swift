/// The name of a fact about a request, as conditions and variables use it.
package struct ConditionKey: Hashable, Sendable, CustomStringConvertible {
    /// Lower-case, since case does not count in it; the key of a tag as it is written.
    package let name: String
    /// Of a key such as `s3:ExistingObjectTag/project`: what stands behind the slash. Empty for the others.
    package let suffix: String

    /// Nil for what can not be a key: without a vendor or a name.
    package init?(_ text: some StringProtocol) {
        let text = Substring(text)
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex, text[colon...].dropFirst() != "" else {
            return nil
        }
        let slash = text.firstIndex(of: "/")
        name = text[..<(slash ?? text.endIndex)].lowercased()
        suffix = slash.map { String(text[$0...].dropFirst()) } ?? ""
        guard slash == nil || !suffix.isEmpty else { return nil }
    }

    package var description: String { suffix.isEmpty ? name : "\(name)/\(suffix)" }

    /// Whether AWS documents it: a misspelt key would never have a value, and a statement that denies by it never deny.
    package var isKnown: Bool {
        if Self.tagged.contains(name) { return !suffix.isEmpty }
        guard suffix.isEmpty else { return false }
        // A claim is whatever an issuer says.
        return name.hasPrefix("jwt:") || Self.plain.contains(name)
    }

    /// Keys that end in the key of a tag.
    private static let tagged: Set<String> = [
        "aws:principaltag", "aws:requesttag", "aws:resourcetag", "s3:buckettag", "s3:existingobjecttag",
        "s3:requestobjecttag",
    ]

    private static let plain: Set<String> = Set(
        """
        aws:calledvia aws:calledviafirst aws:calledvialast aws:chatbotsourcearn aws:currenttime
        aws:ec2instancesourceprivateipv4 aws:ec2instancesourcevpc aws:epochtime aws:federatedprovider
        aws:multifactorauthage aws:multifactorauthpresent aws:principalaccount aws:principalarn
        aws:principalisawsservice aws:principalorgid aws:principalorgpaths aws:principalservicename
        aws:principalservicenameslist aws:principaltype aws:referer aws:requestedregion aws:resourceaccount
        aws:resourceorgid aws:resourceorgpaths aws:securetransport aws:sourceaccount aws:sourcearn
        aws:sourceidentity aws:sourceip aws:sourceorgid aws:sourceorgpaths aws:sourceowner aws:sourcevpc
        aws:sourcevpcarn aws:sourcevpce aws:tagkeys aws:tokenissuetime aws:useragent aws:userid aws:username
        aws:groups aws:viaawsservice aws:vpcsourceip
        s3:accesspointnetworkorigin s3:authtype s3:dataaccesspointaccount s3:dataaccesspointarn s3:delimiter
        s3:if-match s3:if-none-match s3:inventoryaccessibleoptionalfields s3:jobsuspendedcause s3:locationconstraint
        s3:max-keys s3:object-lock-legal-hold s3:object-lock-mode s3:object-lock-remaining-retention-days
        s3:object-lock-retain-until-date s3:objectcreationoperation s3:prefix s3:requestobjecttagkeys
        s3:resourceaccount s3:signatureage s3:signatureversion s3:tlsversion s3:versionid s3:x-amz-acl
        s3:x-amz-content-sha256 s3:x-amz-copy-source s3:x-amz-grant-full-control s3:x-amz-grant-read
        s3:x-amz-grant-read-acp s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive
        s3:x-amz-object-ownership s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
        s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class s3:x-amz-website-redirect-location
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
